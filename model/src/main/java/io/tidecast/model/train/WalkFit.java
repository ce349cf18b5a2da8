package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.input.WalkSpread;
import io.tidecast.model.online.BlockLosses;
import io.tidecast.model.weights.HighwayWeights;
import java.util.Arrays;
import java.util.List;

/**
 * The map of a random walk, which has nothing to read but its last value: quantiles of its changes,
 * in units of the running volatility or, where the validation part chooses it, of a spread that is
 * fitted to the parts of {@link WalkSpread}.
 *
 * <p>The spread is the least squares fit to the sizes of the changes (Davidian and Carroll 1987)
 * without negative weights, which would make some spread negative, held to a multiple of the
 * running volatility, by cyclic descent over the weights (Franc, Hlaváč and Navara 2005).
 */
final class WalkFit {
  private static final int MAX_ORIGINS = 20_000;
  private static final int SWEEPS = 200;
  // origins that the multiple counts as, per step of the lead: changes of so many overlap
  private static final double HELD_BY = 10;
  // share of the loss; a trend or a level that is come back to brings far more
  private static final double LEAST_GAIN = 0.01;

  private final ForecasterConfig config;
  private final int horizon;
  private final int levels;
  private final int parts;

  WalkFit(ForecasterConfig config) {
    this.config = config;
    horizon = config.horizon();
    levels = config.levels().size();
    parts = WalkSpread.size(config);
  }

  /** Whether a fitted spread is better on the validation part. */
  boolean choosesSpread(TrainingSet set) {
    RidgeRows validation = RidgeRows.ofValidation(config, set, 1);
    return validation.size() > 0
        && loss(fit(set, true), validation) < loss(fit(set, false), validation);
  }

  /**
   * The map on the training part.
   *
   * @param spread whether its spread is fitted
   */
  HighwayWeights fit(TrainingSet set, boolean spread) {
    RidgeRows rows = RidgeRows.ofTraining(config, set, 1);
    int stride = rows.size() / MAX_ORIGINS + 1;
    double[][] weights = spread ? spreads(rows, stride) : new double[horizon][0];
    float[] stored = new float[spread ? horizon * parts : 0];
    for (int k = 0; k < stored.length; k++) {
      stored[k] = (float) weights[k / parts][k % parts];
    }
    return new HighwayWeights(
        horizon,
        1,
        levels,
        new float[0],
        new float[0],
        new float[0],
        new float[0],
        stored,
        new float[horizon],
        residualQuantiles(rows, stride, stored),
        List.of());
  }

  private float[] residualQuantiles(RidgeRows rows, int stride, float[] spread) {
    Quantiles[] changes = new Quantiles[horizon];
    Arrays.setAll(changes, h -> new Quantiles(rows.size() / stride + 1));
    float[] read = new float[parts];
    for (int i = 0; i < rows.size(); i += stride) {
      read(rows.origin(i), read);
      for (int h = 0; h < horizon; h++) {
        if (rows.hasTarget(i, h + 1)) {
          changes[h].add(change(rows, i, h) / spread(spread, h, read));
        }
      }
    }
    float[] quantiles = new float[horizon * levels];
    for (int k = 0; k < quantiles.length; k++) {
      quantiles[k] = (float) changes[k / levels].at(config.levels().get(k % levels));
    }
    return quantiles;
  }

  private static void read(RidgeRows.Origin origin, float[] parts) {
    WalkSpread.fill(origin.series().inputs()[origin.row()], parts);
  }

  /** In running scales. */
  private static double change(RidgeRows rows, int i, int h) {
    RidgeRows.Origin origin = rows.origin(i);
    return rows.target(i, h + 1) * origin.unit() / origin.series().scale()[origin.row()];
  }

  private static double spread(float[] weights, int h, float[] read) {
    if (weights.length == 0) {
      return 1;
    }
    double sum = 0;
    for (int p = 0; p < read.length; p++) {
      sum += (double) weights[h * read.length + p] * read[p];
    }
    return sum;
  }

  /** Weights of the parts, {@code [horizon][parts]}. */
  private double[][] spreads(RidgeRows rows, int stride) {
    double[][][] gram = new double[horizon][parts][parts];
    double[][] right = new double[horizon][parts];
    float[] read = new float[parts];
    for (int i = 0; i < rows.size(); i += stride) {
      RidgeRows.requireNotInterrupted();
      read(rows.origin(i), read);
      for (int h = 0; h < horizon; h++) {
        if (rows.hasTarget(i, h + 1)) {
          add(read, Math.abs(change(rows, i, h)), gram[h], right[h]);
        }
      }
    }
    double[][] weights = new double[horizon][];
    Arrays.setAll(weights, h -> solve(gram[h], right[h], HELD_BY * (h + 1)));
    return weights;
  }

  private static void add(float[] read, double size, double[][] gram, double[] right) {
    for (int p = 0; p < read.length; p++) {
      for (int q = 0; q < read.length; q++) {
        gram[p][q] += (double) read[p] * read[q];
      }
      right[p] += read[p] * size;
    }
  }

  /** Begins at the multiple of the running volatility, part 0, which is 1 wherever it is read. */
  private static double[] solve(double[][] gram, double[] right, double heldBy) {
    double[] weights = new double[right.length];
    double origins = gram[0][0];
    double multiple = right[0] > 0 ? right[0] / origins : 1;
    weights[0] = multiple;
    for (int sweep = 0; sweep < SWEEPS && right[0] > 0; sweep++) {
      for (int p = 0; p < weights.length; p++) {
        double penalty = heldBy * gram[p][p] / origins;
        double rest = right[p] + (p == 0 ? penalty * multiple : 0);
        for (int q = 0; q < weights.length; q++) {
          rest -= q == p ? 0 : gram[p][q] * weights[q];
        }
        weights[p] = gram[p][p] == 0 ? 0 : Math.max(0, rest / (gram[p][p] + penalty));
      }
    }
    return weights;
  }

  /**
   * Whether maps that read the past are better on the validation part than what stays at the last
   * value, by more than a hundredth of its loss and beyond noise.
   */
  boolean isBeatenBy(HighwayWeights maps, HighwayWeights walk, TrainingSet set) {
    RidgeRows rows = RidgeRows.ofValidation(config, set, maps.lookBack());
    if (rows.size() == 0) {
      return false;
    }
    TimeSplit split = set.split();
    BlockLosses.Sums sums =
        new BlockLosses.Sums(
            split.validationStart(), split.holdOutStart(), Math.min(horizon, BlockLosses.LONGEST));
    BaseForecast medians = BaseForecast.of(config, maps);
    float[] median = new float[horizon];
    float[] read = new float[parts];
    int stride = rows.size() / MAX_ORIGINS + 1;
    for (int i = 0; i < rows.size(); i += stride) {
      RidgeRows.requireNotInterrupted();
      RidgeRows.Origin origin = rows.origin(i);
      medians.fill(origin.series(), origin.row(), median);
      read(origin, read);
      long step = origin.series().steps()[origin.row()];
      for (int k = 0; k < horizon * levels; k++) {
        int h = k / levels;
        if (rows.hasTarget(i, h + 1)) {
          double level = config.levels().get(k % levels);
          double change = change(rows, i, h);
          double spread = spread(walk.spreadWeight(), h, read);
          sums.add(
              step,
              PinballLoss.of(level, change, median[h] + maps.residual()[k]),
              PinballLoss.of(level, change, walk.residual()[k] * spread),
              1);
        }
      }
    }
    return isBeaten(sums.means());
  }

  private boolean isBeaten(BlockLosses losses) {
    BlockLosses walk =
        new BlockLosses(losses.first(), losses.length(), losses.naive(), losses.naive());
    PairedTest test = PairedTest.of(losses, walk, 2 * horizon);
    double loss =
        Arrays.stream(losses.naive()).filter(Double::isFinite).average().orElse(Double.NaN);
    return test.gain() > test.noise() && test.gain() > LEAST_GAIN * loss;
  }

  /** Mean pinball loss in running scales. */
  private double loss(HighwayWeights map, RidgeRows rows) {
    int stride = rows.size() / MAX_ORIGINS + 1;
    float[] read = new float[parts];
    double sum = 0;
    for (int i = 0; i < rows.size(); i += stride) {
      read(rows.origin(i), read);
      for (int k = 0; k < horizon * levels; k++) {
        int h = k / levels;
        if (rows.hasTarget(i, h + 1)) {
          double quantile = map.residual()[k] * spread(map.spreadWeight(), h, read);
          sum += PinballLoss.of(config.levels().get(k % levels), change(rows, i, h), quantile);
        }
      }
    }
    return sum;
  }
}
