package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.Phases;
import io.tidecast.model.weights.HighwayWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Origins of a regression and what is read and to be forecast at each.
 *
 * <p>With m the mean running scale of the series, the predictors are, in order: {@code (x[t - k] -
 * x[t]) / m} for k from look-back - 1 down to 1, {@code z[t] scale[t] / m} for the level z of each
 * covariate, {@code p[t] scale[t] / m} for each phase of the seasons, and {@code scale[t] / m},
 * whose weight is the intercept in units of the running scale. The target of lead h is {@code (x[t
 * + h] - x[t]) / m}. Past values and targets count within {@link HighwayWeights#MAX_DEVIATION}
 * running scales of the last one.
 */
final class RidgeRows {
  private final ForecasterConfig config;
  private final InputLayout layout;
  private final Phases seasons;
  private final float[] phases;
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
    phases = new float[seasons.size()];
    covariates = config.covariates().size();
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

  Origin origin(int i) {
    return origins.get(i);
  }

  int predictors() {
    return lookBack + covariates + phases.length;
  }

  /** Which predictors a map reads, ascending; the last one is the intercept's. */
  int[] read(RidgeChoice choice) {
    int[] read = new int[predictors()];
    int count = 0;
    for (int i = lookBack - choice.lookBack(); i < lookBack - 1; i++) {
      read[count++] = i;
    }
    for (int k = 0; choice.covariates() && k < covariates; k++) {
      read[count++] = lookBack - 1 + k;
    }
    for (int k = 0; choice.phases() && k < phases.length; k++) {
      read[count++] = lookBack - 1 + covariates + k;
    }
    read[count++] = predictors() - 1;
    return Arrays.copyOf(read, count);
  }

  boolean isPast(int predictor) {
    return predictor < lookBack - 1;
  }

  boolean isPhase(int predictor) {
    return predictor >= lookBack - 1 + covariates && !isIntercept(predictor);
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
      out[p++] = series.inputs()[row][layout.covariateLevel(k)] * scale;
    }
    seasons.fill(series.steps()[row], phases);
    for (float phase : phases) {
      out[p++] = phase * scale;
    }
    out[p] = scale;
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
    double limit = limit(origin);
    double change = origin.series().x()[origin.row() + lead] - last;
    return Math.max(-limit, Math.min(limit, change)) / origin.unit();
  }
}
