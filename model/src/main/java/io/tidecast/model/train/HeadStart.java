package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.weights.HighwayWeights;

/**
 * Where the head starts, from the training part alone: the unit of each lead, and biases that give
 * the empirical quantiles of the base forecast's errors, made symmetric.
 */
final class HeadStart {
  private static final int MAX_SAMPLE = 20_000;
  private static final double LEAST_SPREAD = 1e-3;

  private final ForecasterConfig config;
  private final TrainingSet set;
  private final int stride;

  HeadStart(ForecasterConfig config, TrainingSet set) {
    this.config = config;
    this.set = set;
    stride = (int) (set.trainingRows() / MAX_SAMPLE + 1);
  }

  /** Root mean square of the scaled change over each lead's steps, {@code [horizon]}. */
  float[] unit() {
    float[] unit = new float[config.horizon()];
    for (int h = 1; h <= unit.length; h++) {
      double[] sums = new double[2];
      int lead = h;
      sample(
          h,
          (series, row) -> {
            double change = change(series, row, lead);
            sums[0] += change * change;
            sums[1]++;
          });
      unit[h - 1] = (float) Math.max(LEAST_SPREAD, Math.sqrt(sums[0] / Math.max(1, sums[1])));
    }
    return unit;
  }

  /** In running scales of the origin; one absurd value counts as a large one. */
  private static double change(SeriesRows series, int row, int lead) {
    double change = (series.x()[row + lead] - series.x()[row]) / series.scale()[row];
    return Math.max(-HighwayWeights.MAX_DEVIATION, Math.min(HighwayWeights.MAX_DEVIATION, change));
  }

  /** Initial biases, {@code [horizon * levels]}. */
  float[] bias(float[] unit, double anchor) {
    int levels = config.levels().size();
    int median = config.levels().median();
    float[] bias = new float[config.horizon() * levels];
    for (int h = 1; h <= config.horizon(); h++) {
      Quantiles errors = errors(h, unit[h - 1], anchor);
      double below = 0;
      for (int j = median + 1; j < levels; j++) {
        double level = config.levels().get(j);
        double distance = 0.5 * (errors.at(level) - errors.at(1 - level));
        float output = (float) inverseSoftplus(Math.max(LEAST_SPREAD, distance - below));
        bias[(h - 1) * levels + j] = output;
        bias[(h - 1) * levels + levels - 1 - j] = output;
        below = Math.max(distance, below + LEAST_SPREAD);
      }
    }
    return bias;
  }

  private Quantiles errors(int lead, double unit, double anchor) {
    Quantiles errors = new Quantiles(1024);
    int back = config.season() * ((lead + config.season() - 1) / config.season());
    sample(
        lead,
        (series, row) -> {
          double last = series.x()[row];
          int naiveRow = row + lead - back;
          double naive = naiveRow < 0 ? last : series.x()[naiveRow];
          double base = anchor * last + (1 - anchor) * naive;
          errors.add((change(series, row, lead) + (last - base) / series.scale()[row]) / unit);
        });
    return errors;
  }

  private static double inverseSoftplus(double y) {
    return y > 20 ? y : Math.log(Math.expm1(y));
  }

  private interface Origin {
    void take(SeriesRows series, int row);
  }

  private void sample(int lead, Origin origin) {
    for (SeriesRows series : set.series()) {
      int end = set.trainingEnd(series);
      double mean = series.meanScale(end);
      for (int r = series.firstUsable(); r + lead < end; r += stride) {
        if (series.isOrigin(r, mean) && series.hasTarget(r, lead, end)) {
          origin.take(series, r);
        }
      }
    }
  }
}
