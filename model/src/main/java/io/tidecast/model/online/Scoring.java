package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import io.tidecast.model.input.SeriesInputs;
import java.util.Arrays;

/**
 * What is learnt when a target arrives: the errors of the forecasts that waited for it, how wide
 * intervals have to be, and which expert to trust. Scratch space for one thread.
 */
final class Scoring {
  private static final float MAX_SCALES = 100;

  private final ForecasterConfig config;
  private final int evaluationPeriod;
  private final LeadKnots knots;
  private final LeadKnots.Interpolation ofLevels;
  private final ExpertForecasts experts;
  private final RawValues rawValues;
  private final QuantileCode code;
  private final QuantileTracker tracker;
  private final int levels;
  private final int seasonalNaive;
  private final float[] slope;
  private final boolean[] present;
  private final boolean[] mixed;
  private final int[] memberLevels;
  // [horizon]: rate of a lead at its knot, and at the next one
  private final float[] rate;
  private final float[] rateOfNext;

  // [COUNT][horizon]: what the naives said, by lead, of the step that is scored
  private final float[][] values = new float[NaiveExperts.COUNT][];
  private final float[] knotDistances;
  private final float[] naiveDistances;
  private final float[] quantiles;
  private final float[] served;
  // [MEMBER_LEVELS]
  private final float[] few = new float[PendingForecasts.MEMBER_LEVELS];
  // [(knots + 1) * (levels + 1)]: rates of the outcomes by rank; the last row is for the phase
  private final float[] ranked;
  // [(knots + 1) * levels]
  private final float[] pushed;
  private int outcomes;
  private boolean counted;
  private final AnomalyWatch.Expected expected = new AnomalyWatch.Expected();
  private final float[] losses = new float[Mixture.LOSSES];
  // of the naives among themselves, at one knot
  private final boolean[] taking = new boolean[Mixture.EXPERTS];
  private final float[] shares = new float[Mixture.EXPERTS];
  private final float[] mean = new float[PendingForecasts.MEMBER_LEVELS];
  private final float[] distances =
      new float[PendingForecasts.MEMBERS * PendingForecasts.MEMBER_LEVELS];

  Scoring(
      ForecasterConfig config,
      int evaluationPeriod,
      LeadKnots knots,
      ExpertForecasts experts,
      RawValues rawValues,
      QuantileCode code) {
    this.config = config;
    this.evaluationPeriod = evaluationPeriod;
    this.knots = knots;
    this.experts = experts;
    this.rawValues = rawValues;
    this.code = code;
    tracker = new QuantileTracker(config, rawValues.lowest(), rawValues.highest());
    levels = config.levels().size();
    ofLevels = knots.interpolation(levels);
    slope = config.levels().toFloats();
    for (int j = 0; j < levels; j++) {
      slope[j] -= 0.5f;
    }
    present = NaiveExperts.present(config);
    mixed = ExpertForecasts.mixed(config);
    System.arraycopy(mixed, 0, taking, PendingForecasts.MEMBERS, mixed.length);
    memberLevels = ExpertForecasts.memberLevels(levels);
    rate = new float[config.horizon()];
    rateOfNext = new float[config.horizon()];
    Arrays.fill(losses, Float.NaN);
    setRates();
    Arrays.setAll(values, which -> new float[config.horizon()]);
    knotDistances = new float[knots.count() * levels];
    naiveDistances = new float[config.horizon() * levels];
    quantiles = new float[levels];
    served = new float[levels];
    ranked = new float[(knots.count() + 1) * (levels + 1)];
    pushed = new float[(knots.count() + 1) * levels];
    seasonalNaive = config.season() > 1 ? NaiveExperts.SEASON : NaiveExperts.LAST;
  }

  /** An outcome counts for the knots its lead lies between, in proportion. */
  private void setRates() {
    for (int h = 0; h < rate.length; h++) {
      int knot = knots.knot(h);
      float next = knots.towardsNext(h);
      float whole = QuantileTracker.rate(h + 1);
      rate[h] = whole * (1 - next) / knots.weight(knot);
      rateOfNext[h] = next > 0 ? whole * next / knots.weight(knot + 1) : 0;
    }
  }

  /** With other physical limits, told from another base. */
  void limit() {
    tracker.limit(rawValues.lowest(), rawValues.highest());
  }

  /**
   * Scores every pending forecast whose target is this step.
   *
   * @param raw value of the step, less the base of the series
   * @param target the same, transformed
   * @param learns whether the step is evidence of what the source does
   */
  void score(SeriesState state, long index, float raw, float target, boolean learns) {
    PendingForecasts pending = state.pending();
    expected.clear();
    recall(state, index);
    counted = experts.areCounted(state, state.inputs().scale());
    Scores scores = null;
    String version = null;
    for (int slot = 0; slot < pending.slots(); slot++) {
      int lead = pending.lead(slot, index);
      if (lead > 0) {
        if (scores == null || !pending.version(slot).equals(version)) {
          version = pending.version(slot);
          scores = state.period().scores(version, periodEnd(index));
        }
        score(pending, slot, lead, raw, target, scores, learns);
        if (learns && lead == 1) {
          state.calibration().err(Math.abs(target - quantiles[levels / 2]) / pending.scale(slot));
        }
        if (learns && knots.isKnot(lead - 1) && isMeasurable(pending, slot, lead, target)) {
          learn(state, slot, lead, target);
        }
      }
    }
    if (learns) {
      move(state, index, tracker.isOnLimit(target));
    } else {
      state.calibration().calm();
    }
  }

  /** What was said of the step that was scored last by the one before it. */
  AnomalyWatch.Expected expected() {
    return expected;
  }

  /** What the naives said of the step, and how wide. */
  private void recall(SeriesState state, long index) {
    SeriesInputs inputs = state.inputs();
    float[] last = values[NaiveExperts.LAST];
    inputs.past(last);
    if (present[NaiveExperts.SEASON]) {
      inputs.seasonalForNext(config.season(), last, values[NaiveExperts.SEASON]);
    }
    if (present[NaiveExperts.LONG_SEASON]) {
      inputs.seasonalForNext(config.longSeason(), last, values[NaiveExperts.LONG_SEASON]);
    }
    if (present[NaiveExperts.CLIMATE]) {
      state.naives().climate(index, config.season(), last, values[NaiveExperts.CLIMATE]);
    }
    state.naives().distances(seasonalNaive, knotDistances);
    for (int k = levels / 2; k < knotDistances.length; k += levels) {
      // what it is known by is its value
      knotDistances[k] = 0;
    }
    ofLevels.apply(knotDistances, naiveDistances);
  }

  private void score(
      PendingForecasts pending,
      int slot,
      int lead,
      float raw,
      float target,
      Scores scores,
      boolean learns) {
    float last = values[NaiveExperts.LAST][lead - 1];
    pending.quantiles(slot, lead, last, code, quantiles);
    if (counted) {
      experts.round(quantiles);
    }
    if (learns) {
      push(lead, target);
    }
    float value = values[seasonalNaive][lead - 1];
    float scale = pending.scale(slot);
    boolean isRaw = rawValues.isRaw();
    float[] given = quantiles;
    if (!isRaw) {
      given = served;
      rawValues.raw(quantiles, served);
    }
    if (lead == 1) {
      float unit =
          config.transform() == Transform.LOG_RETURN
              ? (float) (scale * rawValues.inFull(given[levels / 2]))
              : scale;
      expected.set(given, unit);
    }
    float loss = 0;
    float lossOfNaive = 0;
    int from = (lead - 1) * levels;
    for (int j = 0; j < levels; j++) {
      float naive = value + scale * naiveDistances[from + j];
      loss += pinball(j, raw, given[j]);
      lossOfNaive += pinball(j, raw, isRaw ? naive : rawValues.raw(naive));
    }
    scores.add(
        lead - 1,
        raw,
        (float) Math.abs(rawValues.inFull(raw)),
        given,
        loss / levels,
        rawValues.raw(value),
        lossOfNaive / levels,
        rawValues.raw(last));
  }

  private void push(int lead, float target) {
    int knot = knots.knot(lead - 1);
    float here = rate[lead - 1];
    float next = rateOfNext[lead - 1];
    outcomes++;
    if (counted || tracker.isOnLimit(target)) {
      tracker.push(1, counted, target, quantiles, pushed, knots.count() * levels);
      tracker.push(here, counted, target, quantiles, pushed, knot * levels);
      if (next > 0) {
        tracker.push(next, counted, target, quantiles, pushed, (knot + 1) * levels);
      }
      return;
    }
    int rank = tracker.rank(target, quantiles);
    ranked[knots.count() * (levels + 1) + rank]++;
    ranked[knot * (levels + 1) + rank] += here;
    if (next > 0) {
      ranked[(knot + 1) * (levels + 1) + rank] += next;
    }
  }

  /** The step is over: what was learnt of widths takes effect. */
  private void move(SeriesState state, long index, boolean isOnLimit) {
    for (int row = 0; row <= knots.count(); row++) {
      tracker.push(ranked, row * (levels + 1), pushed, row * levels);
    }
    Arrays.fill(ranked, 0);
    state.calibration().move(pushed);
    movePhase(state.calibration(), index, isOnLimit);
  }

  /** Mean push of a step's outcomes on either side of the median, whatever their leads. */
  private void movePhase(Calibration calibration, long index, boolean isOnLimit) {
    int from = knots.count() * levels;
    int median = levels / 2;
    float below = 0;
    float above = 0;
    for (int j = 0; j < median; j++) {
      below += pushed[from + j];
      above += pushed[from + levels - 1 - j];
    }
    Arrays.fill(pushed, from, from + levels, 0);
    int at = calibration.phase(index);
    float mean = calibration.phaseRate() / (median * Math.max(1, outcomes));
    calibration.movePhase(at, mean * below, isOnLimit);
    calibration.movePhase(at + 1, mean * above, isOnLimit);
    outcomes = 0;
  }

  /** The scale of what was a constant until now is no measure of a loss. */
  private boolean isMeasurable(PendingForecasts pending, int slot, int lead, float target) {
    float distance = Math.abs(target - values[NaiveExperts.LAST][lead - 1]);
    return distance <= MAX_SCALES * pending.scale(slot);
  }

  /** What a knot of the leads learns of the experts, {@link #quantiles} being what they gave. */
  private void learn(SeriesState state, int slot, int lead, float target) {
    PendingForecasts pending = state.pending();
    int knot = knots.knot(lead - 1);
    float scale = pending.scale(slot);
    pending.memberDistances(slot, lead, distances);
    for (int member = 0; member < PendingForecasts.MEMBERS; member++) {
      losses[member] =
          pending.has(slot, member) ? memberLoss(member, target, scale) / scale : Float.NaN;
    }
    learnOfNaives(state, knot, lead, target, scale);
    state.mixture().observe(knot, losses);
  }

  private void learnOfNaives(SeriesState state, int knot, int lead, float target, float scale) {
    NaiveExperts naives = state.naives();
    float moves = naives.count(knot);
    state.mixture().ofNaives(taking, state.anomalies().holds(), knot, shares, 0);
    Arrays.fill(mean, 0);
    for (int which = 0; which < NaiveExperts.COUNT; which++) {
      if (present[which]) {
        float value = values[which][lead - 1];
        if (mixed[which]) {
          naives.quantiles(which, knot, value, scale, memberLevels, few);
          losses[PendingForecasts.MEMBERS + which] = naiveLoss(few, target) / scale;
          addToMean(shares[PendingForecasts.MEMBERS + which]);
        }
        naives.observe(which, knot, (target - value) / scale, moves);
      }
    }
    losses[Mixture.NAIVES] = naiveLoss(mean, target) / scale;
  }

  private void addToMean(float share) {
    for (int i = 0; i < mean.length; i++) {
      mean[i] += share * few[i];
    }
  }

  /** A member is kept as its distance from what was given out. */
  private float memberLoss(int member, float target, float scale) {
    float sum = 0;
    for (int i = 0; i < PendingForecasts.MEMBER_LEVELS; i++) {
      int j = memberLevels[i];
      float distance = distances[member * PendingForecasts.MEMBER_LEVELS + i];
      sum += pinball(j, target, admitted(quantiles[j] + scale * distance));
    }
    return sum;
  }

  private float naiveLoss(float[] said, float target) {
    float sum = 0;
    for (int i = 0; i < PendingForecasts.MEMBER_LEVELS; i++) {
      sum += pinball(memberLevels[i], target, admitted(said[i]));
    }
    return sum;
  }

  /** As it would have been given out. */
  private float admitted(float quantile) {
    return tracker.limited(counted ? (float) Math.rint(quantile) : quantile);
  }

  /** Pinball loss without a branch: {@code (level - 1/2) e + |e| / 2}. */
  private float pinball(int j, float target, float quantile) {
    float error = target - quantile;
    return slope[j] * error + 0.5f * Math.abs(error);
  }

  private long periodEnd(long index) {
    return index + Math.floorMod(-index, evaluationPeriod);
  }
}
