package io.tidecast.model;

/**
 * The linear highway of one model version, packed for one key at a time, see {@link
 * HighwayWeights}.
 *
 * <p>Not thread safe: it owns its scratch space.
 */
final class HighwayMember {
  private final HighwayWeights weights;
  private final Affine map;
  private final float[] deviations;
  private final float[] changes;

  HighwayMember(HighwayWeights weights) {
    this.weights = weights;
    int inputs = weights.lookBack() - 1;
    deviations = new float[inputs];
    changes = new float[weights.horizon()];
    map = new Affine(inputs, changes, (h, i) -> weights.weight()[h * inputs + i]);
  }

  /** Whether the series is long enough to be read. */
  boolean reads(SeriesInputs inputs) {
    return inputs.length() >= weights.lookBack();
  }

  /**
   * The member's forecast.
   *
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   */
  void forecast(SeriesInputs inputs, float[] out) {
    inputs.deviations(deviations);
    float scale = inputs.scale();
    float limit = HighwayWeights.MAX_DEVIATION * scale;
    float[] limited = map.inputs();
    for (int i = 0; i < deviations.length; i++) {
      limited[i] = Math.max(-limit, Math.min(limit, deviations[i]));
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
