package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.Require;
import java.time.Duration;

/**
 * How missing topics are created. What exists is left as it is.
 *
 * @param partitions of every topic but that of the models, which has one; 1 to 10000
 * @param replicationFactor of every topic; 0 for the broker's default
 * @param retention how long records are kept after they were appended (log-append time, so a replay
 *     of old event times is not deleted); zero for ever
 */
public record TopicsConfig(int partitions, int replicationFactor, Duration retention) {
  /** Largest record of the model topic in bytes: the artifact of a large model, in base64. */
  public static final int MODEL_MAX_BYTES = 16 << 20;

  public TopicsConfig {
    Require.inRange("kafka.partitions", partitions, 1, 10_000);
    Require.inRange("kafka.replicationFactor", replicationFactor, 0, 100);
    Require.that(
        !retention.isNegative(), "kafka.retention", retention, "zero or a positive duration");
  }
}
