package io.tidecast.model.train;

import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Transform;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.Activations;
import io.tidecast.model.weights.HighwayWeights;
import java.util.Arrays;

/**
 * Pinball loss of the head's raw outputs, summed over leads and levels, and its gradient.
 *
 * <p>For one row and lead, in units u of the lead, relative to the last value: {@code q_median = (1
 * - sigmoid(blend)) naive + sigmoid(blend) near + o_median}, and outwards {@code q_{j +- 1} = q_j
 * +- softplus(o_{j +- 1})}; loss {@code sum_j max(level_j (y - q_j), (level_j - 1)(y - q_j))}
 * (Koenker and Bassett 1978), in units of the series' mean scale.
 *
 * <p>Works on many rows side by side, output by output: flat loops that the JIT turns into vectors,
 * since beside the products of a small cell this is most of a training. One buffer per thread.
 */
final class QuantileLoss {
  // 1 for whatever is above zero, after min
  private static final float STEEP = 1e30f;

  private final double[] level;
  private final int median;
  private final int horizon;
  private final int season;
  private final boolean medianFixed;
  private final float[] unit;
  private final double[] limit;
  private final float[] naiveShare;
  private final float[] blendGradient;
  private final float[][] y; // [horizon][rows]
  private final float[][] naive;
  private final float[][] near;
  private final float[][] weight; // zero where no target is
  private final float[][] slope; // [levels][rows]
  private final float[] atMedian;
  private final float[] q;
  private final float[] total;
  private final float[] inner;
  private final float[] rowLoss;

  private double sum;
  private long cells;

  /**
   * @param unit {@code [horizon]}
   * @param transform of a random walk, the median stays at the last value: neither its output nor
   *     the blend has a gradient
   * @param maxRows side by side
   */
  QuantileLoss(QuantileLevels levels, int season, Transform transform, float[] unit, int maxRows) {
    level = levels.values().stream().mapToDouble(Double::doubleValue).toArray();
    median = levels.median();
    horizon = unit.length;
    this.season = season;
    medianFixed = transform.isRandomWalk();
    this.unit = unit;
    limit = new double[horizon];
    Arrays.setAll(limit, h -> HighwayWeights.maxChange(transform, h + 1));
    naiveShare = new float[horizon];
    blendGradient = new float[horizon];
    y = new float[horizon][maxRows];
    naive = new float[horizon][maxRows];
    near = new float[horizon][maxRows];
    weight = new float[horizon][maxRows];
    slope = new float[level.length][maxRows];
    atMedian = new float[maxRows];
    q = new float[maxRows];
    total = new float[maxRows];
    inner = new float[maxRows];
    rowLoss = new float[maxRows];
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
      naiveShare[h] = (float) (1 / (1 + Math.exp(blend[h])));
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

  /** Says that there is no origin at a place among the rows. */
  void without(int place) {
    for (int h = 0; h < horizon; h++) {
      leaveOut(h, place);
    }
  }

  private void leaveOut(int h, int place) {
    y[h][place] = 0;
    naive[h][place] = 0;
    near[h][place] = 0;
    weight[h][place] = 0;
  }

  /**
   * Says what origin is at a place among the rows.
   *
   * @param base {@code [horizon]}, see {@link BaseForecast}
   */
  void origin(WindowBatch.Window window, int row, float[] base, int place) {
    SeriesRows series = window.rows();
    double last = series.x()[row];
    double sign = window.negated() ? -1 : 1;
    double scale = series.scale()[row];
    for (int h = 0; h < horizon; h++) {
      int target = row + h + 1;
      if (!series.hasTarget(row, h + 1, window.targetEnd())) {
        leaveOut(h, place);
        continue;
      }
      double u = scale * unit[h];
      int back = (int) SeriesInputs.seasonalRow(row, h + 1, season);
      y[h][place] = (float) (sign * limited(series.x()[target] - last, limit[h] * scale) / u);
      naive[h][place] = back < 0 ? 0 : (float) (sign * (series.x()[back] - last) / u);
      near[h][place] = (float) (sign * base[h] / unit[h]);
      weight[h][place] = (float) (u / window.meanScale());
      cells++;
    }
  }

  /** One absurd target shall not be all that an update learns from. */
  private static double limited(double change, double limit) {
    return Math.max(-limit, Math.min(limit, change));
  }

  /**
   * Adds the loss of the first {@code rows} places; the outputs are replaced by their gradient,
   * zero where no target is.
   *
   * @param outputs {@code [horizon * levels][rows]}
   */
  void add(float[][] outputs, int rows) {
    Arrays.fill(rowLoss, 0, rows, 0);
    for (int h = 0; h < horizon; h++) {
      lead(h, outputs, h * level.length, rows);
    }
    for (int i = 0; i < rows; i++) {
      sum += rowLoss[i];
    }
  }

  private void lead(int h, float[][] outputs, int o, int rows) {
    float[] middle = outputs[o + median];
    blend(naiveShare[h], near[h], naive[h], middle, atMedian, rows);
    pinball((float) level[median], y[h], atMedian, weight[h], total, rowLoss, rows);
    outwards(h, outputs, o, 1, rows);
    outwards(h, outputs, o, -1, rows);
    if (medianFixed) {
      Arrays.fill(middle, 0, rows, 0);
      return;
    }
    System.arraycopy(total, 0, middle, 0, rows);
    double gradient = 0;
    for (int i = 0; i < rows; i++) {
      gradient += total[i] * (naive[h][i] - near[h][i]);
    }
    blendGradient[h] -= (float) (gradient * naiveShare[h] * (1 - naiveShare[h]));
  }

  private static void blend(
      float share, float[] near, float[] naive, float[] output, float[] q, int rows) {
    for (int i = 0; i < rows; i++) {
      q[i] = near[i] + share * (naive[i] - near[i]) + output[i];
    }
  }

  /** Levels above (direction 1) or below (-1) the median; adds the gradient of all to total. */
  private void outwards(int h, float[][] outputs, int o, int direction, int rows) {
    System.arraycopy(atMedian, 0, q, 0, rows);
    int end = direction > 0 ? level.length : -1;
    for (int j = median + direction; j != end; j += direction) {
      System.arraycopy(outputs[o + j], 0, slope[j], 0, rows);
      Activations.sigmoid(slope[j], 0, rows);
      spread(outputs[o + j], slope[j], direction, q, rows);
      pinball((float) level[j], y[h], q, weight[h], outputs[o + j], rowLoss, rows);
    }
    Arrays.fill(inner, 0, rows, 0);
    for (int j = end - direction; j != median; j -= direction) {
      inwards(outputs[o + j], slope[j], direction, inner, rows);
    }
    for (int i = 0; i < rows; i++) {
      total[i] += inner[i];
    }
  }

  private static void spread(float[] outputs, float[] slope, float direction, float[] q, int rows) {
    for (int i = 0; i < rows; i++) {
      float s = slope[i];
      q[i] += direction * Activations.softplus(outputs[i], Math.min(s, 1 - s));
    }
  }

  private static void inwards(
      float[] outputs, float[] slope, float direction, float[] inner, int rows) {
    for (int i = 0; i < rows; i++) {
      float all = inner[i] + outputs[i];
      inner[i] = all;
      outputs[i] = direction * slope[i] * all;
    }
  }

  private static void pinball(
      float level, float[] y, float[] q, float[] weight, float[] gradient, float[] loss, int rows) {
    for (int i = 0; i < rows; i++) {
      float error = y[i] - q[i];
      float above = Math.max(0, Math.min(1, error * STEEP));
      float slope = weight[i] * (1 - level - above);
      gradient[i] = slope;
      loss[i] -= error * slope;
    }
  }
}
