package io.tidecast.model;

/**
 * An observation that was not to be expected: beyond the widest interval that was forecast of it
 * one step before, or a value that repeats itself for too long to be true. What is known of it may
 * become more: then the same step comes once more, with its cause.
 *
 * @param index of the step
 * @param value observed, in the unit of the target
 * @param lower end of the widest interval that was forecast; NaN if none was
 * @param median that was forecast; NaN likewise
 * @param upper end of the widest interval; NaN likewise
 * @param score distance from the median over that of the bound on the same side, at most {@value
 *     #MAX_SCORE}: 1 on the bound, whatever the series; over the running scale of the series where
 *     the bound is the median; 0 if nothing was forecast
 * @param run such steps in a row up to this one, to the same side; equal values in a row if it is
 *     stuck; once the cause is known, the steps by which it was
 * @param cause as far as it is known
 */
public record Anomaly(
    long index,
    double value,
    double lower,
    double median,
    double upper,
    float score,
    int run,
    Cause cause) {
  public static final float MAX_SCORE = 1000;

  /** Why. */
  public enum Cause {
    /** It is not known, or not known yet. */
    UNKNOWN,

    /** The source repeats one value. */
    STUCK,

    /** The series was back where it had been within a few steps. */
    SPIKE,

    /** The series has stayed at another level. */
    SHIFT;

    /** As on the wire. */
    public String label() {
      return switch (this) {
        case UNKNOWN -> "unknown";
        case STUCK -> "stuck";
        case SPIKE -> "spike";
        case SHIFT -> "shift";
      };
    }
  }

  /** On which side of the median it lies: {@code above}, {@code below} or {@code none}. */
  public String direction() {
    return value > median ? "above" : value < median ? "below" : "none";
  }

  /** The same, known to be part of something. */
  public Anomaly as(Cause known, int steps) {
    return new Anomaly(index, value, lower, median, upper, score, steps, known);
  }
}
