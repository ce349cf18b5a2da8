package io.tidecast.model;

/** Refusals of configuration and weights: what was found and what is accepted. */
public final class Checks {
  private Checks() {}

  public static void inRange(String key, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(
          key + ": " + plain(value) + "; accepted: " + plain(min) + " to " + plain(max));
    }
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
