package io.tidecast.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Topics as a plain client with {@code read_committed} sees them, from their first record on and
 * without a consumer group: in order within each partition, each committed record once, whatever
 * had failed while they were written. One thread.
 */
public final class CommittedTopic implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConfig settings;
  private final List<String> topics;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions = new ArrayList<>();

  /**
   * Stands at the beginning of all of them.
   *
   * @throws KafkaException if the broker cannot be reached or has no such topic
   */
  public CommittedTopic(KafkaConfig settings, List<String> topics) {
    this.settings = settings;
    this.topics = List.copyOf(topics);
    Properties properties = settings.clientProperties();
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      seekToBeginning();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void seekToBeginning() {
    for (String topic : topics) {
      int count = TopicCreator.partitions(settings, topic);
      IntStream.range(0, count).forEach(p -> partitions.add(new TopicPartition(topic, p)));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Gives what a topic holds at the time of the call, once all of it is committed. */
  public static void read(
      KafkaConfig settings, String topic, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    try (CommittedTopic open = new CommittedTopic(settings, List.of(topic))) {
      open.readToEnd(taker);
    }
  }

  /** The same as a list. */
  public static List<ConsumerRecord<byte[], byte[]>> read(KafkaConfig settings, String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    read(settings, topic, records::add);
    return records;
  }

  /**
   * Whether no record of a topic is committed now. Does not wait for a transaction that is open.
   */
  public static boolean isEmpty(KafkaConfig settings, String topic) {
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
    try (CommittedTopic open = new CommittedTopic(settings, List.of(topic))) {
      Map<TopicPartition, Long> ends = open.consumer.endOffsets(open.partitions);
      while (found.isEmpty() && open.isBefore(ends)) {
        open.poll(POLL, found::add);
      }
    }
    return found.isEmpty();
  }

  /** One record by its place; nothing if the topic does not hold it any more. */
  static Optional<ConsumerRecord<byte[], byte[]>> at(
      KafkaConfig settings, String topic, int partition, long offset) {
    TopicPartition place = new TopicPartition(topic, partition);
    try (CommittedTopic open = new CommittedTopic(settings, List.of(topic))) {
      open.consumer.assign(List.of(place));
      open.consumer.seek(place, offset);
      long end = open.ends().getOrDefault(place, 0L);
      while (open.consumer.position(place) <= offset && offset < end) {
        for (ConsumerRecord<byte[], byte[]> record : open.consumer.poll(POLL)) {
          return Optional.of(record).filter(found -> found.offset() == offset);
        }
      }
    }
    return Optional.empty();
  }

  private boolean isBefore(Map<TopicPartition, Long> ends) {
    return partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p));
  }

  /** Gives what has come, waiting up to a moment for it. */
  public void poll(Duration wait, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    consumer.poll(wait).forEach(taker);
  }

  /**
   * Gives all that is not given yet of what the topics hold at the time of the call, once it is
   * committed; see {@link EndOffsets} for how long that may take.
   */
  public void readToEnd(Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    Map<TopicPartition, Long> ends = ends();
    while (isBefore(ends)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.get(partition)) {
          taker.accept(record);
        }
      }
    }
    // what was written meanwhile is for the next call
    ends.forEach(
        (partition, end) -> consumer.seek(partition, Math.min(end, consumer.position(partition))));
  }

  private Map<TopicPartition, Long> ends() {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (String topic : topics) {
      EndOffsets.of(settings, topic)
          .forEach((partition, end) -> ends.put(new TopicPartition(topic, partition), end));
    }
    return ends;
  }

  @Override
  public void close() {
    // there is no offset to commit, and an answer to the last request may be half a second away
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
