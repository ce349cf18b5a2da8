package io.tidecast.job;

import io.tidecast.connectors.kafka.EndOffsets;
import io.tidecast.connectors.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What a plain client with {@code read_committed} sees of a topic.
 *
 * @param values by key, in their order
 */
public record CommittedTopic(Map<String, List<String>> values) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** All that was written before the call, once it is committed. */
  public static CommittedTopic of(KafkaConfig kafka, String topic) {
    Map<Integer, Long> ends = EndOffsets.of(kafka, topic);
    return read(
        kafka,
        topic,
        consumer ->
            consumer.assignment().stream()
                .allMatch(p -> consumer.position(p) >= ends.get(p.partition())));
  }

  /** Waits until so many records are committed. */
  public static CommittedTopic await(KafkaConfig kafka, String topic, int count) {
    CommittedTopic found = new CommittedTopic(new TreeMap<>());
    return read(kafka, topic, found, consumer -> found.size() >= count);
  }

  private static CommittedTopic read(
      KafkaConfig kafka, String topic, Predicate<KafkaConsumer<String, byte[]>> enough) {
    return read(kafka, topic, new CommittedTopic(new TreeMap<>()), enough);
  }

  private static CommittedTopic read(
      KafkaConfig kafka,
      String topic,
      CommittedTopic found,
      Predicate<KafkaConsumer<String, byte[]>> enough) {
    Properties properties = kafka.clientProperties();
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList());
      while (!enough.test(consumer)) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(topic + ": only " + found.size() + " committed records");
        }
        consumer.poll(Duration.ofMillis(100)).forEach(found::add);
      }
    }
    return found;
  }

  private void add(ConsumerRecord<String, byte[]> record) {
    values
        .computeIfAbsent(record.key(), key -> new ArrayList<>())
        .add(new String(record.value(), StandardCharsets.UTF_8));
  }

  int size() {
    return values.values().stream().mapToInt(List::size).sum();
  }

  /** The records of all keys. */
  public List<String> all() {
    return values.values().stream().flatMap(List::stream).toList();
  }
}
