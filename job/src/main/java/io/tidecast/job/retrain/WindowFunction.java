package io.tidecast.job.retrain;

import io.tidecast.job.ingest.Grid;
import io.tidecast.job.ingest.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import java.util.Arrays;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Collects the closed steps of a bounded sample of series into training windows.
 *
 * <p>Key: the series. Windows of a series follow each other without overlap: {@code window}
 * consecutive steps each, missing ones as NaN. A gap longer than {@code maxGap} ends the open
 * window early, short as it is. A window comes out with the end of the step that completed it as
 * timestamp.
 *
 * <p>State: one open window, {@code 4 * window * (1 + covariates)} bytes, for sampled series only.
 * It never ends by itself: a series that comes back after years goes on with a new window.
 */
public final class WindowFunction extends KeyedProcessFunction<String, SeriesStep, SeriesWindow> {
  private static final long serialVersionUID = 1;

  private static final ValueStateDescriptor<OpenWindow> OPEN =
      new ValueStateDescriptor<>("open-window", StoredTypes.OPEN_WINDOW);

  private final Grid grid;
  private final RetrainConfig config;
  private final int maxGap;

  private transient ValueState<OpenWindow> open;

  public WindowFunction(Grid grid, RetrainConfig config, int maxGap) {
    this.grid = grid;
    this.config = config;
    this.maxGap = maxGap;
  }

  @Override
  public void open(OpenContext context) {
    open = getRuntimeContext().getState(OPEN);
  }

  @Override
  public void processElement(SeriesStep step, Context context, Collector<SeriesWindow> out)
      throws Exception {
    if (!isSampled(step.series())) {
      return;
    }
    ClosedStep closed = step.step();
    int width = 1 + closed.covariates().length;
    OpenWindow window = open.value();
    if (window != null && closed.index() - window.end() - 1 > maxGap) {
      emit(step, window, width, out);
      window = null;
    }
    long gap = window == null ? 0 : closed.index() - window.end() - 1;
    float[] values = window == null ? new float[0] : window.values();
    int known = values.length;
    values = Arrays.copyOf(values, known + (int) (gap + 1) * width);
    Arrays.fill(values, known, values.length, Float.NaN);
    int last = values.length - width;
    values[last] = closed.value();
    System.arraycopy(closed.covariates(), 0, values, last + 1, width - 1);
    OpenWindow grown = new OpenWindow(closed.index(), values);
    if (values.length / width >= config.window()) {
      emit(step, grown, width, out);
      // kept empty, for the next step to tell a gap by
      grown = new OpenWindow(closed.index(), new float[0]);
    }
    open.update(grown);
  }

  private void emit(SeriesStep by, OpenWindow window, int width, Collector<SeriesWindow> out) {
    if (window.values().length > 0) {
      out.collect(
          new SeriesWindow(
              by.group(),
              by.series(),
              window.end(),
              grid.end(by.step().index()),
              width,
              window.values()));
    }
  }

  private boolean isSampled(String series) {
    return Hashing.unit(series, config.seed()) < config.sample();
  }
}
