package io.tidecast.job.bench;

import io.tidecast.connectors.kafka.KafkaConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A topic of one partition as any reader sees it who does not wait for transactions. Looks at
 * offsets, so that watching costs nothing of what is watched. One thread.
 */
final class TopicWatch implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConfig kafka;
  private final TopicPartition partition;
  private final KafkaConsumer<byte[], byte[]> consumer;

  TopicWatch(KafkaConfig kafka, String topic) {
    this.kafka = kafka;
    partition = new TopicPartition(topic, 0);
    Properties properties = kafka.clientProperties();
    properties.put("isolation.level", "read_uncommitted");
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(List.of(partition));
  }

  /** Records so far, and a marker for each transaction that ended. */
  long end() {
    return consumer.endOffsets(List.of(partition)).get(partition);
  }

  /** The records from an offset to an end that is there, both as {@link #end} counts. */
  List<ConsumerRecord<byte[], byte[]>> read(long from, long end) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    consumer.seek(partition, from);
    while (consumer.position(partition) < end) {
      consumer.poll(POLL).forEach(records::add);
    }
    return records;
  }

  /** Records from an offset to an end that is there, without the markers. */
  long count(long from, long end) {
    long count = 0;
    consumer.seek(partition, from);
    while (consumer.position(partition) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        count += record.offset() < end ? 1 : 0;
      }
    }
    return count;
  }

  /** The last records before an end. */
  List<ConsumerRecord<byte[], byte[]>> last(int count, long end) {
    return read(Math.max(0, end - count), end);
  }

  /** Bytes on the broker's disk, as the producer has compressed them. */
  long storedBytes() throws InterruptedException {
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      int broker = admin.describeCluster().controller().get().id();
      return admin
          .describeLogDirs(List.of(broker))
          .allDescriptions()
          .get()
          .get(broker)
          .values()
          .stream()
          .map(directory -> directory.replicaInfos().get(partition))
          .filter(replica -> replica != null)
          .mapToLong(replica -> replica.size())
          .sum();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot tell the size of " + partition, e.getCause());
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
