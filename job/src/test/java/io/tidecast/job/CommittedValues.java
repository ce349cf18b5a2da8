package io.tidecast.job;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a plain client with {@code read_committed} sees of a topic, as text.
 *
 * @param values by key, in their order
 */
public record CommittedValues(Map<String, List<String>> values) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** All that was written before the call, once it is committed. */
  public static CommittedValues of(KafkaConfig kafka, String topic) {
    CommittedValues found = new CommittedValues(new TreeMap<>());
    CommittedTopic.read(kafka, topic, found::add);
    return found;
  }

  /** Waits until so many records are committed. */
  public static CommittedValues await(KafkaConfig kafka, String topic, int count) {
    CommittedValues found = new CommittedValues(new TreeMap<>());
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (CommittedTopic committed = new CommittedTopic(kafka, List.of(topic))) {
      while (found.size() < count) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(topic + ": only " + found.size() + " committed records");
        }
        committed.poll(Duration.ofMillis(100), found::add);
      }
    }
    return found;
  }

  private void add(ConsumerRecord<byte[], byte[]> record) {
    values.computeIfAbsent(text(record.key()), key -> new ArrayList<>()).add(text(record.value()));
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  int size() {
    return values.values().stream().mapToInt(List::size).sum();
  }

  /** The records of all keys. */
  public List<String> all() {
    return values.values().stream().flatMap(List::stream).toList();
  }
}
