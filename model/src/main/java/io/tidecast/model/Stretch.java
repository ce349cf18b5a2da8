package io.tidecast.model;

import java.util.Arrays;

/**
 * A stretch of consecutive steps of one series, as the job collects them for training. Windows of a
 * series do not overlap; the trainer joins adjoining ones to one stretch again.
 *
 * @param series key of the series
 * @param end index of the last step
 * @param values {@code [steps][1 + covariates]}, the target less {@code base} first; raw, NaN where
 *     missing
 * @param base 0 unless single precision is not enough for the targets, see {@link Base#of}. It is
 *     for all of them, and asks what raw values lose where they are kept: sooner than a series in
 *     service moves its own, which follows, and costs the rows it has
 */
public record Stretch(String series, long end, float[][] values, double base) {
  /** Of targets that single precision is enough for. */
  public Stretch(String series, long end, float[][] values) {
    this(series, end, values, 0);
  }

  /** With other values, from the same base. */
  public Stretch with(long otherEnd, float[][] others) {
    return new Stretch(series, otherEnd, others, base);
  }

  /** The target of a step, by its place from the start; NaN where missing. */
  public double target(int i) {
    return base + values[i][0];
  }

  /** All targets, NaN where missing. */
  public double[] targets() {
    double[] targets = new double[values.length];
    Arrays.setAll(targets, this::target);
    return targets;
  }

  /** A step, by its place from the start. */
  public ClosedStep step(int i) {
    float[] row = values[i];
    return new ClosedStep(start() + i, target(i), Arrays.copyOfRange(row, 1, row.length));
  }

  public long start() {
    return end - values.length + 1;
  }

  private Object[] content() {
    return new Object[] {series, end, values, base};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Stretch that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
