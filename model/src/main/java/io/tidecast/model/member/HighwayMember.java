package io.tidecast.model.member;

import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.weights.HighwayWeights;

/**
 * The linear highway of one model version, packed for one key at a time, see {@link
 * HighwayWeights}.
 *
 * <p>Not thread safe: it owns its scratch space.
 */
public final class HighwayMember {
  private final HighwayWeights weights;
  private final Affine map;
  private final float[] deviations;
  private final float[] covariates;
  private final float[] changes;

  public HighwayMember(HighwayWeights weights) {
    this.weights = weights;
    deviations = new float[weights.lookBack() - 1];
    covariates = new float[weights.covariates()];
    changes = new float[weights.horizon()];
    map = new Affine(deviations.length + covariates.length, changes, this::weight);
  }

  private float weight(int h, int i) {
    int k = i - deviations.length;
    return k < 0
        ? weights.weight()[h * deviations.length + i]
        : weights.covariateWeight()[h * covariates.length + k];
  }

  /** Whether the series is long enough to be read. */
  public boolean reads(SeriesInputs inputs) {
    return inputs.length() >= weights.lookBack();
  }

  /**
   * The member's forecast.
   *
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   */
  public void forecast(SeriesInputs inputs, float[] out) {
    inputs.deviations(deviations);
    float scale = inputs.scale();
    float limit = HighwayWeights.MAX_DEVIATION * scale;
    float[] read = map.inputs();
    for (int i = 0; i < deviations.length; i++) {
      read[i] = Math.max(-limit, Math.min(limit, deviations[i]));
    }
    inputs.covariateLevels(covariates);
    for (int k = 0; k < covariates.length; k++) {
      read[deviations.length + k] = covariates[k] * scale;
    }
    map.apply(changes);
    int levels = weights.levels();
    float last = inputs.last();
    for (int h = 0; h < weights.horizon(); h++) {
      float median = last + weights.intercept()[h] * scale + changes[h];
      for (int j = 0; j < levels; j++) {
        out[h * levels + j] = median + weights.residual()[h * levels + j] * scale;
      }
    }
  }
}
