package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;

/**
 * The one rule by which a quantile learns from its misses: its distance from the median is
 * multiplied by a factor, and each outcome moves the factor along the sub-gradient of the pinball
 * loss,
 *
 * <pre>
 * f *= 1 + rate (level - 1[y <= q]) sign(level - 0.5) / sqrt(min(level, 1 - level))
 * </pre>
 *
 * <p>Source: adaptive conformal inference (Gibbs and Candès 2021), in the form of quantile tracking
 * (Angelopoulos, Candès and Tibshirani 2023). Differs: multiplicative, because intervals widen with
 * the lead; the factor stays within {@value #MIN_FACTOR} and {@value #MAX_FACTOR}, so that the long
 * run coverage they promise holds only while no factor is at a bound. The median is never moved.
 *
 * <p>An outcome on a physical limit that meets a quantile on the same limit is censored: whether it
 * would have been below cannot be known, and it moves nothing. Nor does a count that was forecast.
 */
final class QuantileTracker {
  static final float MIN_FACTOR = 0.2f;
  static final float MAX_FACTOR = 8;

  private static final double RATE = 0.02;
  private static final int SLOWEST = 24;

  private final int levels;
  private final float[] ifBelow;
  private final float[] ifAbove;
  private float lowest;
  private float highest;

  /**
   * @param lowest physical limit, transformed; negative infinity if there is none
   * @param highest the other one
   */
  QuantileTracker(ForecasterConfig config, float lowest, float highest) {
    QuantileLevels all = config.levels();
    levels = all.size();
    limit(lowest, highest);
    ifBelow = new float[levels];
    ifAbove = new float[levels];
    for (int j = 0; j < levels; j++) {
      double level = all.get(j);
      double size = Math.signum(j - all.median()) / Math.sqrt(Math.min(level, 1 - level));
      ifBelow[j] = (float) (size * (level - 1));
      ifAbove[j] = (float) (size * level);
    }
  }

  /** With other limits, told from another base. */
  void limit(float lowest, float highest) {
    this.lowest = lowest;
    this.highest = highest;
  }

  /**
   * How far a factor moves at a lead: less at longer ones, because errors of overlapping forecasts
   * repeat themselves; beyond a day or so of leads by the root, or the longest would take years.
   */
  static float rate(int lead) {
    return (float) (RATE / (lead <= SLOWEST ? lead : Math.sqrt((double) SLOWEST * lead)));
  }

  /** The value within the physical limits that is nearest. */
  float limited(float value) {
    return value < lowest ? lowest : value > highest ? highest : value;
  }

  /** Whether an outcome may be censored: it is on a physical limit. */
  boolean isOnLimit(float target) {
    return target == lowest || target == highest;
  }

  /**
   * How many of the quantiles an outcome is above.
   *
   * @param quantiles that were forecast, ascending, {@code [levels]}
   */
  int rank(float target, float[] quantiles) {
    int rank = 0;
    for (int j = 0; j < levels; j++) {
      rank += quantiles[j] < target ? 1 : 0;
    }
    return rank;
  }

  /**
   * Adds where outcomes push the factors.
   *
   * @param rates sum of the rates of the outcomes of each rank, from {@code from} on
   * @param out {@code [levels]} from {@code at} on
   */
  void push(float[] rates, int from, float[] out, int at) {
    float above = 0;
    for (int rank = 1; rank <= levels; rank++) {
      above += rates[from + rank];
    }
    float below = rates[from];
    for (int j = 0; j < levels; j++) {
      out[at + j] += below * ifBelow[j] + above * ifAbove[j];
      below += rates[from + j + 1];
      above -= rates[from + j + 1];
    }
  }

  /**
   * Adds where an outcome pushes the factors.
   *
   * @param counted whether outcomes are whole numbers
   * @param quantiles that were forecast, in any order, {@code [levels]}
   * @param out {@code [levels]} from {@code at} on
   */
  void push(float rate, boolean counted, float target, float[] quantiles, float[] out, int at) {
    boolean ties = counted || isOnLimit(target);
    for (int j = 0; j < levels; j++) {
      float push = target <= quantiles[j] ? ifBelow[j] : ifAbove[j];
      out[at + j] += ties && target == quantiles[j] ? 0 : rate * push;
    }
  }

  /** Moves factors by what outcomes pushed them to; then nothing pushes them any more. */
  static void move(float[] factors, float[] pushed) {
    for (int k = 0; k < factors.length; k++) {
      float moved = factors[k] * (1 + pushed[k]);
      factors[k] = Math.max(MIN_FACTOR, Math.min(MAX_FACTOR, moved));
      pushed[k] = 0;
    }
  }
}
