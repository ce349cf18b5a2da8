package io.tidecast.connectors.kafka;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Where the committed part of a topic ends: the fixed ends of a run that ends by itself. */
public final class EndOffsets {
  private EndOffsets() {}

  /**
   * The offset behind the last committed record, by partition; offsets count transaction markers.
   *
   * @throws KafkaException if the broker cannot be reached or has no such topic
   */
  public static Map<Integer, Long> of(KafkaSettings settings, String topic) {
    try (Admin admin = Admin.create(settings.clientProperties())) {
      Map<TopicPartition, OffsetSpec> latest =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get()
              .get(topic)
              .partitions()
              .stream()
              .map(TopicPartitionInfo::partition)
              .collect(
                  Collectors.toMap(p -> new TopicPartition(topic, p), p -> OffsetSpec.latest()));
      Map<TopicPartition, ListOffsetsResultInfo> ends =
          admin
              .listOffsets(latest, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
              .all()
              .get();
      Map<Integer, Long> offsets = new TreeMap<>();
      ends.forEach((partition, end) -> offsets.put(partition.partition(), end.offset()));
      return offsets;
    } catch (ExecutionException e) {
      throw new KafkaException("cannot list the end offsets of " + topic, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while listing the end offsets of " + topic, e);
    }
  }
}
