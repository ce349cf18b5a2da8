package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.PackedModel;
import java.util.Arrays;

/**
 * The forecasts of one origin by every expert, and their calibrated mixture, which is given out:
 * scratch space, filled anew at every origin. Experts are numbered: the recurrent member, the
 * linear highway, then the {@link NaiveExperts}.
 *
 * <p>All is transformed, {@code [horizon * levels]}, lead by lead, but what {@link #make} returns.
 */
final class ExpertForecasts {
  private static final int RECURRENT = 0;
  private static final int HIGHWAY = 1;

  private final ForecasterConfig config;
  private final LeadKnots knots;
  private final RawValues rawValues;
  private final LeadKnots.Interpolation ofExperts;
  private final LeadKnots.Interpolation ofLevels;
  private final boolean walk;
  private final int horizon;
  private final int levels;
  private final int median;
  private final int[] memberLevels;
  private final int[] phaseOf;
  // of a random walk whose model knows no better: the median is the last value
  private boolean pinned;

  private final boolean[] taking = new boolean[Mixture.EXPERTS];
  private final float[] knotShares;
  private final float[] shares;
  private final float[] knotWidths;
  private final float[] widths;
  private final float[] values;
  private final float[] base;
  private final float[] recurrent;
  private final float[] highway;
  private final float[] nothing;
  private final float[] served;
  private final float[] factors;
  private final float[] distances;
  private String version = "";

  ExpertForecasts(ForecasterConfig config, LeadKnots knots, RawValues rawValues) {
    this.config = config;
    this.knots = knots;
    this.rawValues = rawValues;
    walk = config.transform().isRandomWalk();
    horizon = config.horizon();
    levels = config.levels().size();
    ofExperts = knots.interpolation(Mixture.EXPERTS);
    ofLevels = knots.interpolation(levels);
    median = config.levels().median();
    memberLevels = memberLevels(levels);
    phaseOf = Calibration.phasesOf(config);
    boolean[] naives = mixed(config);
    System.arraycopy(naives, 0, taking, PendingForecasts.MEMBERS, naives.length);
    knotShares = new float[knots.count() * Mixture.EXPERTS];
    shares = new float[horizon * Mixture.EXPERTS];
    knotWidths = new float[knots.count() * levels];
    values = new float[horizon];
    base = new float[horizon];
    widths = new float[horizon * levels];
    recurrent = new float[horizon * levels];
    highway = new float[horizon * levels];
    nothing = new float[horizon * levels];
    served = new float[horizon * levels];
    factors = new float[horizon * levels];
    distances = new float[knots.count() * PendingForecasts.MEMBERS * memberLevels.length];
  }

  /** A random walk is expected where it is: of the naives the last value alone agrees. */
  static boolean[] mixed(ForecasterConfig config) {
    boolean[] mixed = NaiveExperts.present(config);
    if (config.transform().isRandomWalk()) {
      Arrays.fill(mixed, NaiveExperts.SEASON, mixed.length, false);
    }
    return mixed;
  }

  /** Median and one level on either side, which is enough to weigh the experts. */
  static int[] memberLevels(int levels) {
    int outer = (levels - 1) / 4;
    return new int[] {outer, levels / 2, levels - 1 - outer};
  }

  /**
   * Forecasts from the state as it stands after the step of the origin. A model whose forecasts are
   * not finite, as one that was brought and forced may be, takes no part.
   *
   * @param origin index of that step
   * @param last raw value at it, less the base of the series
   * @return what is given out, raw, less the base, {@code [levels][horizon]}
   */
  float[][] make(SeriesState state, long origin, float last, PackedModel model) {
    fill(state, origin, model);
    float[][] raw = new float[levels][];
    for (int j = 0; j < levels; j++) {
      raw[j] = new float[horizon];
    }
    if (!isGivenOut(last, raw)) {
      fill(state, origin, PackedModel.NONE);
      version = model.version();
      if (!isGivenOut(last, raw)) {
        throw new IllegalStateException(
            "Expected finite ascending quantiles of the naives at origin " + origin);
      }
    }
    return raw;
  }

  private void fill(SeriesState state, long origin, PackedModel model) {
    SeriesInputs inputs = state.inputs();
    version = model.version();
    pinned = walk && !model.movesMedian();
    taking[RECURRENT] = false;
    taking[HIGHWAY] = false;
    if (inputs.ready()) {
      model.forecast(state.hidden(), inputs, origin, recurrent, highway, taking);
    }
    if (hasModel()) {
      serve(state, model);
    }
    state.mixture().shares(taking, state.anomalies().holds(), knots, knotShares);
    ofExperts.apply(knotShares, shares);
    mixWidths(state.naives());
    mix(state, origin);
    calibrate(state.calibration(), origin, inputs.last());
    if (areCounted(state, inputs.scale())) {
      round(served);
    }
    measureMembers(inputs.scale());
  }

  private static void serve(SeriesState state, PackedModel model) {
    String before = state.calibration().version();
    if (!before.equals(model.version())) {
      if (!training(before).equals(training(model.version()))) {
        succeed(state, before.equals(model.parent()));
      }
      state.calibration().serve(model.version());
    }
  }

  private static void succeed(SeriesState state, boolean isMadeFromTheLast) {
    state.mixture().succeed(isMadeFromTheLast);
    if (!isMadeFromTheLast) {
      state.pending().forgetMembers();
    }
  }

  /**
   * A version is called by group, training and digest: what was chosen, and the same trained on all
   * rows, differ in the last one.
   */
  private static String training(String version) {
    return version.substring(0, Math.max(0, version.lastIndexOf('-')));
  }

  /** Quantiles of the naives in the mixture about their values, in units of the running scale. */
  private void mixWidths(NaiveExperts naives) {
    Arrays.fill(knotWidths, 0);
    for (int naive = 0; naive < NaiveExperts.COUNT; naive++) {
      int at = PendingForecasts.MEMBERS + naive;
      naives.add(naive, knotShares, at, Mixture.EXPERTS, knotWidths);
    }
    ofLevels.apply(knotWidths, widths);
  }

  private void mix(SeriesState state, long origin) {
    float scale = state.inputs().scale();
    mixNaives(state, origin);
    for (int h = 0; h < horizon; h++) {
      int from = h * levels;
      float value = base[h];
      float ofRecurrent = shares[h * Mixture.EXPERTS + RECURRENT];
      float ofHighway = shares[h * Mixture.EXPERTS + HIGHWAY];
      float[] one = ofRecurrent > 0 ? recurrent : nothing;
      float[] other = ofHighway > 0 ? highway : nothing;
      for (int k = from; k < from + levels; k++) {
        float ofNaives = value + scale * widths[k];
        served[k] = ofNaives + ofRecurrent * one[k] + ofHighway * other[k];
      }
    }
  }

  /** Values of the naives, each by its share. */
  private void mixNaives(SeriesState state, long origin) {
    Arrays.fill(base, 0);
    for (int naive = 0; naive < NaiveExperts.COUNT; naive++) {
      if (hasShare(naive)) {
        valuesOf(naive, state, origin);
        for (int h = 0; h < horizon; h++) {
          base[h] += shares[h * Mixture.EXPERTS + PendingForecasts.MEMBERS + naive] * values[h];
        }
      }
    }
  }

  private boolean hasShare(int naive) {
    boolean has = false;
    for (int k = 0; k < knots.count(); k++) {
      has |= knotShares[k * Mixture.EXPERTS + PendingForecasts.MEMBERS + naive] > 0;
    }
    return has;
  }

  private void valuesOf(int naive, SeriesState state, long origin) {
    SeriesInputs inputs = state.inputs();
    switch (naive) {
      case NaiveExperts.LAST -> Arrays.fill(values, inputs.last());
      case NaiveExperts.SEASON -> inputs.seasonal(config.season(), values);
      case NaiveExperts.LONG_SEASON -> inputs.seasonal(config.longSeason(), values);
      default -> state.naives().climates(origin + 1, config.season(), inputs.last(), values);
    }
  }

  /** How far the members are from what is given out, at the knots. */
  private void measureMembers(float scale) {
    for (int k = 0; k < knots.count(); k++) {
      int from = (knots.lead(k) - 1) * levels;
      int at = k * PendingForecasts.MEMBERS * memberLevels.length;
      measure(taking[RECURRENT], recurrent, from, scale, at);
      measure(taking[HIGHWAY], highway, from, scale, at + memberLevels.length);
    }
  }

  private void measure(boolean takes, float[] member, int from, float scale, int at) {
    float unit = 1 / scale;
    float shift = pinned ? served[from + median] - member[from + median] : 0;
    for (int i = 0; i < memberLevels.length; i++) {
      int k = from + memberLevels[i];
      distances[at + i] = takes ? (member[k] + shift - served[k]) * unit : 0;
    }
  }

  private void calibrate(Calibration calibration, long origin, float last) {
    calibration.factors(ofLevels, factors);
    float restlessness = walk ? 1 : calibration.restlessness();
    int position = (int) Math.floorMod(origin + 1, (long) phaseOf.length);
    for (int h = 0; h < horizon; h++) {
      int from = h * levels;
      float middle = served[from + median];
      float base = pinned ? last : middle;
      float below = restlessness * calibration.ofPhase(phaseOf[position]);
      float above = restlessness * calibration.ofPhase(phaseOf[position] + 1);
      position = position + 1 == phaseOf.length ? 0 : position + 1;
      spread(from, base, middle, below, above);
    }
  }

  /** Factors of neighbouring levels differ: outwards from the median, within the limits. */
  private void spread(int from, float base, float middle, float below, float above) {
    float lowest = rawValues.lowest();
    float highest = rawValues.highest();
    float inner = rawValues.limited(base);
    float upper = inner;
    for (int k = from + median + 1; k < from + levels; k++) {
      float quantile = base + above * factors[k] * (served[k] - middle);
      upper = quantile < upper ? upper : quantile > highest ? highest : quantile;
      served[k] = upper;
    }
    float lower = inner;
    for (int k = from + median - 1; k >= from; k--) {
      float quantile = base + below * factors[k] * (served[k] - middle);
      lower = quantile > lower ? lower : quantile < lowest ? lowest : quantile;
      served[k] = lower;
    }
    served[from + median] = inner;
  }

  /** Whether quantiles are whole numbers, see {@link NaiveExperts#areCounted}. */
  boolean areCounted(SeriesState state, float scale) {
    return switch (config.limits().values()) {
      case AS_SEEN -> !walk && state.naives().areCounted(scale);
      case WHOLE -> config.transform() != Transform.LOG_RETURN;
      case ANY -> false;
    };
  }

  /** To the nearest whole numbers, within the limits. */
  void round(float[] values) {
    for (int k = 0; k < values.length; k++) {
      values[k] = rawValues.limited((float) Math.rint(values[k]));
    }
  }

  boolean has(int member) {
    return taking[member];
  }

  /** Whether the model takes part. */
  boolean hasModel() {
    return taking[RECURRENT] || taking[HIGHWAY];
  }

  /** Of the model there is, also if it took no part; empty if there is none. */
  String version() {
    return version;
  }

  /** What is given out. */
  float[] served() {
    return served;
  }

  /** Distances of the members from what is given out at a knot, as codes. */
  void memberDistances(int h, byte[] out, int at) {
    int size = PendingForecasts.MEMBERS * memberLevels.length;
    int from = knots.knot(h) * size;
    for (int i = 0; i < size; i++) {
      out[at + i] = QuantileCode.signed(distances[from + i]);
    }
  }

  /** Puts what is given out into {@code raw}; whether it is finite and ascending. */
  private boolean isGivenOut(float last, float[][] raw) {
    float within = rawValues.within(last);
    for (int j = 0; j < levels; j++) {
      float[] row = raw[j];
      float[] below = j == 0 ? row : raw[j - 1];
      for (int h = 0; h < horizon; h++) {
        float value = rawValues.raw(served[h * levels + j]);
        row[h] = pinned ? beside(within, j, value) : value;
        if (!(Math.abs(row[h]) <= Float.MAX_VALUE) || row[h] < below[h]) {
          return false;
        }
      }
    }
    return true;
  }

  /** Rounding may have put the median beside the last value. */
  private float beside(float last, int j, float value) {
    return j == median ? last : j < median ? Math.min(last, value) : Math.max(last, value);
  }
}
