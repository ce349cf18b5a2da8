package io.tidecast.model;

import java.util.Arrays;

/**
 * All leads and levels of one forecast.
 *
 * @param origin index of the step it was made at
 * @param quantiles {@code [levels][horizon]}, in the unit of the target, less {@code base};
 *     ascending over levels at every lead, finite, within the physical limits
 * @param base 0 unless the series stands too high for single precision, see {@link Base}
 * @param version of the model that made it; empty if none did
 * @param quality what stands behind it
 */
public record Forecast(
    long origin, float[][] quantiles, double base, String version, Quality quality) {
  /** Of a series that single precision is enough for. */
  public Forecast(long origin, float[][] quantiles, String version, Quality quality) {
    this(origin, quantiles, 0, version, quality);
  }

  /**
   * From quantiles in full, as near as floats have them less the base.
   *
   * @param full {@code [levels][horizon]}
   */
  public static Forecast of(
      long origin, double[][] full, double base, String version, Quality quality) {
    float[][] quantiles = new float[full.length][full[0].length];
    for (int j = 0; j < full.length; j++) {
      for (int h = 0; h < full[j].length; h++) {
        quantiles[j][h] = (float) (full[j][h] - base);
      }
    }
    return new Forecast(origin, quantiles, base, version, quality);
  }

  /** The same with quantiles less another base. */
  public Forecast from(double other) {
    return other == base ? this : of(origin, full(), other, version, quality);
  }

  private double[][] full() {
    double[][] full = new double[quantiles.length][quantiles[0].length];
    for (int j = 0; j < full.length; j++) {
      for (int h = 0; h < full[j].length; h++) {
        full[j][h] = quantile(j, h + 1);
      }
    }
    return full;
  }

  /**
   * A quantile in full.
   *
   * @param level its place among the levels
   * @param lead from 1
   */
  public double quantile(int level, int lead) {
    return base + quantiles[level][lead - 1];
  }

  private Object[] content() {
    return new Object[] {origin, quantiles, base, version, quality};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Forecast that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
