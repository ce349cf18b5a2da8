package io.tidecast.connectors.kafka;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes encoded records to one topic, {@linkplain ExactlyOnce exactly once}.
 *
 * <p>Within a key, order is kept: a key has one partition, by Kafka's own hash of its bytes, and
 * the producer is idempotent. A record larger than the topic accepts fails the job: it is never
 * dropped silently ({@link TopicLimits} tells before). Transactional ids are pooled: as many as
 * transactions are open at once, and not one more for each checkpoint, which the broker would keep
 * for a week. Exactly once needs checkpoints; without a completed one nothing is ever visible to
 * {@code read_committed}.
 */
public final class KeyedBytesSink {
  /**
   * Largest request of a producer in bytes: what the model topic accepts, and room for the rest.
   */
  static final int MAX_REQUEST_BYTES = TopicsConfig.MODEL_MAX_BYTES + (1 << 20);

  private static final String MAX_REQUEST_SIZE = "max.request.size";

  /**
   * A forecast is a kilobyte: by Kafka's own defaults a dozen would fill a batch, and the producer
   * would wait for round trips. Nobody waits for these milliseconds: committed readers wait for a
   * checkpoint.
   */
  static final Map<String, String> DEFAULTS =
      Map.of("batch.size", "131072", "linger.ms", "10", "compression.type", "lz4");

  private KeyedBytesSink() {}

  /** Writes records without a header. */
  public static Sink<KeyedBytes> create(KafkaConfig settings, String topic, ExactlyOnce once) {
    return create(settings, topic, "", once);
  }

  /**
   * @param header name of the header that records may have; empty for none
   */
  public static Sink<KeyedBytes> create(
      KafkaConfig settings, String topic, String header, ExactlyOnce once) {
    // no record timestamp: the broker sets the append time
    return create(
        settings,
        topic,
        once,
        record -> {
          ProducerRecord<byte[], byte[]> its =
              new ProducerRecord<>(topic, record.key(), record.value());
          if (record.header() != null) {
            its.headers().add(header, record.header());
          }
          return its;
        });
  }

  /**
   * Appends one record to a topic, outside of a job, and returns when all replicas in sync have it.
   *
   * @throws KafkaException if the broker cannot be reached or refuses it
   */
  public static void append(KafkaConfig settings, String topic, KeyedBytes record) {
    append(settings.clientProperties(), topic, record);
  }

  static void append(Properties client, String topic, KeyedBytes record) {
    Properties properties = new Properties();
    properties.putAll(client);
    properties.putAll(Map.of("acks", "all", "enable.idempotence", "true"));
    properties.putIfAbsent(MAX_REQUEST_SIZE, Integer.toString(MAX_REQUEST_BYTES));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, record.key(), record.value())).get();
    } catch (ExecutionException e) {
      throw new KafkaException("cannot write to " + topic, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while writing to " + topic, e);
    }
  }

  /**
   * A record of a topic as Kafka's.
   *
   * @param <T> what is written
   */
  @FunctionalInterface
  interface Encoding<T> extends Serializable {
    ProducerRecord<byte[], byte[]> encode(T record);
  }

  static <T> Sink<T> create(
      KafkaConfig settings, String topic, ExactlyOnce once, Encoding<T> encoding) {
    Properties properties = settings.clientProperties();
    properties.putIfAbsent(MAX_REQUEST_SIZE, Integer.toString(MAX_REQUEST_BYTES));
    DEFAULTS.forEach(properties::putIfAbsent);
    KafkaSink<T> sink =
        KafkaSink.<T>builder()
            .setKafkaProducerConfig(properties)
            .setBootstrapServers(settings.bootstrapServers())
            .setRecordSerializer(new ToTopic<>(topic, encoding))
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix(once.transactionalIdPrefix())
            .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
            .setProperty(
                "transaction.timeout.ms", Long.toString(once.transactionTimeout().toMillis()))
            .build();
    return new CalmSink<>(sink, once.claim());
  }

  /** Largest request that a producer of these settings sends. */
  static int maxRequestBytes(KafkaConfig config) {
    Object configured = config.clientProperties().get(MAX_REQUEST_SIZE);
    return configured == null ? MAX_REQUEST_BYTES : Integer.parseInt(configured.toString());
  }

  /** Tells its topic too: the open transactions of a pool are found by it. */
  private record ToTopic<T>(String topic, Encoding<T> encoding)
      implements KafkaRecordSerializationSchema<T>, KafkaDatasetFacetProvider {

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        T record, KafkaSinkContext context, Long timestamp) {
      return encoding.encode(record);
    }

    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
      return Optional.of(
          new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }
  }
}
