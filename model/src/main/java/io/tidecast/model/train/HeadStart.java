package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.weights.HighwayWeights;
import java.util.Arrays;

/**
 * Where the head starts, from the training part alone: the unit of each lead, and biases that give
 * the empirical quantiles of the base forecast's errors, made symmetric.
 */
final class HeadStart {
  private static final int MAX_SAMPLE = 20_000;
  private static final double LEAST_SPREAD = 1e-3;

  private final ForecasterConfig config;
  private final Quantiles[] errors;
  private final float[] unit;

  /**
   * @param share of the base in what the forecasts begin from; the rest is the seasonal naive's
   */
  HeadStart(ForecasterConfig config, TrainingSet set, BaseForecast base, double share) {
    this.config = config;
    errors = new Quantiles[config.horizon()];
    Arrays.setAll(errors, h -> new Quantiles(1024));
    unit = new float[config.horizon()];
    sample(set, base, share);
    for (int h = 0; h < unit.length; h++) {
      double count = Math.max(1, errors[h].size());
      unit[h] = (float) Math.max(LEAST_SPREAD, Math.sqrt(unit[h] / count));
    }
  }

  /** Root mean square of the base forecast's errors in running scales, {@code [horizon]}. */
  float[] unit() {
    return unit;
  }

  /** Initial biases, {@code [horizon * levels]}. */
  float[] bias() {
    int levels = config.levels().size();
    int median = config.levels().median();
    float[] bias = new float[config.horizon() * levels];
    for (int h = 0; h < unit.length; h++) {
      double below = 0;
      for (int j = median + 1; j < levels; j++) {
        double level = config.levels().get(j);
        double distance = 0.5 * (errors[h].at(level) - errors[h].at(1 - level)) / unit[h];
        float output = (float) inverseSoftplus(Math.max(LEAST_SPREAD, distance - below));
        bias[h * levels + j] = output;
        bias[h * levels + levels - 1 - j] = output;
        below = Math.max(distance, below + LEAST_SPREAD);
      }
    }
    return bias;
  }

  private static double inverseSoftplus(double y) {
    return y > 20 ? y : Math.log(Math.expm1(y));
  }

  private void sample(TrainingSet set, BaseForecast base, double share) {
    int stride = (int) (set.trainingRows() / MAX_SAMPLE + 1);
    float[] near = new float[config.horizon()];
    for (SeriesRows series : set.series()) {
      int end = set.trainingEnd(series);
      double mean = series.meanScale(end);
      for (int r = series.firstUsable(); r + 1 < end; r += stride) {
        if (series.isOrigin(r, mean)) {
          base.fill(series, r, near);
          add(series, r, end, near, share);
        }
      }
    }
  }

  private void add(SeriesRows series, int row, int end, float[] near, double share) {
    for (int h = 0; h < near.length; h++) {
      if (series.hasTarget(row, h + 1, end)) {
        int naiveRow = (int) SeriesInputs.seasonalRow(row, h + 1, config.season());
        double naive = naiveRow < 0 ? 0 : change(series, row, naiveRow);
        double error =
            limited(
                change(series, row, row + h + 1) - share * near[h] - (1 - share) * naive, h + 1);
        errors[h].add(error);
        unit[h] += (float) (error * error);
      }
    }
  }

  private static double change(SeriesRows series, int row, int to) {
    return (series.x()[to] - series.x()[row]) / series.scale()[row];
  }

  /** One absurd value counts as a large one. */
  private double limited(double error, int lead) {
    double limit = HighwayWeights.maxChange(config.transform(), lead);
    return Math.max(-limit, Math.min(limit, error));
  }
}
