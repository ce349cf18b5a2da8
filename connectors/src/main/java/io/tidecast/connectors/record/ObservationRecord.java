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
 * @param stream who was observed: a station, an instrument; see {@link Names#isStream}
 * @param time event time
 * @param values by variable, in the order written; a variable that is not here is missing. For
 *     their names see {@link Names#isVariable}. Values are finite, also as {@code float}; units are
 *     the producer's
 */
public record ObservationRecord(String stream, Instant time, Map<String, Double> values) {

  /** Refuses, by {@link IllegalArgumentException}, what the component descriptions do not allow. */
  public ObservationRecord {
    Names.stream("stream", stream);
    Objects.requireNonNull(time, "time");
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    values.forEach(ObservationRecord::check);
  }

  /** Whether the model's single precision can hold the value. */
  public static boolean isValue(double value) {
    return Math.abs(value) <= Float.MAX_VALUE;
  }

  private static void check(String name, double value) {
    Names.variable("variable", name);
    Require.that(isValue(value), name, value, "finite as a float");
  }
}
