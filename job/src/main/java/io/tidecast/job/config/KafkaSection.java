package io.tidecast.job.config;

import static java.util.Objects.requireNonNullElse;

import io.tidecast.connectors.kafka.ExactlyOnce;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.connectors.record.Format;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to reach Kafka.
 *
 * @param bootstrapServers host:port, comma separated (default 127.0.0.1:9092)
 * @param properties client settings, passed through unchanged: TLS, SASL and the like
 * @param transactionTimeout longest outage that loses no output; at most the broker's {@code
 *     transaction.max.timeout.ms} (default PT15M)
 * @param partitions of topics that do not exist yet (default 4)
 * @param replicationFactor of topics that do not exist yet; 0: the broker's default (default)
 * @param retention how long topics that do not exist yet keep a record after it was appended; PT0S:
 *     for ever (default P30D)
 * @param format of the observations, forecasts and evaluations that are written: {@code json}
 *     (default) or {@code avro}; either is read
 */
public record KafkaSection(
    String bootstrapServers,
    Map<String, String> properties,
    Duration transactionTimeout,
    Integer partitions,
    Integer replicationFactor,
    Duration retention,
    Format format) {
  static final KafkaSection DEFAULT = new KafkaSection(null, null, null, null, null, null, null);

  public KafkaSection {
    bootstrapServers = requireNonNullElse(bootstrapServers, "127.0.0.1:9092");
    properties = new TreeMap<>(requireNonNullElse(properties, Map.of()));
    transactionTimeout = requireNonNullElse(transactionTimeout, Duration.ofMinutes(15));
    partitions = requireNonNullElse(partitions, 4);
    replicationFactor = requireNonNullElse(replicationFactor, 0);
    retention = requireNonNullElse(retention, Duration.ofDays(30));
    format = requireNonNullElse(format, Format.JSON);
    // refuse what is out of their range
    new TopicsConfig(partitions, replicationFactor, retention);
    new ExactlyOnce("tidecast", transactionTimeout);
  }

  TopicsConfig topicsConfig() {
    return new TopicsConfig(partitions, replicationFactor, retention);
  }

  /** Without the values of the properties, passwords among them. */
  @Override
  public String toString() {
    return "KafkaSection[" + bootstrapServers + ", properties=" + properties.keySet() + "]";
  }
}
