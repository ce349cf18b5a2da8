package io.tidecast.model.eval;

/**
 * The line through the first and the last value: {@code x[t] + h (x[t] - x[1]) / (t - 1)} (Hyndman
 * and Athanasopoulos 2021, section 5.2).
 */
final class Drift implements PointForecaster {
  private float first = Float.NaN;
  private long firstIndex;
  private float last;
  private long lastIndex;

  @Override
  public void step(long index, float value) {
    if (Float.isNaN(value)) {
      return;
    }
    if (Float.isNaN(first)) {
      first = value;
      firstIndex = index;
    }
    last = value;
    lastIndex = index;
  }

  @Override
  public boolean ready() {
    return lastIndex > firstIndex;
  }

  @Override
  public float forecast(int lead) {
    return (float) (last + lead * ((double) last - first) / (lastIndex - firstIndex));
  }
}
