package io.tidecast.model;

/** What the forecaster makes of the raw values before it scales them. */
public enum Transform {
  /** The value as it is; the unit of a forecast is the running scale of the level. */
  LEVEL("level"),
  /** The value as it is, read as a random walk; the unit is the running scale of its changes. */
  DIFFERENCE("difference"),
  /** The logarithm of a positive value, read as a random walk; the unit is running volatility. */
  LOG_RETURN("log-return");

  private final String label;

  Transform(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  /** Whether inputs and unit come from changes, and the median stays at the last value. */
  public boolean isRandomWalk() {
    return this != LEVEL;
  }
}
