package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import io.tidecast.model.QuantileLevels;
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
 * <p>{@code quantile = value + scale * spread * shape * factor}, per knot of the leads. The spread
 * is a running mean of |error| / scale and finds its size within a few errors; the shape is that of
 * a normal law; the factors, one per level for all leads, follow by the rule of {@link
 * QuantileTracker}.
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
  private static final int MAX_PHASES = 24;
  private static final double CLIMATE_RATE = 0.05;

  private final int knots;
  private final int levels;
  private final float[] spread;
  private final float[] factor;
  private final short[] count;
  private final float[] climate;

  NaiveExperts(ForecasterConfig config) {
    knots = LeadKnots.count(config.horizon());
    levels = config.levels().size();
    spread = new float[COUNT * knots];
    factor = new float[COUNT * levels];
    count = new short[knots];
    climate = new float[phases(config)];
    Arrays.fill(factor, 1);
    Arrays.fill(climate, Float.NaN);
    LeadKnots leads = LeadKnots.of(config);
    for (int k = 0; k < knots; k++) {
      double growth = config.transform().isRandomWalk() ? Math.sqrt(leads.lead(k)) : 1;
      for (int naive = 0; naive < COUNT; naive++) {
        spread[naive * knots + k] = (float) (MEAN_OVER_DEVIATION * growth);
      }
    }
  }

  private static int phases(ForecasterConfig config) {
    return Math.min(MAX_PHASES, config.season());
  }

  static int bytes(ForecasterConfig config) {
    int knots = LeadKnots.count(config.horizon());
    int factors = COUNT * config.levels().size();
    return knots * (COUNT * Float.BYTES + Short.BYTES) + Float.BYTES * (factors + phases(config));
  }

  /** Which of them there are for a configuration. */
  static boolean[] present(ForecasterConfig config) {
    return new boolean[] {
      true, config.season() > 1, config.longSeason() > 1, config.transform() == Transform.LEVEL
    };
  }

  /** Widths of a normal law by level, over its mean absolute deviation. */
  static float[] shape(QuantileLevels all) {
    float[] shape = new float[all.size()];
    for (int j = 0; j < shape.length; j++) {
      shape[j] = (float) (normalQuantile(all.get(j)) / MEAN_OVER_DEVIATION);
    }
    return shape;
  }

  /** Tukey's lambda law near the normal one; off by less than 0.02 between 0.01 and 0.99. */
  private static double normalQuantile(double level) {
    return 4.91 * (Math.pow(level, 0.14) - Math.pow(1 - level, 0.14));
  }

  /**
   * What {@link #spread} is multiplied by for the distance of a quantile from the naive's value, in
   * units of the running scale.
   *
   * @param out {@code [COUNT * levels]}
   */
  void widths(float[] shape, float[] out) {
    for (int naive = 0; naive < COUNT; naive++) {
      for (int j = 0; j < levels; j++) {
        out[naive * levels + j] = shape[j] * factor[naive * levels + j];
      }
    }
  }

  /** Spread of a naive's errors at a knot, in units of the running scale. */
  float spread(int naive, int knot) {
    return spread[naive * knots + knot];
  }

  /** Spreads of a naive at all knots, {@code [knots]}. */
  void spreads(int naive, float[] out) {
    System.arraycopy(spread, naive * knots, out, 0, knots);
  }

  /**
   * The running median at the phase of a step, for each lead.
   *
   * @param otherwise while that was not seen, {@code [horizon]}
   * @param out {@code [horizon]}
   */
  void climate(long phase, int season, float[] otherwise, float[] out) {
    float median = climate[bin(phase, season)];
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

  private int bin(long index, int season) {
    return (int) (Math.floorMod(index, (long) season) * climate.length / season);
  }

  void forgetClimate() {
    Arrays.fill(climate, Float.NaN);
  }

  /**
   * Moves the running median towards the value of a step.
   *
   * @param rows steps seen so far: in the first seasons it moves further
   */
  void observe(long index, int season, float value, float scale, long rows) {
    int bin = bin(index, season);
    if (Float.isNaN(climate[bin])) {
      climate[bin] = value;
    } else {
      float step = scale * (float) Math.max(CLIMATE_RATE, 2.0 / (1 + rows / season));
      climate[bin] += Math.max(-step, Math.min(step, value - climate[bin]));
    }
  }

  /**
   * @param error of the naive at a knot, transformed, over the running scale at its origin
   * @param rate of {@link #count}
   */
  void observe(int naive, int knot, float error, float rate) {
    int row = naive * knots + knot;
    float before = spread[row];
    float limit = Math.max(1, MAX_SPREADS * before);
    spread[row] = before + rate * (Math.min(Math.abs(error), limit) - before);
  }

  /** The outcomes of a step have pushed the factors, {@code [COUNT * levels]}. */
  void move(float[] pushed) {
    QuantileTracker.move(factor, pushed);
  }

  /** Begins the observation of a target at a knot, and tells how far it moves the spreads. */
  float count(int knot) {
    count[knot] = (short) Math.min(SPAN, count[knot] + 1);
    return Math.max(1f / SPAN, 1f / (count[knot] + 1));
  }

  void set(NaiveExperts other) {
    System.arraycopy(other.spread, 0, spread, 0, spread.length);
    System.arraycopy(other.factor, 0, factor, 0, factor.length);
    System.arraycopy(other.count, 0, count, 0, count.length);
    System.arraycopy(other.climate, 0, climate, 0, climate.length);
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, spread);
    LittleEndian.write(out, factor);
    for (short seen : count) {
      out.writeShort(seen);
    }
    LittleEndian.write(out, climate);
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, spread);
    LittleEndian.read(in, factor);
    for (int k = 0; k < count.length; k++) {
      count[k] = in.readShort();
    }
    LittleEndian.read(in, climate);
  }
}
