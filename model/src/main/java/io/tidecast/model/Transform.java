package io.tidecast.model;

import java.util.Arrays;
import java.util.Optional;

/** What the forecaster makes of the raw values before it scales them. */
public enum Transform {
  /** The value as it is; the unit of a forecast is the running scale of the level. */
  LEVEL("level", "level", 0),
  /** The value as it is, read as a random walk; the unit is the running scale of its changes. */
  RANDOM_WALK("random-walk", "difference", 1),
  /** The logarithm of a positive value, read as a random walk; the unit is running volatility. */
  LOG_RETURN("log-return", "log-return", 2);

  private static final float MAX_RAW = 1e30f;

  private final String label;
  private final String formerLabel;
  private final int code;

  Transform(String label, String formerLabel, int code) {
    this.label = label;
    this.formerLabel = formerLabel;
    this.code = code;
  }

  /** Stable code for stored state. */
  public int code() {
    return code;
  }

  public static Transform ofCode(int code) {
    for (Transform transform : values()) {
      if (transform.code == code) {
        return transform;
      }
    }
    throw new IllegalArgumentException("transform code " + code + "; accepted: 0 to 2");
  }

  /** That of a label, or of one that it had before; empty if there is none. */
  public static Optional<Transform> ofLabel(String label) {
    return Arrays.stream(values())
        .filter(transform -> label.equals(transform.label) || label.equals(transform.formerLabel))
        .findFirst();
  }

  @Override
  public String toString() {
    return label;
  }

  /** The label it had first: in what is compared with what was stored before it had another. */
  public String formerLabel() {
    return formerLabel;
  }

  /**
   * Whether inputs and unit come from changes, and the median as a rule stays at the last value.
   */
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

  /** What {@link #apply} gives, with all digits. */
  public double exact(double raw) {
    if (!(Math.abs(raw) <= MAX_RAW)) {
      return Double.NaN;
    }
    if (this == LOG_RETURN) {
      return raw > 0 ? Math.log(raw) : Double.NaN;
    }
    return raw;
  }

  /** The raw value of a transformed one. */
  public double invert(double transformed) {
    return this == LOG_RETURN ? Math.exp(transformed) : transformed;
  }
}
