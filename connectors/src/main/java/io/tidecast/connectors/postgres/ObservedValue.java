package io.tidecast.connectors.postgres;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import java.time.Instant;
import java.util.List;

/** One row of the table {@code observation}: a value of one variable of one stream. */
public record ObservedValue(String series, Instant time, double value) {
  /** The rows of an observation, one per variable that is not missing. */
  public static List<ObservedValue> of(ObservationRecord observation) {
    return observation.values().entrySet().stream()
        .map(
            value ->
                new ObservedValue(
                    SeriesKey.text(observation.stream(), value.getKey()),
                    observation.time(),
                    value.getValue()))
        .toList();
  }
}
