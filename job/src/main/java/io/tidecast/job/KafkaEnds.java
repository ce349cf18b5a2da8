package io.tidecast.job;

import io.tidecast.connectors.kafka.DeadLetterSink;
import io.tidecast.connectors.kafka.EndOffsets;
import io.tidecast.connectors.kafka.ExactlyOnce;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.RawRecordSource;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.TopicLimits;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.job.config.JobConfig;
import java.util.Map;
import org.apache.flink.api.connector.source.Source;

/** The topics of a domain as the ends of the job: exactly once from Kafka to Kafka. */
public final class KafkaEnds {
  private KafkaEnds() {}

  /** Reads on for ever. */
  public static ForecastJob.Ends unbounded(JobConfig config) {
    KafkaConfig kafka = config.kafkaConfig();
    String topic = kafka.topics().observation();
    return ends(
        config,
        RawRecordSource.unbounded(kafka, topic, consumerGroup(config)),
        TopicCreator.partitions(kafka, topic));
  }

  /** Reads what the observation topic holds now, to its end. */
  public static ForecastJob.Ends bounded(JobConfig config) {
    KafkaConfig kafka = config.kafkaConfig();
    String topic = kafka.topics().observation();
    Map<Integer, Long> end = EndOffsets.of(kafka, topic);
    return ends(
        config, RawRecordSource.bounded(kafka, topic, consumerGroup(config), end), end.size());
  }

  private static ForecastJob.Ends ends(
      JobConfig config, Source<RawRecord, ?, ?> observations, int partitions) {
    KafkaConfig kafka = config.kafkaConfig();
    Topics topics = kafka.topics();
    return new ForecastJob.Ends(
        observations,
        partitions,
        KeyedBytesSink.create(kafka, topics.forecast(), once(config, topics.forecast())),
        KeyedBytesSink.create(kafka, topics.evaluation(), once(config, topics.evaluation())),
        KeyedBytesSink.create(kafka, topics.model(), once(config, topics.model())),
        DeadLetterSink.create(
            kafka,
            once(config, topics.deadLetter()),
            TopicLimits.maxRecordBytes(kafka, topics.deadLetter())));
  }

  /** One prefix per sink: sinks that share one abort each other's transactions. */
  private static ExactlyOnce once(JobConfig config, String topic) {
    return new ExactlyOnce("tidecast-" + topic, config.kafka().transactionTimeout());
  }

  private static String consumerGroup(JobConfig config) {
    return "tidecast-" + config.domain();
  }
}
