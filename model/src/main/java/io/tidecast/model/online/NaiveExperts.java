package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Forecasters without weights, each with the running quantiles of its errors on this series: the
 * last value, the value one season before, the value one long season before, and a running median
 * by phase of the season (the climatology).
 *
 * <p>{@code quantile = value + scale * spread * distance}, per knot of the leads. The spread is a
 * running mean of |error| / scale and finds its size within a few errors. The distances, per level
 * and the median's among them, begin as those of a normal law and go by stochastic approximation
 * (Robbins and Monro 1951): {@code distance += rate (level - 1[error <= distance]) / density}, with
 * the density of that law. So they find the errors of what is mostly still: nine of ten exactly
 * nothing, and one that is large.
 */
final class NaiveExperts {
  static final int COUNT = 4;
  static final int LAST = 0;
  static final int SEASON = 1;
  static final int LONG_SEASON = 2;
  static final int CLIMATE = 3;

  private static final int SPAN = 1000;
  // an error counts at most as this many spreads, so that one absurd target does not hide the rest
  private static final float MAX_SPREADS = 20;
  private static final double MEAN_OVER_DEVIATION = Math.sqrt(2 / Math.PI);
  private static final int CAUTION = 24;
  private static final int YOUNG = 200;
  private static final float MAX_DISTANCE = 100;
  private static final int MAX_PHASES = 24;
  private static final double CLIMATE_RATE = 0.05;
  private static final double CLIMATE_RATE_WITHOUT_SEASON = 0.01;
  private static final int SURELY_WHOLE = 100;
  private static final int MAX_COUNTED = 8;

  private final int knots;
  private final int levels;
  // [levels * 2]: of an error above a quantile, and of one that is not
  private final float[] push;
  // [levels]: of a normal law, in mean absolute deviations
  private final float[] normal;
  private final float[] overDensity;
  // [COUNT * knots]
  private final float[] spread;
  // [(knots + COUNT - 1) * levels]: of the last value by knot, then of each of the others
  private final float[] distance;
  private final short[] count;
  private final float[] climate;
  private short whole;
  // the phase of the last step, and its median before the season came to it again
  private short phase = -1;
  private float before = Float.NaN;

  NaiveExperts(ForecasterConfig config) {
    knots = LeadKnots.count(config.horizon());
    levels = config.levels().size();
    float[] level = config.levels().toFloats();
    push = new float[2 * levels];
    normal = new float[levels];
    overDensity = new float[levels];
    for (int j = 0; j < levels; j++) {
      push[2 * j] = level[j];
      push[2 * j + 1] = level[j] - 1;
      double z = normalQuantile(level[j]);
      normal[j] = (float) (z / MEAN_OVER_DEVIATION);
      overDensity[j] = (float) (Math.sqrt(2 * Math.PI) * Math.exp(z * z / 2) / MEAN_OVER_DEVIATION);
    }
    if (config.transform().isRandomWalk()) {
      overDensity[config.levels().median()] = 0;
    }
    spread = new float[COUNT * knots];
    distance = new float[(knots + COUNT - 1) * levels];
    count = new short[knots];
    climate = new float[phases(config)];
    for (int at = 0; at < distance.length; at += levels) {
      System.arraycopy(normal, 0, distance, at, levels);
    }
    Arrays.fill(climate, Float.NaN);
    LeadKnots leads = LeadKnots.of(config);
    for (int k = 0; k < knots; k++) {
      double growth = config.transform().isRandomWalk() ? Math.sqrt(leads.lead(k)) : 1;
      for (int naive = 0; naive < COUNT; naive++) {
        spread[naive * knots + k] = (float) (MEAN_OVER_DEVIATION * growth);
      }
    }
  }

  private NaiveExperts(NaiveExperts other) {
    knots = other.knots;
    levels = other.levels;
    push = other.push;
    normal = other.normal;
    overDensity = other.overDensity;
    spread = other.spread.clone();
    distance = other.distance.clone();
    count = other.count.clone();
    climate = other.climate.clone();
    whole = other.whole;
    phase = other.phase;
    before = other.before;
  }

  /** One of its own with the same content. */
  NaiveExperts copy() {
    return new NaiveExperts(this);
  }

  private static int phases(ForecasterConfig config) {
    return Math.min(MAX_PHASES, config.season());
  }

  static int bytes(ForecasterConfig config) {
    int knots = LeadKnots.count(config.horizon());
    int distances = (knots + COUNT - 1) * config.levels().size();
    return (2 + knots) * Short.BYTES
        + Float.BYTES * (1 + COUNT * knots + distances + phases(config));
  }

  /** Which of them there are for a configuration. */
  static boolean[] present(ForecasterConfig config) {
    return new boolean[] {
      true, config.season() > 1, config.longSeason() > 1, config.transform() == Transform.LEVEL
    };
  }

  /** Tukey's lambda law near the normal one; off by less than 0.02 between 0.01 and 0.99. */
  private static double normalQuantile(double level) {
    return 4.91 * (Math.pow(level, 0.14) - Math.pow(1 - level, 0.14));
  }

  /**
   * Adds a share of a naive's quantiles at all knots, as distances from its value in units of the
   * running scale.
   *
   * @param share of the knot; those of others follow every {@code stride}
   * @param out {@code [knots * levels]}
   */
  void add(int naive, float[] share, int at, int stride, float[] out) {
    for (int k = 0; k < knots; k++) {
      float wide = share[at + k * stride] * spread[naive * knots + k];
      int from = distances(naive, k);
      for (int j = 0; wide > 0 && j < levels; j++) {
        out[k * levels + j] += wide * distance[from + j];
      }
    }
  }

  /**
   * Quantiles of a naive at a knot.
   *
   * @param value of the naive
   * @param scale at its origin
   * @param which levels are asked for
   * @param out the quantile of each of these, in any order
   */
  void quantiles(int naive, int knot, float value, float scale, int[] which, float[] out) {
    float wide = scale * spread[naive * knots + knot];
    int from = distances(naive, knot);
    for (int i = 0; i < which.length; i++) {
      out[i] = value + wide * distance[from + which[i]];
    }
  }

  /**
   * Distances of a naive's quantiles from its value, in running scales, {@code [knots * levels]}.
   */
  void distances(int naive, float[] out) {
    for (int k = 0; k < knots; k++) {
      int from = distances(naive, k);
      for (int j = 0; j < levels; j++) {
        out[k * levels + j] = spread[naive * knots + k] * distance[from + j];
      }
    }
  }

  /** Where the distances of a naive at a knot begin: what lies a season back errs alike at all. */
  private int distances(int naive, int knot) {
    return levels * (naive == LAST ? knot : knots + naive - 1);
  }

  /**
   * The running median at the phase of a step, for each lead, as it was before the season came to
   * that phase: what is nearer to the step than a lead was not known.
   *
   * @param otherwise while that was not seen, {@code [horizon]}
   * @param out {@code [horizon]}
   */
  void climate(long index, int season, float[] otherwise, float[] out) {
    int bin = bin(index, season);
    float median = bin == phase ? before : climate[bin];
    if (Float.isNaN(median)) {
      System.arraycopy(otherwise, 0, out, 0, out.length);
    } else {
      Arrays.fill(out, median);
    }
  }

  /**
   * The running medians at consecutive steps.
   *
   * @param first phase of the first of them
   */
  void climates(long first, int season, float otherwise, float[] out) {
    int position = (int) Math.floorMod(first, (long) season);
    for (int h = 0; h < out.length; h++) {
      float median = climate[(int) ((long) position * climate.length / season)];
      out[h] = Float.isNaN(median) ? otherwise : median;
      position = position + 1 == season ? 0 : position + 1;
    }
  }

  /**
   * Whether values are whole numbers, and few of them make a scale: counts, and what is on or off.
   * Then so are the quantiles.
   */
  boolean areCounted(float scale) {
    return whole >= SURELY_WHOLE && scale < MAX_COUNTED;
  }

  private int bin(long index, int season) {
    return (int) (Math.floorMod(index, (long) season) * climate.length / season);
  }

  /** As if the target had always been higher by {@code by}. */
  void shift(double by) {
    for (int bin = 0; bin < climate.length; bin++) {
      climate[bin] = (float) (climate[bin] + by);
    }
    before = (float) (before + by);
  }

  void forgetClimate() {
    Arrays.fill(climate, Float.NaN);
    before = Float.NaN;
  }

  /**
   * Moves the running median towards the value of a step.
   *
   * @param rows steps seen so far: in the first seasons it moves further
   */
  void observe(long index, int season, float value, float scale, long rows) {
    whole = value == Math.rint(value) ? (short) Math.min(SPAN, whole + 1) : 0;
    int bin = bin(index, season);
    if (bin != phase || climate.length == 1) {
      phase = (short) bin;
      before = climate[bin];
    }
    if (Float.isNaN(climate[bin])) {
      climate[bin] = value;
    } else {
      double rate = season == 1 ? CLIMATE_RATE_WITHOUT_SEASON : CLIMATE_RATE;
      double stepsOfPhase = Math.max(1, season / (double) climate.length);
      float step = (float) (scale * Math.max(rate, 2.0 / (1 + rows / season)) / stepsOfPhase);
      climate[bin] += Math.max(-step, Math.min(step, value - climate[bin]));
    }
  }

  /**
   * @param error of the naive at a knot, transformed, over the running scale at its origin
   * @param rate of {@link #count}
   */
  void observe(int naive, int knot, float error, float rate) {
    int row = naive * knots + knot;
    float known = spread[row];
    float slow = rate / (1 + CAUTION * rate) / (naive == LAST ? 1 : knots);
    int from = distances(naive, knot);
    for (int j = 0; j < levels; j++) {
      float now = distance[from + j];
      // a matter of chance: an index is chosen without a branch, a float is not
      int isBelow = error <= known * now ? 1 : 0;
      float moved = now + slow * overDensity[j] * push[2 * j + isBelow];
      distance[from + j] = limited(moved);
    }
    float limit = MAX_SPREADS * known > 1 ? MAX_SPREADS * known : 1;
    float size = Math.abs(error);
    spread[row] = known + rate * ((size < limit ? size : limit) - known);
  }

  /** Hardly ever does it limit: a branch that is foreseen costs less than a minimum. */
  private static float limited(float moved) {
    return moved > MAX_DISTANCE ? MAX_DISTANCE : moved < -MAX_DISTANCE ? -MAX_DISTANCE : moved;
  }

  /**
   * Begins the observation of a target at a knot, and tells how far it moves the spreads: as far as
   * in a plain mean, and twice as far while a series is young, since its first errors are those of
   * a season that was not yet seen, in the unit of a scale that is not yet that of the series.
   */
  float count(int knot) {
    count[knot] = (short) Math.min(SPAN, count[knot] + 1);
    return 1f / (count[knot] + 1 - 0.5f * Math.min(count[knot], YOUNG));
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, spread);
    LittleEndian.write(out, distance);
    for (short seen : count) {
      out.writeShort(seen);
    }
    LittleEndian.write(out, climate);
    out.writeShort(whole);
    out.writeShort(phase);
    out.writeFloat(before);
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, spread);
    LittleEndian.read(in, distance);
    readRest(in);
    whole = in.readShort();
    phase = in.readShort();
    before = in.readFloat();
  }

  /** As format 4 and earlier ones had it: a factor of the normal law by level, for all knots. */
  void readFormat4(DataInput in) throws IOException {
    LittleEndian.read(in, spread);
    float[] factor = new float[COUNT * levels];
    LittleEndian.read(in, factor);
    for (int row = 0; row < COUNT * knots; row++) {
      int from = distances(row / knots, row % knots);
      for (int j = 0; j < levels; j++) {
        distance[from + j] = normal[j] * factor[row / knots * levels + j];
      }
    }
    readRest(in);
  }

  private void readRest(DataInput in) throws IOException {
    for (int k = 0; k < count.length; k++) {
      count[k] = in.readShort();
    }
    LittleEndian.read(in, climate);
  }
}
