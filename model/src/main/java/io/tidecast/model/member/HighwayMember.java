package io.tidecast.model.member;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.PhaseProducts;
import io.tidecast.model.input.Phases;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.input.WalkSpread;
import io.tidecast.model.weights.HighwayWeights;
import java.util.List;

/**
 * The linear maps of one model version, packed for one key at a time, see {@link HighwayWeights}:
 * the longest that the series is long enough for forecasts.
 *
 * <p>Not thread safe: it owns its scratch space.
 */
public final class HighwayMember {
  private final HighwayWeights weights;
  private final List<HighwayMember> shorter;
  private final Affine map;
  private final Phases seasons;
  private final PhaseProducts products;
  private final int deviations;
  private final float[] covariates;
  private final float[] phases;
  private final float[] multiplied;
  private final int known;
  private final float[] own;
  private final float[] spread;
  private final float[] changes;
  private final float[] medians;

  public HighwayMember(HighwayWeights weights, ForecasterConfig config) {
    this.weights = weights;
    shorter = weights.shorter().stream().map(one -> new HighwayMember(one, config)).toList();
    seasons = new Phases(config);
    deviations = weights.lookBack() - 1;
    covariates = new float[weights.covariates()];
    phases = new float[weights.phases()];
    products = new PhaseProducts(config);
    multiplied = new float[phases.length > seasons.size() ? products.values() : 0];
    known = weights.known();
    spread = new float[weights.spreads()];
    own = new float[spread.length];
    changes = new float[weights.horizon()];
    medians = new float[weights.horizon()];
    map = new Affine(deviations + covariates.length + phases.length, changes, this::weight);
  }

  private float weight(int h, int i) {
    int k = i - deviations;
    if (k < 0) {
      return weights.weight()[h * deviations + i];
    }
    return k < covariates.length
        ? weights.covariateWeight()[h * covariates.length + k]
        : weights.phaseWeight()[h * phases.length + k - covariates.length];
  }

  /** Whether the series is long enough to be read. */
  public boolean reads(SeriesInputs inputs) {
    return isLongEnough(inputs) || (!shorter.isEmpty() && shorter.get(0).reads(inputs));
  }

  private boolean isLongEnough(SeriesInputs inputs) {
    return inputs.length() >= weights.lookBack();
  }

  /**
   * The member's forecast.
   *
   * @param index number of the last step on the grid
   * @param future {@code [horizon * known]}, as {@code KnownFuture} gives it
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   * @return its medians, {@code [horizon]}, owned by this member, until its next forecast
   */
  public float[] forecast(SeriesInputs inputs, long index, float[] future, float[] out) {
    if (!isLongEnough(inputs)) {
      return shorter.get(0).forecast(inputs, index, future, out);
    }
    read(inputs, index);
    map.apply(changes);
    int levels = weights.levels();
    float scale = inputs.scale();
    for (int i = 0; i < weights.futureWeight().length; i++) {
      changes[i / known] += weights.futureWeight()[i] * future[i] * scale;
    }
    float last = inputs.last();
    readSpread(inputs);
    for (int h = 0; h < weights.horizon(); h++) {
      medians[h] = last + weights.intercept()[h] * scale + changes[h];
      float unit = scale * spread(h);
      for (int j = 0; j < levels; j++) {
        out[h * levels + j] = medians[h] + weights.residual()[h * levels + j] * unit;
      }
    }
    return medians;
  }

  private void readSpread(SeriesInputs inputs) {
    if (spread.length > 0) {
      inputs.fillOwn(own);
      WalkSpread.fill(own, spread);
    }
  }

  /** What the residuals of a lead are multiplied by, in running scales. */
  private float spread(int h) {
    float sum = spread.length == 0 ? 1 : 0;
    for (int i = 0; i < spread.length; i++) {
      sum += weights.spreadWeight()[h * spread.length + i] * spread[i];
    }
    return sum;
  }

  boolean movesMedian() {
    return weights.movesMedian();
  }

  boolean readsFuture() {
    return known > 0 || weights.shorter().stream().anyMatch(map -> map.known() > 0);
  }

  private void read(SeriesInputs inputs, long index) {
    float scale = inputs.scale();
    float limit = HighwayWeights.MAX_DEVIATION * scale;
    float[] read = map.inputs();
    inputs.deviations(read, deviations);
    for (int i = 0; i < deviations; i++) {
      read[i] = Math.max(-limit, Math.min(limit, read[i]));
    }
    inputs.covariates(covariates);
    for (int k = 0; k < covariates.length; k++) {
      read[deviations + k] = covariates[k] * scale;
    }
    if (phases.length > 0) {
      fillPhases(inputs, index, 1 / scale);
      for (int m = 0; m < phases.length; m++) {
        read[deviations + covariates.length + m] = phases[m] * scale;
      }
    }
  }

  private void fillPhases(SeriesInputs inputs, long index, float perScale) {
    seasons.fill(index, phases);
    if (multiplied.length > 0) {
      int[] lags = products.lags();
      for (int i = 0; i < lags.length; i++) {
        multiplied[i] = map.inputs()[deviations - lags[i]] * perScale;
      }
      inputs.covariateLevels(multiplied, lags.length);
      products.fill(index, multiplied, phases, seasons.size());
    }
  }
}
