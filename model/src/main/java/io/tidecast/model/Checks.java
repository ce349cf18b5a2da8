package io.tidecast.model;

/**
 * Refusals of configuration and weights: the component's name, what was found and what is accepted.
 */
public final class Checks {
  private Checks() {}

  public static void that(boolean accepted, String name, Object value, String what) {
    if (!accepted) {
      throw new IllegalArgumentException(name + ": " + value + "; accepted: " + what);
    }
  }

  public static <T> T required(T value, String name, String what) {
    that(value != null, name, "absent", what);
    return value;
  }

  public static void inRange(String name, double value, double min, double max) {
    that(value >= min && value <= max, name, plain(value), plain(min) + " to " + plain(max));
  }

  public static void length(String name, float[] values, int expected) {
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "Expected " + expected + " values in " + name + " but found " + values.length);
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
