package io.tidecast.job.retrain;

import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Grid;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Collects the closed steps of a bounded sample of series into training windows.
 *
 * <p>Key: the series. {@link WindowCollector} says where a window ends; it comes out with the end
 * of the step that completed it as timestamp.
 *
 * <p>State: one open window, {@code 8 * window * (1 + covariates)} bytes, for sampled series only,
 * dropped when it has lain open for {@code history}, by one timer.
 */
public final class WindowFunction extends KeyedProcessFunction<String, SeriesStep, SeriesWindow> {
  private static final long serialVersionUID = 1;

  private static final ValueStateDescriptor<SeriesWindow.Open> OPEN =
      new ValueStateDescriptor<>("open-window", StoredTypes.OPEN_WINDOW);

  private final WindowCollector collector;

  private transient ValueState<SeriesWindow.Open> open;

  public WindowFunction(Grid grid, RetrainConfig config, int maxGap, Targets targets) {
    collector = new WindowCollector(grid, config, maxGap, targets);
  }

  @Override
  public void open(OpenContext context) {
    open = getRuntimeContext().getState(OPEN);
  }

  @Override
  public void processElement(SeriesStep step, Context context, Collector<SeriesWindow> out)
      throws Exception {
    if (collector.samples(step.series())) {
      SeriesWindow.Open before = open.value();
      // one that comes twice or out of order has nothing to teach
      if (before == null || step.step().index() > before.end()) {
        SeriesWindow.Open after =
            collector.add(before == null ? collector.openBefore(step) : before, step, out::collect);
        open.update(after);
        if (before == null) {
          context.timerService().registerEventTimeTimer(collector.expiry(after));
        }
      }
    }
  }

  /** There is one timer per series: one that comes too early looks again later. */
  @Override
  public void onTimer(long time, OnTimerContext context, Collector<SeriesWindow> out)
      throws Exception {
    long expiry = collector.expiry(open.value());
    if (expiry <= time) {
      open.clear();
    } else {
      context.timerService().registerEventTimeTimer(expiry);
    }
  }
}
