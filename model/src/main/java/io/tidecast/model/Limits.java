package io.tidecast.model;

import java.io.Serializable;

/**
 * Physical limits of a variable, both included.
 *
 * @param minimum lowest value that can be true; negative infinity if there is none
 * @param maximum highest value that can be true; positive infinity if there is none
 */
public record Limits(double minimum, double maximum) implements Serializable {
  public static final Limits NONE = new Limits(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  public Limits {
    Checks.that(minimum < maximum, "minimum", minimum, "below the maximum, " + maximum);
  }

  /** The same, without what has no logarithm in single precision. */
  public Limits positive() {
    return new Limits(Math.max(minimum, Float.MIN_VALUE), maximum);
  }

  /** False for NaN. */
  public boolean include(double value) {
    return value >= minimum && value <= maximum;
  }

  /** The value within the limits that is nearest to {@code value}. */
  public double nearest(double value) {
    return Math.max(minimum, Math.min(maximum, value));
  }

  @Override
  public String toString() {
    return (minimum == Float.MIN_VALUE ? "above 0, as it needs a logarithm," : minimum)
        + " to "
        + maximum;
  }
}
