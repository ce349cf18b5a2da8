package io.tidecast.job.retrain;

import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.io.Serializable;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * How the closed steps of a series become training windows: {@code window} consecutive steps each,
 * without overlap, missing ones as NaN. A gap longer than {@code maxGap} ends the open window
 * early, short as it is; one that lay open for {@code history} is dropped. Which series are sampled
 * is a matter of their keys. A step that is amended is so in the open window; for one that has gone
 * out the step follows it.
 */
public final class WindowCollector implements Serializable {
  private static final long serialVersionUID = 1;

  private final Grid grid;
  private final RetrainConfig config;
  private final int maxGap;
  private final Targets targets;

  public WindowCollector(Grid grid, RetrainConfig config, int maxGap, Targets targets) {
    this.targets = targets;
    this.grid = grid;
    this.config = config;
    this.maxGap = maxGap;
  }

  /** Whether a series is among those that are trained on. */
  public boolean samples(String series) {
    return Hashing.unit(series, config.seed()) < config.sample();
  }

  /** The empty window that is open before the first step of a series. */
  public SeriesWindow.Open openBefore(SeriesStep first) {
    return empty(shape(first), first.step().index() - 1);
  }

  private static SeriesWindow.Open empty(int shape, long end) {
    return new SeriesWindow.Open(shape, end, new double[0]);
  }

  private int shape(SeriesStep step) {
    return targets.of(step.series()).map(Targets.Target::shape).orElse(0);
  }

  /**
   * The window that is open after one more step. One whose values mean something else, as after a
   * change of the covariates, is given up.
   *
   * @param open before it
   * @param out takes the windows that the step completes
   */
  public SeriesWindow.Open add(
      SeriesWindow.Open open, SeriesStep step, Consumer<SeriesWindow> out) {
    return targets
        .conform(step)
        .map(conforming -> addConforming(open, conforming, shape(step), out))
        .orElse(open);
  }

  private SeriesWindow.Open addConforming(
      SeriesWindow.Open before, SeriesStep step, int shape, Consumer<SeriesWindow> out) {
    ClosedStep closed = step.step();
    int width = 1 + closed.covariates().length;
    SeriesWindow.Open window =
        amended(
            before.shape() == shape ? before : empty(shape, before.end()), step, width, shape, out);
    long gap = closed.index() - window.end() - 1;
    boolean isForgotten = expiry(window) <= grid.end(closed.index());
    if (gap > maxGap || isForgotten) {
      if (!isForgotten) {
        emit(step, window, width, out);
      }
      window = openBefore(step);
      gap = 0;
    }
    int known = window.values().length;
    double[] values = Arrays.copyOf(window.values(), known + (int) (gap + 1) * width);
    Arrays.fill(values, known, values.length, Double.NaN);
    int last = values.length - width;
    put(closed, values, last);
    SeriesWindow.Open grown = new SeriesWindow.Open(shape, closed.index(), values);
    if (values.length / width < config.window()) {
      return grown;
    }
    emit(step, grown, width, out);
    // kept empty, for the next step to tell a gap by
    return empty(shape, closed.index());
  }

  /** What was amended of the steps before, in the open window and in those that are gone. */
  private SeriesWindow.Open amended(
      SeriesWindow.Open before, SeriesStep by, int width, int shape, Consumer<SeriesWindow> out) {
    double[] values = before.values();
    long start = before.end() - values.length / width + 1;
    for (ClosedStep step : by.past().steps()) {
      if (step.index() >= start && step.index() <= before.end()) {
        values = values == before.values() ? values.clone() : values;
        put(step, values, (int) (step.index() - start) * width);
      } else if (step.index() < start && by.past().amended().contains(step.index())) {
        double[] one = new double[width];
        put(step, one, 0);
        out.accept(window(by, step.index(), shape, width, one, true));
      }
    }
    return new SeriesWindow.Open(before.shape(), before.end(), values);
  }

  private static void put(ClosedStep step, double[] values, int at) {
    values[at] = step.value();
    for (int i = 0; i < step.covariates().length; i++) {
      values[at + 1 + i] = step.covariates()[i];
    }
  }

  /**
   * When an open window is too old to be read by any training, unless a step comes before;
   * milliseconds. One that was not dropped by then is left out all the same.
   */
  long expiry(SeriesWindow.Open window) {
    return grid.end(window.end()) + config.history().toMillis();
  }

  private void emit(
      SeriesStep by, SeriesWindow.Open window, int width, Consumer<SeriesWindow> out) {
    if (window.values().length > 0) {
      out.accept(window(by, window.end(), window.shape(), width, window.values(), false));
    }
  }

  private SeriesWindow window(
      SeriesStep by, long end, int shape, int width, double[] values, boolean amends) {
    return SeriesWindow.of(
        by.group(), by.series(), end, grid.end(by.knownAt()), shape, width, values, amends);
  }
}
