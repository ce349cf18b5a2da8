package io.tidecast.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  /** All that is written now, once it is committed, in order within each partition. */
  public static List<ConsumerRecord<byte[], byte[]>> of(KafkaConfig settings, String topic) {
    Map<Integer, Long> ends = EndOffsets.of(settings, topic);
    return read(
        settings,
        topic,
        (consumer, records) ->
            consumer.assignment().stream()
                .allMatch(p -> consumer.position(p) >= ends.get(p.partition())));
  }

  /** Waits until at least so many are committed. */
  public static List<ConsumerRecord<byte[], byte[]>> await(
      KafkaConfig settings, String topic, int count) {
    return read(settings, topic, (consumer, records) -> records.size() >= count);
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(
      KafkaConfig settings, String topic, Enough enough) {
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
      while (!enough.isReached(consumer, records)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              topic + ": " + records.size() + " committed records, expected more");
        }
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  @FunctionalInterface
  private interface Enough {
    boolean isReached(
        KafkaConsumer<byte[], byte[]> consumer, List<ConsumerRecord<byte[], byte[]>> records);
  }
}
