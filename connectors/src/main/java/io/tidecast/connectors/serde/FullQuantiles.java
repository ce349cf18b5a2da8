package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.ForecastRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.DoublePredicate;

/**
 * A forecast as it is on the wire: quantiles in full, where the record has them less a base if they
 * have more than the seven digits that single precision holds.
 */
record FullQuantiles(
    String series,
    Instant origin,
    Duration step,
    int horizon,
    List<Instant> targets,
    List<Double> levels,
    double[][] quantiles,
    String model,
    String quality) {

  static double[][] of(ForecastRecord record) {
    double[][] full = new double[record.levels().size()][record.horizon()];
    for (int j = 0; j < full.length; j++) {
      for (int h = 0; h < full[j].length; h++) {
        full[j][h] = record.quantile(j, h + 1);
      }
    }
    return full;
  }

  /** From a text, whose digits say whether there is a base: seven everywhere, and there is none. */
  ForecastRecord record() {
    return record(base(value -> !Digits.isShort(value)));
  }

  /** From bytes that say there is a base, however few digits a quantile has. */
  ForecastRecord recordWithBase() {
    return record(base(value -> true));
  }

  private ForecastRecord record(double base) {
    return new ForecastRecord(
        series, origin, step, horizon, targets, levels, less(base), base, model, quality);
  }

  /** The first quantile that is long, or a whole number near it. */
  private double base(DoublePredicate isLong) {
    if (quantiles != null) {
      for (double[] level : quantiles) {
        for (int h = 0; level != null && h < level.length; h++) {
          if (isLong.test(level[h])) {
            return Math.abs(level[h]) >= 1024 ? Math.rint(level[h]) : (float) level[h];
          }
        }
      }
    }
    return 0;
  }

  private float[][] less(double base) {
    float[][] less = quantiles == null ? null : new float[quantiles.length][];
    for (int j = 0; less != null && j < less.length; j++) {
      less[j] = quantiles[j] == null ? null : new float[quantiles[j].length];
      for (int h = 0; less[j] != null && h < less[j].length; h++) {
        less[j][h] = (float) (quantiles[j][h] - base);
      }
    }
    return less;
  }
}
