package io.tidecast.connectors.feed;

import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.RecordBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * One row of a feed.
 *
 * @param observation what was seen
 * @param damaged whether its bytes are cut short on the way, as a bad producer would; it must end
 *     in the dead-letter topic
 * @param due the event time at which it is published; before its own if it tells of the future
 */
public record FeedRow(ObservationRecord observation, boolean damaged, Instant due) {

  /** At its own time. */
  public FeedRow(ObservationRecord observation, boolean damaged) {
    this(observation, damaged, observation.time());
  }

  public static FeedRow of(ObservationRecord observation) {
    return new FeedRow(observation, false);
  }

  /** Kafka key: the stream. */
  public byte[] key() {
    return observation.stream().getBytes(StandardCharsets.UTF_8);
  }

  /** Kafka value. */
  public byte[] value(Format format) {
    byte[] bytes = RecordBytes.of(observation, format);
    return damaged ? Arrays.copyOf(bytes, bytes.length / 2) : bytes;
  }
}
