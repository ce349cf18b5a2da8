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
 * <p>All is transformed, {@code [horizon * levels]}, lead by lead, but what {@link #raw} returns.
 */
final class ExpertForecasts {
  private static final int RECURRENT = 0;
  private static final int HIGHWAY = 1;

  private final ForecasterConfig config;
  private final LeadKnots knots;
  private final boolean walk;
  private final int horizon;
  private final int levels;
  private final int median;
  private final int[] memberLevels;
  private final float[] shape;
  private final float lowest;
  private final float highest;
  private final float rawLowest;
  private final float rawHighest;

  private final boolean[] taking = new boolean[Mixture.EXPERTS];
  private final float[] knotShares;
  private final float[] shares;
  private final float[] knotWidths;
  private final float[] widths;
  private final float[] recurrent;
  private final float[] highway;
  private final float[] served;
  private final float[] factors;
  private final float[] distances;
  private String version = "";

  ExpertForecasts(ForecasterConfig config, LeadKnots knots) {
    this.config = config;
    this.knots = knots;
    walk = config.transform().isRandomWalk();
    horizon = config.horizon();
    levels = config.levels().size();
    median = config.levels().median();
    memberLevels = memberLevels(levels);
    shape = NaiveExperts.shape(config.levels());
    lowest = limit(config.transform(), config.limits().minimum(), Float.NEGATIVE_INFINITY);
    highest = limit(config.transform(), config.limits().maximum(), Float.POSITIVE_INFINITY);
    rawLowest = Math.max(atLeast(config.limits().minimum()), smallest(config.transform()));
    rawHighest = -atLeast(-config.limits().maximum());
    boolean[] naives = mixed(config);
    System.arraycopy(naives, 0, taking, PendingForecasts.MEMBERS, naives.length);
    knotShares = new float[knots.count() * Mixture.EXPERTS];
    shares = new float[horizon * Mixture.EXPERTS];
    knotWidths = new float[knots.count() * levels];
    widths = new float[horizon * levels];
    recurrent = new float[horizon * levels];
    highway = new float[horizon * levels];
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

  private static float limit(Transform transform, double raw, float none) {
    float limit = Double.isInfinite(raw) ? none : transform.apply((float) raw);
    return Float.isNaN(limit) ? none : limit;
  }

  /** The smallest finite float not below {@code limit}. */
  private static float atLeast(double limit) {
    float nearest = (float) Math.max(limit, -Float.MAX_VALUE);
    return nearest < limit ? Math.nextUp(nearest) : nearest;
  }

  /** A price never reaches zero, where it would have no logarithm. */
  private static float smallest(Transform transform) {
    return transform == Transform.LOG_RETURN ? Float.MIN_NORMAL : -Float.MAX_VALUE;
  }

  float lowest() {
    return lowest;
  }

  float highest() {
    return highest;
  }

  /**
   * Forecasts from the state as it stands after the step of the origin.
   *
   * @param origin index of that step
   */
  void make(SeriesState state, long origin, PackedModel model) {
    SeriesInputs inputs = state.inputs();
    version = model.version();
    boolean ready = inputs.ready();
    taking[RECURRENT] = ready && model.forecastRecurrent(state.hidden(), inputs, recurrent);
    taking[HIGHWAY] = ready && model.forecastHighway(inputs, origin, highway);
    if (hasModel()) {
      state.calibration().serve(version);
    }
    state.mixture().shares(taking, knots, knotShares);
    knots.interpolate(knotShares, Mixture.EXPERTS, shares);
    mixWidths(state.naives());
    mix(state, origin);
    calibrate(state.calibration(), origin, inputs.last());
    measureMembers(inputs.scale());
  }

  /** Widths of the naives in the mixture, in units of the running scale. */
  private void mixWidths(NaiveExperts naives) {
    Arrays.fill(knotWidths, 0);
    for (int naive = 0; naive < NaiveExperts.COUNT; naive++) {
      for (int k = 0; k < knots.count(); k++) {
        float share = knotShares[k * Mixture.EXPERTS + PendingForecasts.MEMBERS + naive];
        for (int j = 0; share > 0 && j < levels; j++) {
          knotWidths[k * levels + j] += share * naives.width(naive, k, j, shape);
        }
      }
    }
    knots.interpolate(knotWidths, levels, widths);
  }

  private void mix(SeriesState state, long origin) {
    SeriesInputs inputs = state.inputs();
    float scale = inputs.scale();
    for (int h = 0; h < horizon; h++) {
      float value = naiveValue(state, origin, h);
      float ofRecurrent = shares[h * Mixture.EXPERTS + RECURRENT];
      float ofHighway = shares[h * Mixture.EXPERTS + HIGHWAY];
      for (int k = h * levels; k < (h + 1) * levels; k++) {
        served[k] = value + scale * widths[k];
      }
      add(ofRecurrent, recurrent, h);
      add(ofHighway, highway, h);
    }
  }

  private void add(float share, float[] member, int h) {
    if (share > 0) {
      for (int k = h * levels; k < (h + 1) * levels; k++) {
        served[k] += share * member[k];
      }
    }
  }

  /** Values of the naives, each by its share. */
  private float naiveValue(SeriesState state, long origin, int h) {
    int at = h * Mixture.EXPERTS + PendingForecasts.MEMBERS;
    SeriesInputs inputs = state.inputs();
    float value = shares[at + NaiveExperts.LAST] * inputs.last();
    if (shares[at + NaiveExperts.SEASON] > 0) {
      value += shares[at + NaiveExperts.SEASON] * inputs.seasonal(config.season(), h + 1);
    }
    if (shares[at + NaiveExperts.LONG_SEASON] > 0) {
      value += shares[at + NaiveExperts.LONG_SEASON] * inputs.seasonal(config.longSeason(), h + 1);
    }
    if (shares[at + NaiveExperts.CLIMATE] > 0) {
      float median = state.naives().climate(origin + h + 1, config.season(), inputs.last());
      value += shares[at + NaiveExperts.CLIMATE] * median;
    }
    return value;
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
    float shift = walk ? served[from + median] - member[from + median] : 0;
    for (int i = 0; i < memberLevels.length; i++) {
      int k = from + memberLevels[i];
      distances[at + i] = takes ? (member[k] + shift - served[k]) / scale : 0;
    }
  }

  private void calibrate(Calibration calibration, long origin, float last) {
    calibration.factors(knots, factors);
    for (int h = 0; h < horizon; h++) {
      int from = h * levels;
      float middle = served[from + median];
      float base = walk ? last : middle;
      int phase = calibration.phase(origin + h + 1);
      float below = calibration.ofPhase(phase);
      float above = calibration.ofPhase(phase + 1);
      for (int k = from; k < from + median; k++) {
        served[k] = base + below * factors[k] * (served[k] - middle);
      }
      for (int k = from + median + 1; k < from + levels; k++) {
        served[k] = base + above * factors[k] * (served[k] - middle);
      }
      served[from + median] = base;
      ascend(from);
    }
  }

  /** Factors of neighbouring levels differ: outwards from the median, within the limits. */
  private void ascend(int from) {
    int middle = from + median;
    served[middle] = Math.max(lowest, Math.min(highest, served[middle]));
    for (int k = middle + 1; k < from + levels; k++) {
      served[k] = Math.min(highest, Math.max(served[k - 1], served[k]));
    }
    for (int k = middle - 1; k >= from; k--) {
      served[k] = Math.max(lowest, Math.min(served[k + 1], served[k]));
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

  /** The raw value of a transformed one, within the limits. */
  float raw(float transformed) {
    float raw = (float) config.transform().invert(transformed);
    return Math.max(rawLowest, Math.min(rawHighest, raw));
  }

  /**
   * What is given out, raw, {@code [levels][horizon]}.
   *
   * @param last raw value at the origin
   */
  float[][] raw(long origin, float last) {
    float[][] raw = new float[levels][horizon];
    float pinned = Math.max(rawLowest, Math.min(rawHighest, last));
    for (int j = 0; j < levels; j++) {
      for (int h = 0; h < horizon; h++) {
        raw[j][h] = raw(served[h * levels + j]);
      }
    }
    for (int j = 0; walk && j < levels; j++) {
      // rounding may have put the median beside the last value
      for (int h = 0; h < horizon; h++) {
        raw[j][h] =
            j == median
                ? pinned
                : j < median ? Math.min(pinned, raw[j][h]) : Math.max(pinned, raw[j][h]);
      }
    }
    requireAscending(raw, origin);
    return raw;
  }

  private void requireAscending(float[][] raw, long origin) {
    for (int j = 0; j < levels; j++) {
      for (int h = 0; h < horizon; h++) {
        if (!(Math.abs(raw[j][h]) <= Float.MAX_VALUE) || (j > 0 && raw[j][h] < raw[j - 1][h])) {
          throw new IllegalStateException(
              "Expected finite ascending quantiles at origin "
                  + origin
                  + " but lead "
                  + (h + 1)
                  + ", level "
                  + config.levels().get(j)
                  + " is "
                  + raw[j][h]
                  + (hasModel() ? " (model " + version + ")" : " (naives)"));
        }
      }
    }
  }
}
