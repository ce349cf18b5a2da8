package io.tidecast.model.train;

import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Transform;
import io.tidecast.model.member.Activations;
import io.tidecast.model.weights.HighwayWeights;
import java.util.Arrays;

/**
 * Pinball loss of the head's raw outputs, summed over leads and levels, and its gradient.
 *
 * <p>For one row and lead, in units u of the lead, relative to the last value: {@code q_median = (1
 * - sigmoid(blend)) naive + sigmoid(blend) near + o_median}, and outwards {@code q_{j +- 1} = q_j
 * +- softplus(o_{j +- 1})}; loss {@code sum_j max(level_j (y - q_j), (level_j - 1)(y - q_j))}
 * (Koenker and Bassett 1978), in units of the series' mean scale. One buffer per thread.
 */
final class QuantileLoss {
  private final double[] level;
  private final int median;
  private final int horizon;
  private final int season;
  private final boolean medianFixed;
  private final float[] unit;
  private final double[] limit;
  private final double[] naiveShare;
  private final float[] blendGradient;
  private final float[] spread;
  private final float[] slope;

  private double sum;
  private long cells;

  /**
   * @param unit {@code [horizon]}
   * @param transform of a random walk, the median stays at the last value: neither its output nor
   *     the blend has a gradient
   * @param maxOutputs that are prepared at once
   */
  QuantileLoss(
      QuantileLevels levels, int season, Transform transform, float[] unit, int maxOutputs) {
    level = levels.values().stream().mapToDouble(Double::doubleValue).toArray();
    median = levels.median();
    horizon = unit.length;
    this.season = season;
    medianFixed = transform.isRandomWalk();
    this.unit = unit;
    limit = new double[horizon];
    Arrays.setAll(limit, h -> HighwayWeights.maxChange(transform, h + 1));
    naiveShare = new double[horizon];
    blendGradient = new float[horizon];
    spread = new float[maxOutputs];
    slope = new float[maxOutputs];
  }

  /**
   * Begins a sum.
   *
   * @param blend {@code [horizon]}
   */
  void clear(float[] blend) {
    sum = 0;
    cells = 0;
    Arrays.fill(blendGradient, 0);
    for (int h = 0; h < horizon; h++) {
      naiveShare[h] = 1 / (1 + Math.exp(blend[h]));
    }
  }

  /** Loss since {@link #clear}, summed over cells (row, lead) and levels. */
  double sum() {
    return sum;
  }

  /** Cells with a target since {@link #clear}. */
  long cells() {
    return cells;
  }

  /** Gradient of {@link #sum} with respect to {@code blend}. */
  float[] blendGradient() {
    return blendGradient;
  }

  /**
   * Softplus and its derivative of the first {@code length} outputs, to be called before their rows
   * are: one flat loop that the JIT vectorises, since at long horizons this is most of a training.
   *
   * <p>With {@code e = exp(-|x|)} from a sigmoid, {@code softplus(x) = max(x, 0) + log(1 + e)} and
   * {@code log(1 + e) = 2 artanh(z)}, {@code z = e / (2 + e)} at most 1/3; error below 1e-6.
   */
  void prepare(float[] outputs, int length) {
    for (int i = 0; i < length; i++) {
      slope[i] = outputs[i];
    }
    Activations.sigmoid(slope, 0, length);
    for (int i = 0; i < length; i++) {
      float s = slope[i];
      spread[i] = Activations.softplus(outputs[i], Math.min(s, 1 - s));
    }
  }

  /**
   * One origin. Adds its loss; its outputs are replaced by their gradient, zero where no target is.
   *
   * @param near {@code [horizon]}, see {@link BaseForecast}
   * @param outputs {@code [.., horizon * levels]}, prepared, with this origin's from {@code at} on
   */
  void row(WindowBatch.Window window, int row, float[] near, float[] outputs, int at) {
    SeriesRows series = window.rows();
    double last = series.x()[row];
    double sign = window.negated() ? -1 : 1;
    double scale = series.scale()[row];
    for (int h = 1; h <= horizon; h++) {
      int o = at + (h - 1) * level.length;
      int target = row + h;
      if (!series.hasTarget(row, h, window.targetEnd())) {
        Arrays.fill(outputs, o, o + level.length, 0);
        continue;
      }
      double u = scale * unit[h - 1];
      double y = sign * limited(series.x()[target] - last, limit[h - 1] * scale) / u;
      int back = target - season * ((h + season - 1) / season);
      double naive = back < 0 ? 0 : sign * (series.x()[back] - last) / u;
      double from = sign * near[h - 1] / unit[h - 1];
      cell(h - 1, y, from, naive, u / window.meanScale(), outputs, o);
    }
  }

  /** One absurd target shall not be all that an update learns from. */
  private static double limited(double change, double limit) {
    return Math.max(-limit, Math.min(limit, change));
  }

  private void cell(
      int lead, double y, double near, double naive, double weight, float[] outputs, int o) {
    double share = naiveShare[lead];
    double q = near + share * (naive - near) + outputs[o + median];
    double total = gradientAt(median, y, q, weight);
    total += outwards(y, q, weight, 1, outputs, o) + outwards(y, q, weight, -1, outputs, o);
    outputs[o + median] = medianFixed ? 0 : (float) total;
    if (!medianFixed) {
      blendGradient[lead] -= (float) (total * (naive - near) * share * (1 - share));
    }
    cells++;
  }

  /** Levels above (direction 1) or below (-1) the median; returns the gradient of all of them. */
  private double outwards(
      double y, double atMedian, double weight, int direction, float[] outputs, int o) {
    double q = atMedian;
    int end = direction > 0 ? level.length : -1;
    for (int j = median + direction; j != end; j += direction) {
      q += direction * spread[o + j];
      outputs[o + j] = (float) gradientAt(j, y, q, weight);
    }
    double total = 0;
    for (int j = end - direction; j != median; j -= direction) {
      total += outputs[o + j];
      outputs[o + j] = (float) (direction * slope[o + j] * total);
    }
    return total;
  }

  private double gradientAt(int j, double y, double q, double weight) {
    double error = y - q;
    double tangent = error > 0 ? -level[j] : 1 - level[j];
    sum -= weight * error * tangent;
    return weight * tangent;
  }
}
