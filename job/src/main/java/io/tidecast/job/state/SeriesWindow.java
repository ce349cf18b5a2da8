package io.tidecast.job.state;

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
 * @param values {@code [steps * width]}, by step; NaN where missing
 * @param amends whether it is no window but a step that takes the place of the one in a window that
 *     came before
 */
public record SeriesWindow(
    String group,
    String series,
    long end,
    long knownAt,
    int shape,
    int width,
    float[] values,
    boolean amends) {
  /**
   * One that is still short of steps.
   *
   * @param shape of the values: that of the target, see {@link Targets.Target#shape}
   * @param end index of its last step so far
   * @param values {@code [steps * width]}, by step; NaN where missing
   */
  public record Open(int shape, long end, float[] values) {}

  public int steps() {
    return values.length / width;
  }

  public long start() {
    return end - steps() + 1;
  }

  /** With a step of it as it is now. */
  public SeriesWindow amendedBy(SeriesWindow step) {
    float[] amended = values.clone();
    System.arraycopy(step.values, 0, amended, (int) (step.end - start()) * width, width);
    return new SeriesWindow(group, series, end, knownAt, shape, width, amended, amends);
  }
}
