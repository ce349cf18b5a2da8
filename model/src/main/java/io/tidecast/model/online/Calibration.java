package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Widens or narrows the forecast of the model about its median, per lead and level, until each
 * quantile covers what it promises on this series: {@code q = median + f (q - median)}. When the
 * outcome of lead h arrives, the factor moves along the sub-gradient of the pinball loss,
 *
 * <pre>
 * f *= 1 + rate / h * (level - 1[y <= q]) * sign(level - 0.5) / sqrt(min(level, 1 - level))
 * </pre>
 *
 * <p>Source: adaptive conformal inference (Gibbs and Candès 2021), in the form of quantile tracking
 * (Angelopoulos, Candès and Tibshirani 2023). Differs: multiplicative, because intervals widen with
 * the lead, and slower at longer leads, because errors of overlapping forecasts repeat themselves.
 * The median is never moved.
 */
final class Calibration {
  private static final double RATE = 0.02;
  private static final float MIN_FACTOR = 0.25f;
  private static final float MAX_FACTOR = 6;

  private final float[] levels;
  private final float[] factor;

  Calibration(ForecasterConfig config) {
    levels = config.levels().toFloats();
    factor = new float[config.horizon() * levels.length];
    Arrays.fill(factor, 1);
  }

  static int bytes(ForecasterConfig config) {
    return Float.BYTES * config.horizon() * config.levels().size();
  }

  /**
   * In place.
   *
   * @param quantiles {@code [horizon * levels]}, transformed; ascending at every lead, also after
   */
  void apply(float[] quantiles) {
    int median = levels.length / 2;
    for (int from = 0; from < quantiles.length; from += levels.length) {
      float middle = quantiles[from + median];
      for (int k = from; k < from + levels.length; k++) {
        quantiles[k] = middle + factor[k] * (quantiles[k] - middle);
      }
      // factors of neighbouring levels differ; the median keeps its place
      Arrays.sort(quantiles, from, from + levels.length);
    }
  }

  /**
   * @param lead from 1
   * @param quantiles that were forecast, {@code [levels]}
   */
  void observe(int lead, float target, float[] quantiles) {
    int median = levels.length / 2;
    for (int j = 0; j < levels.length; j++) {
      if (j == median) {
        continue;
      }
      int k = (lead - 1) * levels.length + j;
      double rate = RATE / lead / Math.sqrt(Math.min(levels[j], 1 - levels[j]));
      double step = rate * (levels[j] - (target <= quantiles[j] ? 1 : 0));
      float moved = factor[k] * (float) (1 + (j > median ? step : -step));
      factor[k] = Math.max(MIN_FACTOR, Math.min(MAX_FACTOR, moved));
    }
  }

  void set(Calibration other) {
    System.arraycopy(other.factor, 0, factor, 0, factor.length);
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, factor);
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, factor);
  }
}
