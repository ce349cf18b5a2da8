package io.tidecast.connectors.feed;

import java.time.Duration;

/** Refusals of feed settings: key, value and what is accepted. */
final class Settings {
  private Settings() {}

  static void require(boolean condition, String key, Object value, String accepted) {
    if (!condition) {
      throw new IllegalArgumentException("feed." + key + ": " + value + "; accepted: " + accepted);
    }
  }

  static void inRange(String key, double value, double min, double max) {
    require(value >= min && value <= max, key, value, min + " to " + max);
  }

  static void positive(String key, Duration value) {
    require(
        value != null && !value.isNegative() && !value.isZero(),
        key,
        value,
        "a positive duration, such as PT1H");
  }

  static <T> T orElse(T value, T otherwise) {
    return value == null ? otherwise : value;
  }
}
