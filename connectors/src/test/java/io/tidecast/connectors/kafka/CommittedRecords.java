package io.tidecast.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a plain client with {@code read_committed} sees of a topic. */
public final class CommittedRecords {
  private static final long DEADLINE_NANOS = Duration.ofSeconds(60).toNanos();

  private CommittedRecords() {}

  /** All that is committed now, in order within each partition. */
  public static List<ConsumerRecord<byte[], byte[]>> of(KafkaSettings settings, String topic) {
    return read(settings, topic, 0);
  }

  /** Waits until at least so many are committed. */
  public static List<ConsumerRecord<byte[], byte[]>> await(
      KafkaSettings settings, String topic, int count) {
    return read(settings, topic, count);
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(
      KafkaSettings settings, String topic, int count) {
    Properties properties = settings.clientProperties();
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .collect(Collectors.toList());
      consumer.assign(partitions);
      while (records.size() < count || !atEnd(consumer, partitions)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              topic + ": " + records.size() + " committed records, expected " + count);
        }
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static boolean atEnd(
      KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions) {
    return consumer.endOffsets(partitions).entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }
}
