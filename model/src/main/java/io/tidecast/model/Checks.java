package io.tidecast.model;

/** Refusals of configuration: key, value and what is accepted. */
final class Checks {
  private Checks() {}

  static void inRange(String key, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(
          key + ": " + plain(value) + "; accepted: " + plain(min) + " to " + plain(max));
    }
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
