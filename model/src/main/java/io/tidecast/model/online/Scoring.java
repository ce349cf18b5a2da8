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
  // slow: a naive is scored with the widths of today, and must not know what yesterday's targets
  // told
  private static final float MAX_SCALES = 100;
  private static final float NAIVES_RATE = QuantileTracker.rate(24);

  private final ForecasterConfig config;
  private final int evaluationPeriod;
  private final LeadKnots knots;
  private final ExpertForecasts experts;
  private final QuantileCode code;
  private final QuantileTracker tracker;
  private final int median;
  private final int seasonalNaive;
  private final double[] levels;
  private final float[] shape;
  private final boolean[] present;
  private final boolean[] mixed;
  private final int[] memberLevels;

  private final float[] quantiles;
  private final float[] served;
  private final float[] naive;
  private final float[] push;
  private final float[] pushed;
  private final float[] naivesPushed;
  private final float[] knotWidths;
  private final float[] widths;
  private final float[] phasePushed = new float[2];
  private int outcomes;
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
    push = new float[levels.length];
    pushed = new float[knots.count() * levels.length];
    naivesPushed = new float[NaiveExperts.COUNT * levels.length];
    knotWidths = new float[knots.count() * levels.length];
    widths = new float[config.horizon() * levels.length];
    seasonalNaive = config.season() > 1 ? NaiveExperts.SEASON : NaiveExperts.LAST;
  }

  /**
   * Scores every pending forecast whose target is this step.
   *
   * @param raw value of the step
   * @param target the same, transformed
   */
  void score(SeriesState state, long index, float raw, float target) {
    PendingForecasts pending = state.pending();
    state.naives().widths(seasonalNaive, shape, knotWidths);
    knots.interpolate(knotWidths, levels.length, widths);
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
    state.calibration().move(pushed);
    movePhase(state.calibration(), index);
    learn(state, index, target);
  }

  private void score(
      SeriesState state, int slot, int lead, float raw, float target, Scores scores) {
    PendingForecasts pending = state.pending();
    float last = state.inputs().past(lead - 1);
    pending.quantiles(slot, lead, last, code, quantiles);
    push(lead, target);
    float value = value(state, seasonalNaive, lead, 0);
    int at = (lead - 1) * levels.length;
    for (int j = 0; j < levels.length; j++) {
      naive[j] = experts.raw(value + pending.scale(slot) * widths[at + j]);
      served[j] = experts.raw(quantiles[j]);
    }
    double loss = meanPinball(served, raw);
    double naiveLoss = meanPinball(naive, raw);
    scores.add(lead - 1, raw, served, loss, naive, naiveLoss, experts.raw(last));
  }

  /** Mean push of a step's outcomes on either side of the median, whatever their leads. */
  private void movePhase(Calibration calibration, long index) {
    int at = calibration.phase(index);
    float rate = calibration.phaseRate() / Math.max(1, outcomes);
    calibration.movePhase(at, rate * phasePushed[0]);
    calibration.movePhase(at + 1, rate * phasePushed[1]);
    Arrays.fill(phasePushed, 0);
    outcomes = 0;
  }

  /** An outcome counts for the knots its lead lies between, in proportion. */
  private void push(int lead, float target) {
    tracker.push(target, quantiles, push);
    for (int j = 0; j < levels.length; j++) {
      phasePushed[j < median ? 0 : 1] += push[j] / median;
    }
    outcomes++;
    int knot = knots.knot(lead - 1);
    float next = knots.towardsNext(lead - 1);
    float rate = QuantileTracker.rate(lead);
    tracker.add(rate * (1 - next) / knots.weight(knot), push, pushed, knot * levels.length);
    if (next > 0) {
      float share = rate * next / knots.weight(knot + 1);
      tracker.add(share, push, pushed, (knot + 1) * levels.length);
    }
  }

  /** The quantiles a naive gave at a knot for the step that comes next, to {@link #naive}. */
  private void naive(SeriesState state, int which, int knot, float scale, long index) {
    float value = value(state, which, knots.lead(knot), index);
    for (int j = 0; j < levels.length; j++) {
      naive[j] = value + scale * state.naives().width(which, knot, j, shape);
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
      if (slot >= 0 && isMeasurable(state, slot, knots.lead(k), target)) {
        learn(state, slot, k, index, target);
      }
    }
    state.naives().move(naivesPushed);
  }

  /** The scale of what was a constant until now is no measure of a loss. */
  private static boolean isMeasurable(SeriesState state, int slot, int lead, float target) {
    float distance = Math.abs(target - state.inputs().past(lead - 1));
    return distance <= MAX_SCALES * state.pending().scale(slot);
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
        naive(state, which, knot, scale, index);
        if (mixed[which]) {
          losses[PendingForecasts.MEMBERS + which] = naiveLoss(target, scale);
        }
        state.naives().observe(which, knot, (target - naive[median]) / scale);
        tracker.push(target, naive, push);
        tracker.add(NAIVES_RATE / knots.count(), push, naivesPushed, which * levels.length);
      }
    }
    state.mixture().observe(knot, losses);
  }

  /** A member is kept as its distance from what was given out. */
  private float memberLoss(SeriesState state, int slot, int knot, int member, float target) {
    float scale = state.pending().scale(slot);
    double sum = 0;
    for (int i = 0; i < memberLevels.length; i++) {
      int j = memberLevels[i];
      float distance = state.pending().memberDistance(slot, knots.lead(knot), member, i);
      float q = tracker.limited(quantiles[j] + scale * distance);
      sum += PinballLoss.of(levels[j], target, q);
    }
    return (float) (sum / scale);
  }

  private float naiveLoss(float target, float scale) {
    double sum = 0;
    for (int j : memberLevels) {
      sum += PinballLoss.of(levels[j], target, tracker.limited(naive[j]));
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
