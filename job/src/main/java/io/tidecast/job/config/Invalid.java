package io.tidecast.job.config;

/** Refusals of configuration: key, value and what is accepted. */
final class Invalid {
  private Invalid() {}

  static void unless(boolean accepted, String key, Object value, String what) {
    if (!accepted) {
      throw new IllegalArgumentException(key + ": " + value + "; accepted: " + what);
    }
  }

  static <T> T required(T value, String key, String what) {
    unless(value != null, key, "absent", what);
    return value;
  }

  static <T> T orElse(T value, T fallback) {
    return value == null ? fallback : value;
  }
}
