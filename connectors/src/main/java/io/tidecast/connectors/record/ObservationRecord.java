package io.tidecast.connectors.record;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * What was seen of one stream at one moment. A bar (open, high, low, close, volume) is an
 * observation at its end, the moment it is known.
 *
 * @param stream who was observed: a station, an instrument; 1 to 200 characters without blank edges
 *     or control characters
 * @param time event time
 * @param values by variable, in the order written; a variable that is not here is missing. Names
 *     are like streams, without a slash. Values are finite, also as {@code float}; units are the
 *     producer's
 */
public record ObservationRecord(String stream, Instant time, Map<String, Double> values) {

  private static final int MAX_NAME = 200;
  private static final String STREAM_NAMES =
      "1 to 200 characters without blank edges or control characters";

  /** Refuses, by {@link IllegalArgumentException}, what the component descriptions do not allow. */
  public ObservationRecord {
    if (!isStreamName(stream)) {
      throw new IllegalArgumentException("stream: '" + stream + "'; accepted: " + STREAM_NAMES);
    }
    Objects.requireNonNull(time, "time");
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    values.forEach(ObservationRecord::check);
  }

  /** Whether a stream may be called so. */
  public static boolean isStreamName(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_NAME
        && name.strip().length() == name.length()
        && !hasControlCharacter(name);
  }

  private static boolean hasControlCharacter(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a variable may be called so. */
  public static boolean isVariableName(String name) {
    return isStreamName(name) && name.indexOf('/') < 0;
  }

  /** Whether the model's single precision can hold the value. */
  public static boolean isValue(double value) {
    return Math.abs(value) <= Float.MAX_VALUE;
  }

  private static void check(String name, double value) {
    if (!isVariableName(name)) {
      throw new IllegalArgumentException(
          "variable: '" + name + "'; accepted: " + STREAM_NAMES + ", without '/'");
    }
    if (!isValue(value)) {
      throw new IllegalArgumentException(name + ": " + value + "; accepted: finite as a float");
    }
  }
}
