package io.tidecast.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Waits for records of a topic to be committed. */
final class CommittedRecords {
  private static final long DEADLINE_NANOS = Duration.ofSeconds(60).toNanos();

  private CommittedRecords() {}

  /** Waits until at least so many are committed. */
  static List<ConsumerRecord<byte[], byte[]>> await(KafkaConfig settings, String topic, int count) {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (CommittedTopic committed = new CommittedTopic(settings, List.of(topic))) {
      while (records.size() < count) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError(
              topic + ": " + records.size() + " committed records, expected " + count);
        }
        committed.poll(Duration.ofMillis(100), records::add);
      }
    }
    return records;
  }
}
