package io.tidecast.job.offline;

import io.tidecast.connectors.kafka.EndOffsets;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationDecoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The history in the observation topic. */
public final class ObservationTopic {
  private static final Duration POLL = Duration.ofMillis(200);

  private ObservationTopic() {}

  /**
   * What the topic holds at the time of the call, in order of (time, stream); records that cannot
   * be read are left out, as the job leaves them out.
   */
  public static List<ObservationRecord> read(KafkaConfig kafka) {
    String topic = kafka.topics().observation();
    Map<Integer, Long> ends = EndOffsets.of(kafka, topic);
    List<TopicPartition> partitions =
        ends.keySet().stream().map(partition -> new TopicPartition(topic, partition)).toList();
    Properties properties = kafka.clientProperties();
    properties.put("isolation.level", "read_committed");
    List<ObservationRecord> observations = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p.partition()))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() < ends.get(record.partition())
              && ObservationDecoder.decode(record.value()) instanceof Decoded.Accepted accepted) {
            observations.add(accepted.observation());
          }
        }
      }
    }
    observations.sort(
        Comparator.comparing(ObservationRecord::time).thenComparing(ObservationRecord::stream));
    return observations;
  }
}
