package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.weights.HighwayWeights;
import java.util.Arrays;
import java.util.List;

/**
 * The linear maps by ridge regression (Hoerl and Kennard 1970) in closed form, as {@link
 * RidgeSelection} chooses them, with the quantiles of their residuals. A missing target has none.
 *
 * <p>That of a random walk that nothing is known to be read from is a {@link WalkFit}.
 */
final class RidgeFit {
  static final int SHORTEST = 24;

  private static final int MAX_RESIDUALS = 20_000;
  private static final int ENOUGH_RESIDUALS = 100;

  private final ForecasterConfig config;
  private final double penalty;
  private final int horizon;
  private final int[] leads;

  /**
   * @param penalty of the map of series that are not yet long enough for what was chosen
   */
  RidgeFit(ForecasterConfig config, double penalty) {
    this.config = config;
    this.penalty = penalty;
    horizon = config.horizon();
    leads = new int[horizon];
    Arrays.setAll(leads, h -> h + 1);
  }

  /**
   * The maps on the training part: the chosen one, and a shorter one for series that are not yet
   * long enough for it.
   */
  HighwayWeights fit(TrainingSet set, RidgeBlend blend) {
    if (config.transform().isRandomWalk() && blend.lookBack() == 1) {
      return new WalkFit(config).fit(set, blend.shares().keySet().iterator().next().spread());
    }
    HighwayWeights map = map(set, blend);
    if (map.lookBack() <= SHORTEST) {
      return map;
    }
    boolean covariates = !config.covariates().isEmpty();
    RidgeChoice shorter =
        new RidgeChoice(SHORTEST, penalty, covariates, false, KnownFuture.size(config) > 0);
    return map.with(map(set, RidgeBlend.of(shorter, horizon)));
  }

  private HighwayWeights map(TrainingSet set, RidgeBlend blend) {
    RidgeRows training = RidgeRows.ofTraining(config, set, blend.lookBack());
    try (OffHeap memory = new OffHeap()) {
      NormalEquations normal = new NormalEquations(memory, training, leads);
      normal.fillIn(blend.shares().keySet().iterator().next());
      double[][] mean = new double[training.predictors() + training.known()][horizon];
      blend
          .shares()
          .forEach(
              (choice, share) -> add(mean, training.read(choice), normal.solve(choice), share));
      return weights(training, mean);
    }
  }

  private static void add(double[][] to, int[] read, double[][] solution, double[] share) {
    for (int i = 0; i < read.length; i++) {
      for (int h = 0; h < share.length; h++) {
        to[read[i]][h] += share[h] * solution[i][h];
      }
    }
  }

  private HighwayWeights weights(RidgeRows rows, double[][] solution) {
    int past = rows.predictors() - rows.covariates() - rows.phases() - 1;
    int phases = past + rows.covariates();
    int intercept = rows.predictors() - 1;
    return new HighwayWeights(
        horizon,
        past + 1,
        config.levels().size(),
        block(solution, 0, past),
        covariates(solution, past, phases),
        blockOrNone(solution, phases, intercept),
        blockOrNone(solution, intercept + 1, solution.length),
        new float[0],
        block(solution, intercept, intercept + 1),
        residualQuantiles(rows, solution),
        List.of());
  }

  /** Of levels and changes, or of levels alone if changes are not read. */
  private float[] covariates(double[][] solution, int from, int to) {
    int changes = (from + to) / 2;
    return blockOrNone(solution, changes, to).length > 0
        ? block(solution, from, to)
        : blockOrNone(solution, from, changes);
  }

  private float[] blockOrNone(double[][] solution, int from, int to) {
    float[] block = block(solution, from, to);
    for (float weight : block) {
      if (weight != 0) {
        return block;
      }
    }
    return new float[0];
  }

  private float[] block(double[][] solution, int from, int to) {
    float[] block = new float[horizon * (to - from)];
    for (int h = 0; h < horizon; h++) {
      for (int i = from; i < to; i++) {
        block[h * (to - from) + i - from] = (float) solution[i][h];
      }
    }
    return block;
  }

  private float[] residualQuantiles(RidgeRows rows, double[][] solution) {
    int stride = rows.size() / MAX_RESIDUALS + 1;
    Quantiles[] residuals = new Quantiles[horizon];
    Arrays.setAll(residuals, h -> new Quantiles(rows.size() / stride + 1));
    double[] read = new double[rows.predictors()];
    double[] future = new double[horizon * rows.known()];
    double[] fitted = new double[horizon];
    for (int i = 0; i < rows.size(); i += stride) {
      rows.read(i, read, 0);
      rows.future(i, leads, future, 0);
      RidgeRows.forecast(read, future, solution, fitted);
      RidgeRows.Origin origin = rows.origin(i);
      double scales = origin.unit() / origin.series().scale()[origin.row()];
      for (int h = 0; h < horizon; h++) {
        if (rows.hasTarget(i, h + 1)) {
          residuals[h].add((rows.target(i, h + 1) - fitted[h]) * scales);
        }
      }
    }
    float[] quantiles = new float[horizon * config.levels().size()];
    for (int h = 0; h < horizon; h++) {
      Quantiles enough = around(residuals, h);
      for (int j = 0; j < config.levels().size(); j++) {
        quantiles[h * config.levels().size() + j] = (float) enough.at(config.levels().get(j));
      }
    }
    return quantiles;
  }

  /** Those of a lead, and of as many leads next to it as it takes to tell of the outer levels. */
  private static Quantiles around(Quantiles[] residuals, int lead) {
    Quantiles around = residuals[lead];
    for (int k = 1; k < residuals.length && around.size() < ENOUGH_RESIDUALS; k++) {
      around = new Quantiles(ENOUGH_RESIDUALS);
      for (int h = Math.max(0, lead - k); h <= Math.min(residuals.length - 1, lead + k); h++) {
        around.add(residuals[h]);
      }
    }
    return around;
  }
}
