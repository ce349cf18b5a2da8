package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.input.SeriesInputs;
import java.util.Arrays;

/**
 * What is learnt when a target arrives: the errors of the forecasts that waited for it, how wide
 * intervals have to be, and which expert to trust. Scratch space for one thread.
 */
final class Scoring {
  private final ForecasterConfig config;
  private final int evaluationPeriod;
  private final LeadKnots knots;
  private final ExpertForecasts experts;
  private final QuantileCode code;
  private final QuantileTracker tracker;
  private final int median;
  private final double[] levels;
  private final float[] shape;
  private final boolean[] present;
  private final boolean[] mixed;
  private final int[] memberLevels;

  private final float[] quantiles;
  private final float[] served;
  private final float[] naive;
  private final float[] naiveServed;
  private final float[] losses = new float[Mixture.EXPERTS];

  Scoring(
      ForecasterConfig config,
      int evaluationPeriod,
      LeadKnots knots,
      ExpertForecasts experts,
      QuantileCode code) {
    this.config = config;
    this.evaluationPeriod = evaluationPeriod;
    this.knots = knots;
    this.experts = experts;
    this.code = code;
    tracker = new QuantileTracker(config, experts.lowest(), experts.highest());
    median = config.levels().median();
    levels = config.levels().values().stream().mapToDouble(Double::doubleValue).toArray();
    shape = NaiveExperts.shape(config.levels());
    present = NaiveExperts.present(config);
    mixed = ExpertForecasts.mixed(config);
    memberLevels = ExpertForecasts.memberLevels(levels.length);
    quantiles = new float[levels.length];
    served = new float[levels.length];
    naive = new float[levels.length];
    naiveServed = new float[levels.length];
  }

  /**
   * Scores every pending forecast whose target is this step.
   *
   * @param raw value of the step
   * @param target the same, transformed
   */
  void score(SeriesState state, long index, float raw, float target) {
    PendingForecasts pending = state.pending();
    Scores scores = null;
    String version = null;
    for (int slot = 0; slot < pending.slots(); slot++) {
      int lead = pending.lead(slot, index);
      if (lead > 0) {
        if (scores == null || !pending.version(slot).equals(version)) {
          version = pending.version(slot);
          scores = state.period().scores(version, periodEnd(index));
        }
        score(state, slot, lead, raw, target, scores);
      }
    }
    learn(state, index, target);
  }

  private void score(
      SeriesState state, int slot, int lead, float raw, float target, Scores scores) {
    PendingForecasts pending = state.pending();
    float last = state.inputs().past(lead - 1);
    pending.quantiles(slot, lead, last, code, quantiles);
    state.calibration().observe(knots, tracker, lead, target, quantiles);
    naive(state, seasonalNaive(), lead, pending.scale(slot), 0);
    for (int j = 0; j < levels.length; j++) {
      served[j] = experts.raw(quantiles[j]);
      naiveServed[j] = experts.raw(naive[j]);
    }
    scores.add(
        lead - 1,
        raw,
        served,
        meanPinball(served, raw),
        naiveServed,
        meanPinball(naiveServed, raw),
        experts.raw(last));
  }

  private int seasonalNaive() {
    return config.season() > 1 ? NaiveExperts.SEASON : NaiveExperts.LAST;
  }

  /** The quantiles a naive gave for the step that comes next, to {@link #naive}. */
  private void naive(SeriesState state, int which, int lead, float scale, long index) {
    float value = value(state, which, lead, index);
    int knot = knots.knot(lead - 1);
    float share = knots.towardsNext(lead - 1);
    NaiveExperts naives = state.naives();
    for (int j = 0; j < levels.length; j++) {
      float width = naives.width(which, knot, j, shape);
      if (share > 0) {
        width += share * (naives.width(which, knot + 1, j, shape) - width);
      }
      naive[j] = value + scale * width;
    }
  }

  private float value(SeriesState state, int which, int lead, long index) {
    SeriesInputs inputs = state.inputs();
    return switch (which) {
      case NaiveExperts.LAST -> inputs.past(lead - 1);
      case NaiveExperts.SEASON -> inputs.seasonalForNext(config.season(), lead);
      case NaiveExperts.LONG_SEASON -> inputs.seasonalForNext(config.longSeason(), lead);
      default -> state.naives().climate(index, config.season(), inputs.past(lead - 1));
    };
  }

  /** What the knots of the leads learn of the experts. */
  private void learn(SeriesState state, long index, float target) {
    PendingForecasts pending = state.pending();
    for (int k = 0; k < knots.count(); k++) {
      int slot = pending.slotOf(index, knots.lead(k));
      if (slot >= 0) {
        learn(state, slot, k, index, target);
      }
    }
  }

  private void learn(SeriesState state, int slot, int knot, long index, float target) {
    PendingForecasts pending = state.pending();
    int lead = knots.lead(knot);
    float scale = pending.scale(slot);
    pending.quantiles(slot, lead, state.inputs().past(lead - 1), code, quantiles);
    Arrays.fill(losses, Float.NaN);
    for (int member = 0; member < PendingForecasts.MEMBERS; member++) {
      if (pending.has(slot, member)) {
        losses[member] = memberLoss(state, slot, knot, member, target);
      }
    }
    state.naives().count(knot);
    for (int which = 0; which < NaiveExperts.COUNT; which++) {
      if (present[which]) {
        naive(state, which, lead, scale, index);
        if (mixed[which]) {
          losses[PendingForecasts.MEMBERS + which] = naiveLoss(target, scale);
        }
        float error = (target - naive[median]) / scale;
        state.naives().observe(tracker, which, knot, lead, error, target, naive);
      }
    }
    state.mixture().observe(knot, losses);
  }

  /** A member is kept as its distance from the mixture before that was calibrated. */
  private float memberLoss(SeriesState state, int slot, int knot, int member, float target) {
    float scale = state.pending().scale(slot);
    double sum = 0;
    for (int i = 0; i < memberLevels.length; i++) {
      int j = memberLevels[i];
      float factor = state.calibration().factor(knot, j);
      float mixture = quantiles[median] + (quantiles[j] - quantiles[median]) / factor;
      float distance = state.pending().memberDistance(slot, knots.lead(knot), member, i);
      sum += PinballLoss.of(levels[j], target, mixture + scale * distance);
    }
    return (float) (sum / scale);
  }

  private float naiveLoss(float target, float scale) {
    double sum = 0;
    for (int j : memberLevels) {
      sum += PinballLoss.of(levels[j], target, naive[j]);
    }
    return (float) (sum / scale);
  }

  private double meanPinball(float[] quantiles, double target) {
    double sum = 0;
    for (int j = 0; j < levels.length; j++) {
      sum += PinballLoss.of(levels[j], target, quantiles[j]);
    }
    return sum / levels.length;
  }

  private long periodEnd(long index) {
    return index + Math.floorMod(-index, evaluationPeriod);
  }
}
