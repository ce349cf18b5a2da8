package io.tidecast.connectors.kafka;

import java.util.Map;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes encoded records to one topic, {@linkplain ExactlyOnce exactly once}.
 *
 * <p>Within a key, order is kept: a key has one partition, by Kafka's own hash of its bytes, and
 * the producer is idempotent. A record larger than the topic accepts fails the job: it is never
 * dropped silently. Exactly once needs checkpoints; without a completed one nothing is ever visible
 * to {@code read_committed}.
 */
public final class KeyedBytesSink {
  /**
   * Largest request of a producer in bytes: what the model topic accepts, and room for the rest.
   */
  static final int MAX_REQUEST_BYTES = TopicsConfig.MODEL_MAX_BYTES + (1 << 20);

  /**
   * A forecast is a kilobyte: by Kafka's own defaults a dozen would fill a batch, and the producer
   * would wait for round trips. Nobody waits for these milliseconds: committed readers wait for a
   * checkpoint.
   */
  static final Map<String, String> DEFAULTS =
      Map.of("batch.size", "131072", "linger.ms", "10", "compression.type", "lz4");

  private KeyedBytesSink() {}

  public static KafkaSink<KeyedBytes> create(KafkaConfig settings, String topic, ExactlyOnce once) {
    // no record timestamp: the broker sets the append time
    return create(
        settings,
        once,
        (record, context, timestamp) -> new ProducerRecord<>(topic, record.key(), record.value()));
  }

  static <T> KafkaSink<T> create(
      KafkaConfig settings, ExactlyOnce once, KafkaRecordSerializationSchema<T> serializer) {
    Properties properties = settings.clientProperties();
    properties.putIfAbsent("max.request.size", Integer.toString(MAX_REQUEST_BYTES));
    DEFAULTS.forEach(properties::putIfAbsent);
    return KafkaSink.<T>builder()
        .setKafkaProducerConfig(properties)
        .setBootstrapServers(settings.bootstrapServers())
        .setRecordSerializer(serializer)
        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
        .setTransactionalIdPrefix(once.transactionalIdPrefix())
        .setProperty("transaction.timeout.ms", Long.toString(once.transactionTimeout().toMillis()))
        .build();
  }
}
