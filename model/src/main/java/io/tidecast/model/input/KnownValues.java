package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import java.util.Arrays;

/**
 * What the last step of a series told of the steps to come: values of the covariates that are known
 * beforehand.
 */
final class KnownValues {
  private final int horizon;
  private final int season;
  // which of the covariates they are
  private final int[] covariates;
  // [covariates * horizon]
  private final float[] values;

  /** Nothing is known. */
  KnownValues(ForecasterConfig config) {
    horizon = config.horizon();
    season = config.season();
    covariates = config.knownFuture().stream().mapToInt(config.covariates()::indexOf).toArray();
    values = new float[covariates.length * horizon];
    forget();
  }

  private KnownValues(KnownValues other) {
    horizon = other.horizon;
    season = other.season;
    covariates = other.covariates;
    values = other.values.clone();
  }

  /** One of its own with the same content. */
  KnownValues copy() {
    return new KnownValues(this);
  }

  /** Those of a step, from a place on. */
  void take(float[] ofStep, int from) {
    System.arraycopy(ofStep, from, values, 0, values.length);
  }

  void forget() {
    Arrays.fill(values, Float.NaN);
  }

  /** The level that one of them will have at a lead; NaN if that is not known. */
  float level(int variable, int lead, RunningInputs now) {
    RunningScale scale = now.covariate(covariates[variable]);
    float value = Transform.LEVEL.apply(values[variable * horizon + lead - 1]);
    return Float.isNaN(value) || !scale.seen() ? Float.NaN : StepInputs.level(scale, value);
  }

  /**
   * The level that it had a season before that.
   *
   * @param length rows of the history that count
   */
  float levelOfSeasonBefore(
      int variable, int lead, RunningInputs now, InputHistory history, int length) {
    int steps = season * ((lead + season - 1) / season) - lead;
    long row = history.rows() - 1 - Math.min(steps, length - 1);
    RunningScale scale = now.covariate(covariates[variable]);
    return history.missing(row, 1 + covariates[variable])
        ? StepInputs.level(scale)
        : StepInputs.level(scale, history.covariate(row, covariates[variable]));
  }
}
