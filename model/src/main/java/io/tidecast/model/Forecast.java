package io.tidecast.model;

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

  /** The same with quantiles less another base, as near as floats have them. */
  public Forecast from(double other) {
    if (other == base) {
      return this;
    }
    float[][] moved = new float[quantiles.length][];
    for (int j = 0; j < moved.length; j++) {
      moved[j] = new float[quantiles[j].length];
      for (int h = 0; h < moved[j].length; h++) {
        moved[j][h] = (float) (base - other + quantiles[j][h]);
      }
    }
    return new Forecast(origin, moved, other, version, quality);
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
}
