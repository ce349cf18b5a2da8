package io.tidecast.model.eval;

import java.util.Arrays;

/**
 * The value one season before the target, or as many seasons as it takes: {@code x[t + h - m ceil(h
 * / m)]} (Hyndman and Athanasopoulos 2021, section 5.2). With a season of one step it is
 * persistence, the last value. Where that value is missing, the one a season earlier stands for it.
 */
final class SeasonalNaive implements PointForecaster {
  private final float[] season;
  private long last;
  private float latest = Float.NaN;

  SeasonalNaive(int season) {
    this.season = new float[season];
    Arrays.fill(this.season, Float.NaN);
  }

  @Override
  public void step(long index, float value) {
    last = index;
    if (!Float.isNaN(value)) {
      season[slot(index)] = value;
      latest = value;
    }
  }

  @Override
  public boolean ready() {
    return !Float.isNaN(latest);
  }

  @Override
  public float forecast(int lead) {
    float value = season[slot(last + lead)];
    return Float.isNaN(value) ? latest : value;
  }

  private int slot(long index) {
    return (int) Math.floorMod(index, (long) season.length);
  }
}
