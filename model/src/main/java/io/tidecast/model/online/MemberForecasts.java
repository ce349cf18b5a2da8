package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HighwayMember;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.member.RecurrentMember;
import java.util.Optional;

/**
 * The forecasts of one origin by every member, their mixture, and which of them serves: scratch
 * space, filled anew at every origin. All arrays are {@code [horizon * levels]}, lead by lead; a
 * member that took no part leaves its array as it was.
 */
final class MemberForecasts {
  private final ForecasterConfig config;
  private final int levels;
  private final int median;
  private final float minimum;
  private final float maximum;
  private final float[] naive;
  private final float[] recurrent;
  private final float[] highway;
  private final float[] mixture;
  private boolean hasRecurrent;
  private boolean hasHighway;
  private boolean naiveServes;
  private String version;

  MemberForecasts(ForecasterConfig config) {
    this.config = config;
    levels = config.levels().size();
    median = config.levels().median();
    minimum = Math.max(atLeast(config.limits().minimum()), smallest(config.transform()));
    maximum = -atLeast(-config.limits().maximum());
    int size = config.horizon() * levels;
    naive = new float[size];
    recurrent = new float[size];
    highway = new float[size];
    mixture = new float[size];
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

  /**
   * Forecasts from the state as it stands after the step of the origin.
   *
   * @param last raw value at the origin
   */
  void make(SeriesState state, float last, Optional<PackedModel> model) {
    SeriesInputs inputs = state.inputs();
    boolean ready = inputs.ready();
    hasRecurrent = false;
    hasHighway = false;
    version = model.map(PackedModel::version).orElse("");
    state.naiveErrors().forecast(inputs, naive);
    if (ready && model.isPresent()) {
      model.get().recurrent().ifPresent(member -> recurrent(member, state));
      model.get().highway().ifPresent(member -> highway(member, inputs));
    }
    naiveServes = !hasModel() || state.guard().naiveServes();
    boolean walk = config.transform().isRandomWalk();
    if (hasModel()) {
      mix(state.mixture());
      state.calibration().apply(mixture);
      finish(mixture, last, walk);
    }
    if (hasRecurrent) {
      finish(recurrent, last, walk);
    }
    if (hasHighway) {
      finish(highway, last, walk);
    }
    finish(naive, last, walk && config.season() == 1);
  }

  private void recurrent(RecurrentMember member, SeriesState state) {
    member.forecast(state.hidden(), state.inputs(), recurrent);
    hasRecurrent = true;
  }

  private void highway(HighwayMember member, SeriesInputs inputs) {
    if (member.reads(inputs)) {
      member.forecast(inputs, highway);
      hasHighway = true;
    }
  }

  private void mix(Mixture weights) {
    if (!hasRecurrent || !hasHighway) {
      System.arraycopy(hasRecurrent ? recurrent : highway, 0, mixture, 0, mixture.length);
      return;
    }
    for (int h = 0; h < config.horizon(); h++) {
      float share = weights.share(h);
      for (int k = h * levels; k < (h + 1) * levels; k++) {
        mixture[k] = share * recurrent[k] + (1 - share) * highway[k];
      }
    }
  }

  /** From transformed to raw, within the limits; with the median at the last value if pinned. */
  private void finish(float[] quantiles, float last, boolean pinned) {
    for (int from = 0; from < quantiles.length; from += levels) {
      float shift = pinned ? config.transform().apply(last) - quantiles[from + median] : 0;
      for (int k = from; k < from + levels; k++) {
        quantiles[k] = raw(quantiles[k] + shift);
      }
      if (pinned) {
        pin(quantiles, from, last);
      }
    }
  }

  private float raw(float transformed) {
    float raw = (float) config.transform().invert(transformed);
    return Math.max(minimum, Math.min(maximum, raw));
  }

  /** Rounding may have put the median beside the last value, and others between the two. */
  private void pin(float[] quantiles, int from, float last) {
    float pinned = Math.max(minimum, Math.min(maximum, last));
    quantiles[from + median] = pinned;
    for (int j = 0; j < median; j++) {
      int k = from + j;
      quantiles[k] = Math.min(quantiles[k], pinned);
      int mirrored = from + levels - 1 - j;
      quantiles[mirrored] = Math.max(quantiles[mirrored], pinned);
    }
  }

  boolean hasRecurrent() {
    return hasRecurrent;
  }

  boolean hasHighway() {
    return hasHighway;
  }

  boolean hasModel() {
    return hasRecurrent || hasHighway;
  }

  boolean naiveServes() {
    return naiveServes;
  }

  /** Of the model there is, also if it took no part; empty if there is none. */
  String version() {
    return version;
  }

  float[] naive() {
    return naive;
  }

  float[] recurrent() {
    return recurrent;
  }

  float[] highway() {
    return highway;
  }

  float[] mixture() {
    return mixture;
  }

  /** What is given out, {@code [levels][horizon]}. */
  float[][] served(long origin) {
    float[] quantiles = naiveServes ? naive : mixture;
    float[][] served = new float[levels][config.horizon()];
    for (int h = 0; h < config.horizon(); h++) {
      for (int j = 0; j < levels; j++) {
        float quantile = quantiles[h * levels + j];
        if (!Float.isFinite(quantile) || (j > 0 && quantile < served[j - 1][h])) {
          throw new IllegalStateException(
              "Expected finite ascending quantiles at origin "
                  + origin
                  + " but lead "
                  + (h + 1)
                  + ", level "
                  + config.levels().get(j)
                  + " is "
                  + quantile
                  + (naiveServes ? " (seasonal naive)" : " (model " + version + ")"));
        }
        served[j][h] = quantile;
      }
    }
    return served;
  }
}
