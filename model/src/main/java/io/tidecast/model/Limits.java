package io.tidecast.model;

import java.io.Serializable;

/**
 * Physical limits of a variable, both included, and what values there are between them.
 *
 * @param minimum lowest value that can be true; negative infinity if there is none
 * @param maximum highest value that can be true; positive infinity if there is none
 * @param values what a forecast may be
 */
public record Limits(double minimum, double maximum, Values values) implements Serializable {
  public static final Limits NONE = new Limits(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** Which values can be true. */
  public enum Values {
    /** Whole ones where all of late are, and few of them make a scale: found by looking. */
    AS_SEEN("as-seen"),
    WHOLE("whole"),
    ANY("any");

    private final String label;

    Values(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  /** Of values that are found to be whole or not by looking. */
  public Limits(double minimum, double maximum) {
    this(minimum, maximum, Values.AS_SEEN);
  }

  public Limits {
    Checks.that(minimum < maximum, "minimum", minimum, "below the maximum, " + maximum);
  }

  /** The same, without what has no logarithm in single precision. */
  public Limits positive() {
    return new Limits(Math.max(minimum, Float.MIN_VALUE), maximum, values);
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
