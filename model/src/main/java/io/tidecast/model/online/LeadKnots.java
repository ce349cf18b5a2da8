package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import java.util.Arrays;

/**
 * Leads at which something is learnt about all leads: 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on, log
 * spaced, the last one the horizon. What holds in between is interpolated, so that what a series
 * has to learn, and to keep, grows with the logarithm of the horizon.
 */
final class LeadKnots {
  private final int[] leads;
  private final int[] knot;
  private final float[] towardsNext;
  private final float[] weight;

  /**
   * @param far share of the origins that are scored at leads beyond {@link PendingForecasts#NEAR}
   */
  LeadKnots(int horizon, float far) {
    leads = leads(horizon);
    knot = new int[horizon];
    towardsNext = new float[horizon];
    for (int k = 0; k + 1 < leads.length; k++) {
      for (int lead = leads[k]; lead < leads[k + 1]; lead++) {
        knot[lead - 1] = k;
        towardsNext[lead - 1] = (float) (lead - leads[k]) / (leads[k + 1] - leads[k]);
      }
    }
    knot[horizon - 1] = leads.length - 1;
    weight = new float[leads.length];
    for (int h = 0; h < horizon; h++) {
      float scored = h < PendingForecasts.NEAR ? 1 : far;
      weight[knot[h]] += scored * (1 - towardsNext[h]);
      if (towardsNext[h] > 0) {
        weight[knot[h] + 1] += scored * towardsNext[h];
      }
    }
  }

  /**
   * How many outcomes a step has for knot {@code k}, each counting for the two knots it lies
   * between, in proportion.
   */
  float weight(int k) {
    return weight[k];
  }

  static LeadKnots of(ForecasterConfig config) {
    return new LeadKnots(config.horizon(), 1f / PendingForecasts.stride(config.horizon()));
  }

  private static int[] leads(int horizon) {
    int[] leads = new int[64];
    int count = 0;
    for (int octave = 1; octave < horizon; octave *= 2) {
      leads[count++] = octave;
      int between = octave + octave / 2;
      if (octave > 1 && between < horizon) {
        leads[count++] = between;
      }
    }
    leads[count++] = horizon;
    return Arrays.copyOf(leads, count);
  }

  static int count(int horizon) {
    return leads(horizon).length;
  }

  int count() {
    return leads.length;
  }

  /** Lead of knot {@code k}. */
  int lead(int k) {
    return leads[k];
  }

  /** The knot at or before lead {@code h + 1}. */
  int knot(int h) {
    return knot[h];
  }

  /** How far lead {@code h + 1} lies from its knot to the next one, in [0, 1). */
  float towardsNext(int h) {
    return towardsNext[h];
  }

  /** Whether lead {@code h + 1} is a knot. */
  boolean isKnot(int h) {
    return towardsNext[h] == 0;
  }

  /** What rows of {@code size} values by knot are at each lead. */
  Interpolation interpolation(int size) {
    return new Interpolation(this, size);
  }

  /** Flat over leads and values: loops over one row at a time cost more than what is in them. */
  static final class Interpolation {
    private final int size;
    // [(horizon - 1) * size]: value at the knot, and how far to that of the next
    private final int[] at;
    private final float[] towardsNext;

    private Interpolation(LeadKnots knots, int size) {
      this.size = size;
      at = new int[(knots.knot.length - 1) * size];
      towardsNext = new float[at.length];
      for (int k = 0; k < at.length; k++) {
        at[k] = knots.knot[k / size] * size + k % size;
        towardsNext[k] = knots.towardsNext[k / size];
      }
    }

    /**
     * Interpolates.
     *
     * @param values {@code [knots * size]}
     * @param out {@code [horizon * size]}
     */
    void apply(float[] values, float[] out) {
      for (int k = 0; k < at.length; k++) {
        float value = values[at[k]];
        out[k] = value + towardsNext[k] * (values[at[k] + size] - value);
      }
      System.arraycopy(values, values.length - size, out, at.length, size);
    }
  }
}
