package io.tidecast.connectors.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Where a topic ends: the fixed ends of a run that ends by itself. */
public final class EndOffsets {
  /** Records and markers looked at first, from the end. */
  private static final long LOOK_BACK = 64;

  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final int RETRY_MILLIS = 20;

  private EndOffsets() {}

  /**
   * The offset behind the last record written before the call, by partition; offsets count
   * transaction markers. Waits until every transaction among these records has ended: a broker
   * confirms a commit before it has marked the records, and {@code read_committed} ends before the
   * first unmarked one, so that the end of a feed just finished would be missing otherwise.
   *
   * @throws KafkaException if the broker cannot be reached, has no such topic, or a transaction
   *     stays open for two minutes
   */
  public static Map<Integer, Long> of(KafkaConfig settings, String topic) {
    return settings.ask(
        "list the end offsets of " + topic,
        admin -> {
          TopicDescription description =
              admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
          List<TopicPartition> partitions =
              description.partitions().stream()
                  .map(partition -> new TopicPartition(topic, partition.partition()))
                  .toList();
          Map<Integer, Long> written = ends(admin, partitions, IsolationLevel.READ_UNCOMMITTED);
          awaitCommitted(admin, partitions, written);
          return behindLastRecords(settings, partitions, written);
        });
  }

  private static void awaitCommitted(
      Admin admin, List<TopicPartition> partitions, Map<Integer, Long> written)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!reaches(ends(admin, partitions, IsolationLevel.READ_COMMITTED), written)) {
      if (System.nanoTime() > deadline) {
        throw new KafkaException("a transaction stays open in one of " + partitions);
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    }
  }

  private static boolean reaches(Map<Integer, Long> committed, Map<Integer, Long> written) {
    return written.entrySet().stream()
        .allMatch(end -> committed.get(end.getKey()) >= end.getValue());
  }

  private static Map<Integer, Long> ends(
      Admin admin, List<TopicPartition> partitions, IsolationLevel isolation)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> latest =
        partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()));
    Map<Integer, Long> ends = new TreeMap<>();
    admin
        .listOffsets(latest, new ListOffsetsOptions(isolation))
        .all()
        .get()
        .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
    return ends;
  }

  /**
   * A bounded source that is restored just behind the last record would wait for ever if its end
   * lay behind the transaction marker that follows: no poll ever returns a marker.
   */
  private static Map<Integer, Long> behindLastRecords(
      KafkaConfig settings, List<TopicPartition> partitions, Map<Integer, Long> written) {
    Properties properties = settings.clientProperties();
    properties.put("isolation.level", "read_committed");
    // what is read is there; a request that waits for more would hold up that for the next
    // partition
    properties.put("fetch.max.wait.ms", "0");
    Map<Integer, Long> ends = new TreeMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      for (TopicPartition partition : partitions) {
        ends.put(
            partition.partition(),
            behindLastRecord(consumer, partition, written.get(partition.partition())));
      }
    }
    return ends;
  }

  private static long behindLastRecord(
      KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
    consumer.assign(List.of(partition));
    long first = consumer.beginningOffsets(List.of(partition)).get(partition);
    long behind = first;
    for (long span = LOOK_BACK; behind == first && first < end; span *= 8) {
      long from = Math.max(first, end - span);
      consumer.seek(partition, from);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          behind = record.offset() + 1;
        }
      }
      if (from == first) {
        break;
      }
    }
    return behind;
  }
}
