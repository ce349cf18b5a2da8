package io.tidecast.connectors.kafka;

import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** What a topic accepts, so that it is known before a record is too large for it. */
public final class TopicLimits {
  private TopicLimits() {}

  /**
   * Largest batch of records in bytes, hence also the largest record: the topic's own limit, or the
   * producer's {@code max.request.size} where that is lower.
   *
   * @throws KafkaException if the broker cannot be reached, has no such topic, or may not tell
   */
  public static int maxRecordBytes(KafkaConfig kafka, String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Config config =
        kafka.ask(
            "read the limits of " + topic,
            admin -> admin.describeConfigs(List.of(resource)).all().get().get(resource));
    int accepted = Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    return Math.min(accepted, KeyedBytesSink.maxRequestBytes(kafka));
  }

  /**
   * Refuses a topic that does not accept the largest record it may be given.
   *
   * @param bytes of that record, without the batch around it
   * @param what it is, for the refusal
   */
  public static void require(KafkaConfig kafka, String topic, int bytes, String what) {
    int accepted = maxRecordBytes(kafka, topic);
    int needed = bytes + DeadLetterSink.BATCH_BYTES;
    if (accepted < needed) {
      throw new IllegalArgumentException(
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG
              + " of "
              + topic
              + ": "
              + accepted
              + "; accepted: "
              + needed
              + " or more, as "
              + what
              + " may be that large");
    }
  }
}
