package io.tidecast.connectors.kafka;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * A topic as raw records, each exactly once into Flink's state.
 *
 * <p>Nothing is lost and nothing doubled: the position is part of the checkpoint, and a restored
 * job reads on from there. Without state to restore it reads from where the topics say, mostly the
 * earliest record the broker still keeps. Offsets are committed to the consumer group at
 * checkpoints for monitoring alone; nothing is ever read from them. Only committed transactions are
 * read ({@code read_committed}), so records of an open or aborted transaction are never seen, and
 * an open one holds back what lies behind it in its partition. No bytes make the source fail: it
 * does not look into them.
 *
 * <p>Order is kept per partition.
 */
public final class RawRecordSource {
  private RawRecordSource() {}

  /**
   * Reads on for ever, and what comes in topics and partitions that appear; those from the first.
   */
  public static Source<RawRecord, ?, ?> unbounded(
      KafkaConfig settings, SourceTopics topics, String groupId) {
    long every = topics.lookEvery().toMillis();
    KafkaSource<RawRecord> source =
        builder(settings, topics, groupId)
            .setKafkaSubscriber(new TopicDiscovery(topics, settings.topics()))
            .setProperty("partition.discovery.interval.ms", Long.toString(every == 0 ? -1 : every))
            .build();
    // what begins elsewhere is told to go on elsewhere where its place is there no more
    return topics.start().equals("earliest") ? new TopicSource.Open(source) : source;
  }

  /** The same of one topic, from its first record on. */
  public static Source<RawRecord, ?, ?> unbounded(
      KafkaConfig settings, String topic, String groupId) {
    return unbounded(settings, SourceTopics.of(topic), groupId);
  }

  /** Reads up to where the topics end now, so that the job ends by itself. */
  public static Source<RawRecord, ?, ?> bounded(
      KafkaConfig settings, SourceTopics topics, String groupId) {
    return bounded(settings, topics, groupId, topics.ends(settings));
  }

  /**
   * Reads one topic up to fixed ends.
   *
   * @param endOffsets by partition, exclusive, such as {@link EndOffsets} gives. Transaction
   *     markers take offsets too: a count of records is no end offset. Partitions that are absent
   *     are not read
   */
  public static Source<RawRecord, ?, ?> bounded(
      KafkaConfig settings, String topic, String groupId, Map<Integer, Long> endOffsets) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    endOffsets.forEach((partition, end) -> ends.put(new TopicPartition(topic, partition), end));
    return bounded(settings, SourceTopics.of(topic), groupId, ends);
  }

  private static Source<RawRecord, ?, ?> bounded(
      KafkaConfig settings, SourceTopics topics, String groupId, Map<TopicPartition, Long> ends) {
    return new TopicSource.Bounded(
        builder(settings, topics, groupId)
            .setPartitions(new HashSet<>(ends.keySet()))
            .setBounded(OffsetsInitializer.offsets(ends))
            .build(),
        ends);
  }

  private static KafkaSourceBuilder<RawRecord> builder(
      KafkaConfig settings, SourceTopics topics, String groupId) {
    Properties properties = settings.clientProperties();
    properties.put("isolation.level", "read_committed");
    // observations are small: by Kafka's default of 500 the readers hand over more than they read
    properties.putIfAbsent("max.poll.records", "5000");
    // several readers in one process would register equal names, with a warning for each
    properties.putIfAbsent("register.consumer.metrics", "false");
    return KafkaSource.<RawRecord>builder()
        .setProperties(properties)
        .setGroupId(groupId)
        .setStartingOffsets(topics.starting())
        .setDeserializer(new AsItCame(topics.header()));
  }

  private record AsItCame(String header) implements KafkaRecordDeserializationSchema<RawRecord> {
    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RawRecord> out) {
      out.collect(RawRecord.of(record, header));
    }

    @Override
    public TypeInformation<RawRecord> getProducedType() {
      return TypeInformation.of(RawRecord.class);
    }
  }
}
