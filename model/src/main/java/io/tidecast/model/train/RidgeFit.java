package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.Phases;
import io.tidecast.model.weights.HighwayWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.DecompositionSolver;
import org.apache.commons.math3.linear.RealMatrix;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The linear maps by ridge regression (Hoerl and Kennard 1970) in closed form, see {@link
 * RidgeRows}: one Gram matrix holds the normal equations of every shorter look-back, so that many
 * can be tried for little more than one.
 *
 * <p>The validation part chooses look-back, penalty, covariates and phases by the mean error to the
 * power 1.5, between that of the median and that of the mean. What is close to the best is averaged
 * with it, each lead by weights that fall with its error: a mean of linear maps is a linear map,
 * and one choice alone would be the noise of one part.
 *
 * <p>A missing target is what the map forecasts for it: fitted again a few times, that converges to
 * the fit of what is there (Healy and Westmacott 1956). It has no residual.
 *
 * <p>A random walk has nothing to read but its last value: its residuals are its changes, and their
 * quantiles in units of the running volatility are all there is to fit.
 */
final class RidgeFit {
  private static final int CHUNK = 1024;
  private static final int MAX_RESIDUALS = 20_000;
  private static final int MAX_JUDGED = 4000;
  private static final int MAX_JUDGED_LEADS = 24;
  private static final double[] PENALTIES = {3, 30, 300, 3000};
  private static final int[] LOOK_BACKS = {24, 168, 336, 720, 1440};
  // a covariate's level lasts for days: many origins, but few of them tell something new
  private static final double COVARIATE_RIDGE = 30;
  // an error of so much above the best counts e times less
  private static final double TOLERANCE = 0.006;
  private static final double LEAST_SHARE = 0.05;
  private static final int FILLED_IN_AGAIN = 4;
  private static final double FEW_MISSING = 0.01;

  private final ForecasterConfig config;
  private final double penalty;
  private final boolean walk;
  private final int horizon;

  /**
   * @param penalty where there is nothing to choose by
   */
  RidgeFit(ForecasterConfig config, double penalty) {
    this.config = config;
    this.penalty = penalty;
    walk = config.transform().isRandomWalk();
    horizon = config.horizon();
  }

  /**
   * Shares of the ways to fit, per lead.
   *
   * @param shares {@code [horizon]} of each; they add up to 1
   */
  record Blend(Map<RidgeChoice, double[]> shares) {
    static Blend of(RidgeChoice choice, int horizon) {
      double[] all = new double[horizon];
      Arrays.fill(all, 1);
      return new Blend(Map.of(choice, all));
    }

    int lookBack() {
      return shares.keySet().stream().mapToInt(RidgeChoice::lookBack).max().orElse(1);
    }
  }

  /** What the validation part chooses; empty if there is too little to fit anything to. */
  Optional<Blend> choose(TrainingSet set) {
    if (walk) {
      return Optional.of(Blend.of(new RidgeChoice(1, penalty, false, false, false), horizon));
    }
    List<Integer> lookBacks = lookBacks(set);
    if (lookBacks.isEmpty()) {
      return Optional.empty();
    }
    int longest = lookBacks.get(lookBacks.size() - 1);
    RidgeRows training = rows(set, longest, false);
    RidgeRows validation = rows(set, longest, true);
    boolean covariates = !config.covariates().isEmpty();
    RidgeChoice plain = new RidgeChoice(longest, penalty, covariates, false, readsFuture());
    if (validation.size() == 0) {
      return Optional.of(Blend.of(plain, horizon));
    }
    try (OffHeap memory = new OffHeap()) {
      Normal normal = new Normal(memory, training, leads());
      normal.fillIn(plain);
      return Optional.of(judge(normal, validation, lookBacks, covariates));
    }
  }

  private Blend judge(
      Normal normal, RidgeRows validation, List<Integer> lookBacks, boolean covariates) {
    Map<RidgeChoice, double[]> errors = new LinkedHashMap<>();
    Judge judge = new Judge(validation, normal.leads);
    for (int lookBack : lookBacks) {
      for (double tried : PENALTIES) {
        RidgeChoice choice = new RidgeChoice(lookBack, tried, covariates, false, readsFuture());
        errors.put(choice, judge.errors(choice, normal.solve(choice)));
      }
    }
    RidgeChoice best = best(errors);
    List<RidgeChoice> more = new ArrayList<>();
    if (new Phases(config).size() > 0) {
      more.add(best.withPhases(true));
    }
    if (covariates) {
      more.add(best.withCovariates(false));
    }
    if (readsFuture()) {
      more.add(best.withFuture(false));
    }
    for (RidgeChoice choice : more) {
      errors.put(choice, judge.errors(choice, normal.solve(choice)));
    }
    return blend(errors, normal.leads);
  }

  private boolean readsFuture() {
    return KnownFuture.size(config) > 0;
  }

  private static RidgeChoice best(Map<RidgeChoice, double[]> errors) {
    RidgeChoice best = null;
    for (RidgeChoice choice : errors.keySet()) {
      if (best == null || sum(errors.get(choice)) < sum(errors.get(best))) {
        best = choice;
      }
    }
    return best;
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  /**
   * Per judged lead, smoothed over its neighbours; leads between two have the shares of the next.
   */
  private Blend blend(Map<RidgeChoice, double[]> errors, int[] leads) {
    Map<RidgeChoice, double[]> shares = new LinkedHashMap<>();
    errors.keySet().forEach(choice -> shares.put(choice, new double[horizon]));
    int judged = 0;
    for (int h = 0; h < horizon; h++) {
      while (leads[judged] < h + 1) {
        judged++;
      }
      share(errors, shares, judged, h);
    }
    shares.values().removeIf(share -> Arrays.stream(share).max().orElse(0) == 0);
    return new Blend(shares);
  }

  private static void share(
      Map<RidgeChoice, double[]> errors, Map<RidgeChoice, double[]> shares, int judged, int h) {
    Map<RidgeChoice, Double> around = new LinkedHashMap<>();
    errors.forEach((choice, error) -> around.put(choice, around(error, judged)));
    double least = around.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double total = 0;
    for (Map.Entry<RidgeChoice, Double> one : around.entrySet()) {
      double above = least > 0 ? (one.getValue() - least) / least : 0;
      double share = Math.exp(-above / TOLERANCE);
      share = share < LEAST_SHARE ? 0 : share;
      shares.get(one.getKey())[h] = share;
      total += share;
    }
    for (double[] share : shares.values()) {
      share[h] /= total;
    }
  }

  private static double around(double[] errors, int i) {
    double sum = 0;
    int from = Math.max(0, i - 2);
    int to = Math.min(errors.length, i + 3);
    for (int k = from; k < to; k++) {
      sum += errors[k];
    }
    return sum / (to - from);
  }

  /** Up to so many, closer together where leads are short. */
  private int[] leads() {
    TreeSet<Integer> leads = new TreeSet<>();
    int most = Math.min(horizon, MAX_JUDGED_LEADS);
    for (int i = 0; i < most; i++) {
      leads.add((int) Math.round(Math.pow(horizon, i / Math.max(1.0, most - 1))));
    }
    leads.add(horizon);
    return leads.stream().mapToInt(Integer::intValue).toArray();
  }

  private int[] allLeads() {
    int[] all = new int[horizon];
    Arrays.setAll(all, h -> h + 1);
    return all;
  }

  /** Those the series keep enough values for and that there are enough origins for, ascending. */
  private List<Integer> lookBacks(TrainingSet set) {
    TreeSet<Integer> candidates = new TreeSet<>();
    for (int lookBack : LOOK_BACKS) {
      candidates.add(Math.min(lookBack, config.history()));
    }
    candidates.add(config.history());
    List<Integer> possible = new ArrayList<>();
    for (int lookBack : candidates) {
      if (origins(set, lookBack) >= lookBack) {
        possible.add(lookBack);
      }
    }
    if (possible.isEmpty() && origins(set, 2) >= 12) {
      possible.add(Math.min(8, config.history()));
    }
    return possible;
  }

  private int origins(TrainingSet set, int lookBack) {
    return rows(set, lookBack, false).size();
  }

  private RidgeRows rows(TrainingSet set, int lookBack, boolean validation) {
    RidgeRows rows = new RidgeRows(config, lookBack);
    for (SeriesRows series : set.series()) {
      int trained = set.trainingEnd(series);
      double unit = series.meanScale(trained);
      if (validation) {
        rows.add(series, trained, set.validationEnd(series), unit);
      } else {
        rows.add(series, 0, trained, unit);
      }
    }
    return rows;
  }

  /**
   * The maps on the training part: the chosen one, and a shorter one for series that are not yet
   * long enough for it.
   */
  HighwayWeights fit(TrainingSet set, Blend blend) {
    HighwayWeights map = map(set, blend);
    int shortest = LOOK_BACKS[0];
    if (map.lookBack() <= shortest || walk) {
      return map;
    }
    boolean covariates = !config.covariates().isEmpty();
    RidgeChoice shorter = new RidgeChoice(shortest, penalty, covariates, false, readsFuture());
    return map.with(map(set, Blend.of(shorter, horizon)));
  }

  private HighwayWeights map(TrainingSet set, Blend blend) {
    RidgeRows training = rows(set, blend.lookBack(), false);
    if (walk) {
      return weights(training, new double[training.predictors() + training.known()][horizon]);
    }
    try (OffHeap memory = new OffHeap()) {
      Normal normal = new Normal(memory, training, allLeads());
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
    Phases seasons = new Phases(config);
    int past = rows.predictors() - config.covariates().size() - seasons.size() - 1;
    int phases = past + config.covariates().size();
    int intercept = rows.predictors() - 1;
    return new HighwayWeights(
        horizon,
        past + 1,
        config.levels().size(),
        block(solution, 0, past),
        blockOrNone(solution, past, phases),
        blockOrNone(solution, phases, intercept),
        blockOrNone(solution, intercept + 1, solution.length),
        block(solution, intercept, intercept + 1),
        residualQuantiles(rows, solution),
        List.of());
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
      rows.future(i, allLeads(), future, 0);
      product(read, future, solution, fitted);
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
      for (int j = 0; j < config.levels().size(); j++) {
        quantiles[h * config.levels().size() + j] = (float) residuals[h].at(config.levels().get(j));
      }
    }
    return quantiles;
  }

  /**
   * @param read what all leads share
   * @param future {@code [leads * known]}, as far as the solution has rows for it
   */
  private static void product(double[] read, double[] future, double[][] solution, double[] out) {
    Arrays.fill(out, 0);
    for (int i = 0; i < read.length; i++) {
      double value = read[i];
      double[] row = solution[i];
      for (int h = 0; h < out.length; h++) {
        out[h] += value * row[h];
      }
    }
    int known = solution.length - read.length;
    for (int i = 0; i < out.length * known; i++) {
      out[i / known] += future[i] * solution[read.length + i % known][i / known];
    }
  }

  private static void requireNotInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("training was interrupted");
    }
  }

  /** Errors of a map on origins it was not fitted to. */
  private static final class Judge {
    private final RidgeRows rows;
    private final int[] leads;
    private final int stride;

    Judge(RidgeRows rows, int[] leads) {
      this.rows = rows;
      this.leads = leads;
      stride = rows.size() / MAX_JUDGED + 1;
    }

    /** Mean per lead of the error in mean scales, to the power 1.5. */
    double[] errors(RidgeChoice choice, double[][] solution) {
      requireNotInterrupted();
      int[] read = rows.shared(choice);
      double[] all = new double[rows.predictors()];
      double[] future = new double[leads.length * rows.known()];
      double[] values = new double[read.length];
      double[] forecast = new double[leads.length];
      double[] sums = new double[leads.length];
      int[] counts = new int[leads.length];
      for (int i = 0; i < rows.size(); i += stride) {
        rows.read(i, all, 0);
        rows.future(i, leads, future, 0);
        Arrays.setAll(values, k -> all[read[k]]);
        product(values, future, solution, forecast);
        for (int h = 0; h < leads.length; h++) {
          if (rows.hasTarget(i, leads[h])) {
            double error = Math.abs(rows.target(i, leads[h]) - forecast[h]);
            sums[h] += error * Math.sqrt(error);
            counts[h]++;
          }
        }
      }
      Arrays.setAll(sums, h -> sums[h] / Math.max(1, counts[h]));
      return sums;
    }
  }

  /** The normal equations of all predictors. */
  private static final class Normal {
    private final RidgeRows rows;
    private final int[] leads;
    private final int predictors;
    private final INDArray read;
    private final INDArray targets;
    private final INDArray cross;
    private final double[] readRows;
    private final double[] targetRows;
    private final double[][] gram;
    private final LeadEquations own;
    private final double[][] ownProducts;
    private double[][] right;

    Normal(OffHeap memory, RidgeRows rows, int[] leads) {
      this.rows = rows;
      this.leads = leads;
      predictors = rows.predictors();
      read = memory.doubles(CHUNK, predictors);
      targets = memory.doubles(CHUNK, leads.length);
      cross = memory.doubles(predictors, leads.length);
      readRows = new double[CHUNK * predictors];
      targetRows = new double[CHUNK * leads.length];
      own = new LeadEquations(memory, rows, leads, CHUNK);
      INDArray products = memory.doubles(predictors, predictors);
      accumulate(new double[0][], products);
      gram = matrix(products);
      ownProducts = own.products();
    }

    /**
     * @param products receives the Gram matrix
     */
    private void accumulate(double[][] solution, INDArray... products) {
      cross.assign(0);
      own.clearTargets();
      for (int from = 0; from < rows.size(); from += CHUNK) {
        requireNotInterrupted();
        Arrays.fill(readRows, 0);
        Arrays.fill(targetRows, 0);
        own.clearChunk();
        for (int i = from; i < Math.min(rows.size(), from + CHUNK); i++) {
          rows.read(i, readRows, (i - from) * predictors);
          own.read(i, i - from);
          fillTargets(i, i - from, solution);
        }
        read.data().asNioDouble().put(readRows);
        targets.data().asNioDouble().put(targetRows);
        for (INDArray gramSum : products) {
          Nd4j.gemm(read, read, gramSum, true, false, 1, 1);
          own.add(read, Math.min(CHUNK, rows.size() - from));
        }
        Nd4j.gemm(read, targets, cross, true, false, 1, 1);
      }
      right = matrix(cross);
    }

    private void fillTargets(int i, int at, double[][] solution) {
      for (int h = 0; h < leads.length; h++) {
        double target =
            solution.length == 0 || rows.hasTarget(i, leads[h])
                ? rows.target(i, leads[h])
                : fitted(at, solution, h);
        targetRows[at * leads.length + h] = target;
        own.addTarget(at, h, target);
      }
    }

    private double fitted(int at, double[][] solution, int h) {
      double sum = own.fitted(at, h, solution, predictors);
      for (int k = 0; k < predictors; k++) {
        sum += readRows[at * predictors + k] * solution[k][h];
      }
      return sum;
    }

    /** Puts forecasts of a map in place of missing targets, where there are more than a few. */
    void fillIn(RidgeChoice choice) {
      if (missing() <= FEW_MISSING) {
        return;
      }
      for (int again = 0; again < FILLED_IN_AGAIN; again++) {
        double[][] all = new double[predictors + own.known()][leads.length];
        int[] read = rows.read(choice);
        double[][] solution = solve(choice);
        for (int k = 0; k < read.length; k++) {
          all[read[k]] = solution[k];
        }
        accumulate(all);
      }
    }

    private double missing() {
      int stride = rows.size() / MAX_JUDGED + 1;
      int missing = 0;
      int count = 0;
      for (int i = 0; i < rows.size(); i += stride) {
        for (int lead : leads) {
          missing += rows.hasTarget(i, lead) ? 0 : 1;
          count++;
        }
      }
      return (double) missing / Math.max(1, count);
    }

    /** Weights {@code [predictors read][leads]}. */
    double[][] solve(RidgeChoice choice) {
      requireNotInterrupted();
      int[] at = rows.shared(choice);
      double[][] left = new double[at.length][at.length];
      double[][] rightRows = new double[at.length][];
      for (int i = 0; i < at.length; i++) {
        for (int k = 0; k < at.length; k++) {
          left[i][k] = gram[at[i]][at[k]];
        }
        left[i][i] += penalty(choice, at[i]);
        rightRows[i] = right[at[i]];
      }
      RealMatrix penalised = new Array2DRowRealMatrix(left, false);
      DecompositionSolver solver = new CholeskyDecomposition(penalised, 1e-9, 0).getSolver();
      if (!choice.future()) {
        return solver.solve(new Array2DRowRealMatrix(rightRows, false)).getData();
      }
      double[][] products = new double[at.length][];
      Arrays.setAll(products, i -> ownProducts[at[i]]);
      return own.solve(solver, rightRows, products, penalties(choice));
    }

    private double[] penalties(RidgeChoice choice) {
      double[] penalties = new double[own.known()];
      Arrays.setAll(
          penalties,
          f -> rows.isPhaseAhead(f) ? COVARIATE_RIDGE * choice.penalty() : rows.stepsPerDay());
      return penalties;
    }

    private double penalty(RidgeChoice choice, int predictor) {
      if (rows.isPast(predictor)) {
        return choice.penalty();
      }
      return rows.isIntercept(predictor) ? 1e-9 * rows.size() : COVARIATE_RIDGE * choice.penalty();
    }
  }

  static double[][] matrix(INDArray array) {
    double[] flat = new double[array.rows() * array.columns()];
    array.data().asNioDouble().get(flat);
    double[][] rows = new double[array.rows()][];
    for (int r = 0; r < rows.length; r++) {
      rows[r] = Arrays.copyOfRange(flat, r * array.columns(), (r + 1) * array.columns());
    }
    return rows;
  }
}
