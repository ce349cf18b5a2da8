package io.tidecast.job.state;

import io.tidecast.model.Base;
import java.util.Arrays;

/**
 * A training window on its way to the operator that trains its group, and as it lies in its state.
 *
 * @param group model group of the series
 * @param series key of the series
 * @param end index of the last step
 * @param knownAt event time (milliseconds) from which on the window is known: the end of the
 *     observation that completed it. A boundary sees exactly the windows known at or before it,
 *     whatever arrived when.
 * @param shape of the values, see {@link Targets.Target#shape}: a training reads those of one shape
 * @param width values per step: the target, then the covariates
 * @param values {@code [steps * width]}, by step, targets less {@code base}; NaN where missing
 * @param amends whether it is no window but a step that takes the place of the one in a window that
 *     came before
 * @param base 0 unless single precision is not enough for the targets, see {@link Base}
 */
public record SeriesWindow(
    String group,
    String series,
    long end,
    long knownAt,
    int shape,
    int width,
    float[] values,
    boolean amends,
    double base) {
  /** Of targets that single precision is enough for. */
  public SeriesWindow(
      String group,
      String series,
      long end,
      long knownAt,
      int shape,
      int width,
      float[] values,
      boolean amends) {
    this(group, series, end, knownAt, shape, width, values, amends, 0);
  }

  /**
   * A window with the base that fits its targets: a single step's own target, which loses nothing.
   *
   * @param values {@code [steps * width]}, by step; NaN where missing
   */
  public static SeriesWindow of(
      String group,
      String series,
      long end,
      long knownAt,
      int shape,
      int width,
      double[] values,
      boolean amends) {
    double[] targets = new double[values.length / width];
    Arrays.setAll(targets, step -> values[step * width]);
    double base = amends ? ofOne(targets[0]) : Base.of(targets);
    float[] told = new float[values.length];
    for (int i = 0; i < told.length; i++) {
      told[i] = (float) (i % width == 0 ? values[i] - base : values[i]);
    }
    return new SeriesWindow(group, series, end, knownAt, shape, width, told, amends, base);
  }

  private static double ofOne(double target) {
    return Double.isNaN(target) || target == (float) target ? 0 : target;
  }

  /**
   * One that is still short of steps.
   *
   * @param shape of the values: that of the target, see {@link Targets.Target#shape}
   * @param end index of its last step so far
   * @param values {@code [steps * width]}, by step; NaN where missing
   */
  public record Open(int shape, long end, double[] values) {}

  public int steps() {
    return values.length / width;
  }

  public long start() {
    return end - steps() + 1;
  }

  /** With a step of it as it is now. */
  public SeriesWindow amendedBy(SeriesWindow step) {
    float[] amended = values.clone();
    int at = (int) (step.end - start()) * width;
    System.arraycopy(step.values, 0, amended, at, width);
    amended[at] = (float) (step.base + step.values[0] - base);
    return new SeriesWindow(group, series, end, knownAt, shape, width, amended, amends, base);
  }
}
