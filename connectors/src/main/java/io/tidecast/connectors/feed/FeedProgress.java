package io.tidecast.connectors.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a feed has come, as a record of the compacted topic {@code <domain>.feed.v1} that is
 * written in the transaction of the rows it counts. A consumer group's offset would be forgotten by
 * the broker when the feed rests for longer than {@code offsets.retention.minutes}.
 *
 * @param rows published since the feed's first row
 * @param last which row came last, to know it again
 */
record FeedProgress(long rows, String last) {
  private static final JsonMapper MAPPER = new JsonMapper();

  /** What is committed for the feed of that name; nothing before its first rows. */
  static Optional<FeedProgress> read(KafkaConfig kafka, String name) {
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    AtomicReference<FeedProgress> newest = new AtomicReference<>();
    CommittedTopic.read(
        kafka,
        kafka.topics().feed(),
        record -> {
          if (Arrays.equals(key, record.key())) {
            newest.set(parse(record.value()));
          }
        });
    return Optional.ofNullable(newest.get()).or(() -> ofGroup(kafka, name));
  }

  /** Of a feed whose last run was of a version that kept it as a consumer group's offset. */
  private static Optional<FeedProgress> ofGroup(KafkaConfig kafka, String name) {
    TopicPartition partition = new TopicPartition(kafka.topics().observation(), 0);
    OffsetAndMetadata group =
        kafka.ask(
            "read the progress of feed " + name,
            admin ->
                admin
                    .listConsumerGroupOffsets("feed-" + name)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(partition));
    return Optional.ofNullable(group).map(old -> new FeedProgress(old.offset(), old.metadata()));
  }

  private static FeedProgress parse(byte[] json) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      return new FeedProgress(tree.path("rows").asLong(), tree.path("last").asText());
    } catch (IOException e) {
      throw new IllegalArgumentException("bytes are no progress of a feed", e);
    }
  }

  /** To be sent in the transaction of the rows. */
  ProducerRecord<byte[], byte[]> toRecord(KafkaConfig kafka, String name) {
    try {
      byte[] json =
          MAPPER.writeValueAsBytes(MAPPER.createObjectNode().put("rows", rows).put("last", last));
      return new ProducerRecord<>(
          kafka.topics().feed(), name.getBytes(StandardCharsets.UTF_8), json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
