package io.tidecast.model;

/** What the forecaster makes of the raw values before it scales them. */
public enum Transform {
  /** The value as it is; the unit of a forecast is the running scale of the level. */
  LEVEL("level"),
  /** The value as it is, read as a random walk; the unit is the running scale of its changes. */
  DIFFERENCE("difference"),
  /** The logarithm of a positive value, read as a random walk; the unit is running volatility. */
  LOG_RETURN("log-return");

  private static final float MAX_RAW = 1e30f;

  private final String label;

  Transform(String label) {
    this.label = label;
  }

  @Override
  public String toString() {
    return label;
  }

  /** Whether inputs and unit come from changes, and the median stays at the last value. */
  public boolean isRandomWalk() {
    return this != LEVEL;
  }

  /**
   * The transformed value; NaN if there is none: {@code raw} is not finite, too large for float
   * arithmetic on it, or not positive where its logarithm is needed.
   */
  public float apply(float raw) {
    if (!(Math.abs(raw) <= MAX_RAW)) {
      return Float.NaN;
    }
    if (this == LOG_RETURN) {
      return raw > 0 ? (float) Math.log(raw) : Float.NaN;
    }
    return raw;
  }

  /** The raw value of a transformed one. */
  public double invert(double transformed) {
    return this == LOG_RETURN ? Math.exp(transformed) : transformed;
  }
}
