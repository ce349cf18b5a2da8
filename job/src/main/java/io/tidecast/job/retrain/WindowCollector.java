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
 * is a matter of their keys.
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
    return new SeriesWindow.Open(shape, end, new float[0]);
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
    SeriesWindow.Open open = before.shape() == shape ? before : empty(shape, before.end());
    int width = 1 + closed.covariates().length;
    SeriesWindow.Open window = open;
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
    float[] values = Arrays.copyOf(window.values(), known + (int) (gap + 1) * width);
    Arrays.fill(values, known, values.length, Float.NaN);
    int last = values.length - width;
    values[last] = closed.value();
    System.arraycopy(closed.covariates(), 0, values, last + 1, width - 1);
    SeriesWindow.Open grown = new SeriesWindow.Open(shape, closed.index(), values);
    if (values.length / width < config.window()) {
      return grown;
    }
    emit(step, grown, width, out);
    // kept empty, for the next step to tell a gap by
    return empty(shape, closed.index());
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
      out.accept(
          new SeriesWindow(
              by.group(),
              by.series(),
              window.end(),
              grid.end(by.step().index()),
              window.shape(),
              width,
              window.values()));
    }
  }
}
