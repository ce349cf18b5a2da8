package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.PhaseProducts;
import io.tidecast.model.input.Phases;
import io.tidecast.model.weights.HighwayWeights;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Origins of a regression and what is read and to be forecast at each.
 *
 * <p>With m the mean running scale of the series, the predictors are, in order: {@code (x[t - k] -
 * x[t]) / m} for k from look-back - 1 down to 1, {@code z[t] scale[t] / m} for the level z of each
 * covariate, then for the change of each, {@code p[t] scale[t] / m} for each phase of the seasons,
 * products of these with past values and levels as {@link PhaseProducts} orders them, and {@code
 * scale[t] / m}, whose weight is the intercept in units of the running scale. The target of lead h
 * is {@code (x[t + h] - x[t]) / m}. Past values and targets count within {@link
 * HighwayWeights#MAX_DEVIATION} running scales of the last one.
 *
 * <p>Beyond these, each lead has predictors of its own: {@code v[t, h, f] scale[t] / m} for the
 * values v that are known of its target.
 */
final class RidgeRows {
  private final ForecasterConfig config;
  private final InputLayout layout;
  private final Phases seasons;
  private final float[] phases;
  private final PhaseProducts products;
  private final float[] multiplied;
  private final KnownFuture known;
  private final float[] future;
  private final int lookBack;
  private final int covariates;
  private final List<Origin> origins = new ArrayList<>();

  /** One origin of the regression; its targets lie before row {@code end}. */
  record Origin(SeriesRows series, int row, int end, double unit) {}

  RidgeRows(ForecasterConfig config, int lookBack) {
    this.config = config;
    this.lookBack = lookBack;
    layout = InputLayout.of(config);
    seasons = new Phases(config);
    products = new PhaseProducts(config);
    multiplied = new float[products.fits(lookBack) ? products.values() : 0];
    phases = new float[seasons.size() + (products.fits(lookBack) ? products.size() : 0)];
    known = KnownFuture.overall(config);
    future = new float[config.horizon() * known.size()];
    covariates = 2 * config.covariates().size();
  }

  /** What the maps are fitted to. */
  static RidgeRows ofTraining(ForecasterConfig config, TrainingSet set, int lookBack) {
    RidgeRows rows = new RidgeRows(config, lookBack);
    for (SeriesRows series : set.series()) {
      int trained = set.trainingEnd(series);
      rows.add(series, 0, trained, series.meanScale(trained));
    }
    return rows;
  }

  /** What they are chosen by, in the units of what they are fitted to. */
  static RidgeRows ofValidation(ForecasterConfig config, TrainingSet set, int lookBack) {
    RidgeRows rows = new RidgeRows(config, lookBack);
    for (SeriesRows series : set.series()) {
      int trained = set.trainingEnd(series);
      rows.add(series, trained, set.validationEnd(series), series.meanScale(trained));
    }
    return rows;
  }

  /** Takes the origins of a series in rows {@code [from, end)}, targets included. */
  void add(SeriesRows series, int from, int end, double unit) {
    for (int r = Math.max(from, lookBack - 1); r < end - config.horizon(); r++) {
      if (series.isOrigin(r, unit)) {
        origins.add(new Origin(series, r, end, unit));
      }
    }
  }

  int size() {
    return origins.size();
  }

  /** Mean number of origins whose target of a lead is there. */
  double targetsPerLead() {
    long there = 0;
    for (int i = 0; i < size(); i++) {
      for (int lead = 1; lead <= config.horizon(); lead++) {
        there += hasTarget(i, lead) ? 1 : 0;
      }
    }
    return (double) there / config.horizon();
  }

  Origin origin(int i) {
    return origins.get(i);
  }

  /** Number of predictors that all leads share. */
  int predictors() {
    return lookBack + covariates + phases.length;
  }

  /** Number of predictors of each lead's own. */
  int known() {
    return known.size();
  }

  /**
   * Which predictors a map reads, ascending: shared ones, the last of which is the intercept's, and
   * from {@link #predictors} on those of each lead.
   */
  int[] read(RidgeChoice choice) {
    int[] read = new int[predictors() + known()];
    int count = 0;
    for (int i = lookBack - choice.lookBack(); i < lookBack - 1; i++) {
      read[count++] = i;
    }
    for (int k = 0; k < read(choice.covariates()); k++) {
      read[count++] = lookBack - 1 + k;
    }
    for (int k = 0; k < phases.length; k++) {
      if (reads(choice, k)) {
        read[count++] = lookBack - 1 + covariates + k;
      }
    }
    read[count++] = predictors() - 1;
    for (int f = 0; choice.future() && f < known(); f++) {
      read[count++] = predictors() + f;
    }
    return Arrays.copyOf(read, count);
  }

  private int read(RidgeChoice.Covariates of) {
    return switch (of) {
      case NONE -> 0;
      case LEVELS -> covariates / 2;
      case LEVELS_AND_CHANGES -> covariates;
    };
  }

  private boolean reads(RidgeChoice choice, int phase) {
    int product = phase - seasons.size();
    return switch (choice.products()) {
      case NONE -> product < 0 && choice.phases();
      case OF_SEASON -> product < 0 ? choice.phases() : products.isOfSeason(product);
      case ALL -> product >= 0 || choice.phases();
    };
  }

  /** Those of them that all leads share. */
  int[] shared(RidgeChoice choice) {
    return Arrays.stream(read(choice)).filter(i -> i < predictors()).toArray();
  }

  boolean isPast(int predictor) {
    return predictor < lookBack - 1;
  }

  boolean isProduct(int predictor) {
    return predictor >= lookBack - 1 + covariates + seasons.size() && !isIntercept(predictor);
  }

  /** Number of the levels of covariates and their changes. */
  int covariates() {
    return covariates;
  }

  /** Number of the phases and the products with them. */
  int phases() {
    return phases.length;
  }

  boolean isIntercept(int predictor) {
    return predictor == predictors() - 1;
  }

  /** Values of the predictors of origin {@code i}, to {@code out} from {@code at} on. */
  void read(int i, double[] out, int at) {
    Origin origin = origins.get(i);
    SeriesRows series = origin.series();
    int row = origin.row();
    double last = series.x()[row];
    double limit = limit(origin);
    int p = at;
    for (int k = lookBack - 1; k >= 1; k--) {
      double deviation = series.x()[row - k] - last;
      out[p++] = Math.max(-limit, Math.min(limit, deviation)) / origin.unit();
    }
    double scale = series.scale()[row] / origin.unit();
    for (int k = 0; k < covariates; k++) {
      out[p++] = series.inputs()[row][layout.readByMaps(k)] * scale;
    }
    fillPhases(series, row, limit);
    for (float phase : phases) {
      out[p++] = phase * scale;
    }
    out[p] = scale;
  }

  private void fillPhases(SeriesRows series, int row, double limit) {
    long step = series.steps()[row];
    seasons.fill(step, phases);
    int[] lags = products.lags();
    for (int i = 0; i < multiplied.length; i++) {
      if (i < lags.length) {
        double deviation = (double) series.x()[row - lags[i]] - series.x()[row];
        multiplied[i] =
            (float) (Math.max(-limit, Math.min(limit, deviation)) / series.scale()[row]);
      } else {
        multiplied[i] = series.inputs()[row][layout.covariateLevel(i - lags.length)];
      }
    }
    if (multiplied.length > 0) {
      products.fill(step, multiplied, phases, seasons.size());
    }
  }

  /**
   * What origin {@code i} knows of the targets of leads, {@code [leads * known]}, to {@code out}
   * from {@code at} on.
   */
  void future(int i, int[] leads, double[] out, int at) {
    Origin origin = origins.get(i);
    SeriesRows series = origin.series();
    known.fill(series.at(origin.row(), config.horizon()), series.steps()[origin.row()], future);
    double scale = series.scale()[origin.row()] / origin.unit();
    int to = at;
    for (int lead : leads) {
      for (int f = 0; f < known(); f++) {
        out[to++] = future[(lead - 1) * known() + f] * scale;
      }
    }
  }

  /** What a holiday more or less comes to in rows. */
  double stepsPerDay() {
    return Math.max(1, config.grid().stepsIn(Duration.ofDays(1)));
  }

  boolean isPhaseAhead(int f) {
    return known.isPhase(f);
  }

  private static double limit(Origin origin) {
    // as the member online reads them
    return HighwayWeights.MAX_DEVIATION * (double) origin.series().scale()[origin.row()];
  }

  boolean hasTarget(int i, int lead) {
    Origin origin = origins.get(i);
    return origin.series().hasTarget(origin.row(), lead, origin.end());
  }

  /** Target of a lead, in mean scales; where it is missing, what the pipeline filled in. */
  double target(int i, int lead) {
    Origin origin = origins.get(i);
    double last = origin.series().x()[origin.row()];
    double scale = origin.series().scale()[origin.row()];
    double limit = HighwayWeights.maxChange(config.transform(), lead) * scale;
    double change = origin.series().x()[origin.row() + lead] - last;
    return Math.max(-limit, Math.min(limit, change)) / origin.unit();
  }

  /**
   * What a map makes of what it reads.
   *
   * @param solution {@code [predictors read][leads]}
   * @param read what all leads share
   * @param future {@code [leads * known]}, as far as the solution has rows for it
   */
  static void forecast(double[] read, double[] future, double[][] solution, double[] out) {
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

  static void requireNotInterrupted() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("training was interrupted");
    }
  }
}
