package io.tidecast.job;

import io.tidecast.connectors.kafka.DeadLetterSink;
import io.tidecast.connectors.kafka.EndOffsets;
import io.tidecast.connectors.kafka.ExactlyOnce;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.RawRecordSource;
import io.tidecast.connectors.kafka.Ticks;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.job.config.JobConfig;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.connector.source.Source;

/** The topics of a domain as the ends of the job: exactly once from Kafka to Kafka. */
public final class KafkaEnds {
  private KafkaEnds() {}

  /** Those of the only job of a domain, which reads on for ever. */
  public static ForecastJob.Ends unbounded(JobConfig config) {
    return unbounded(config, JobIdentity.main(config.domain()));
  }

  /** Reads on for ever. */
  public static ForecastJob.Ends unbounded(JobConfig config, JobIdentity identity) {
    KafkaConfig kafka = config.kafkaConfig();
    String topic = kafka.topics().observation();
    return ends(
        config,
        identity,
        RawRecordSource.unbounded(kafka, topic, identity.consumerGroup()),
        TopicCreator.partitions(kafka, topic),
        RawRecordSource.unbounded(kafka, kafka.topics().control(), identity.consumerGroup()));
  }

  /** Those of the only job of a domain, which ends where the observation topic ends now. */
  public static ForecastJob.Ends bounded(JobConfig config) {
    return bounded(config, JobIdentity.main(config.domain()));
  }

  /** Reads what the observation topic holds now, to its end. */
  public static ForecastJob.Ends bounded(JobConfig config, JobIdentity identity) {
    KafkaConfig kafka = config.kafkaConfig();
    String topic = kafka.topics().observation();
    Map<Integer, Long> end = EndOffsets.of(kafka, topic);
    return ends(
        config,
        identity,
        RawRecordSource.bounded(kafka, topic, identity.consumerGroup(), end),
        end.size(),
        RawRecordSource.bounded(
            kafka,
            kafka.topics().control(),
            identity.consumerGroup(),
            EndOffsets.of(kafka, kafka.topics().control())));
  }

  private static ForecastJob.Ends ends(
      JobConfig config,
      JobIdentity identity,
      Source<RawRecord, ?, ?> observations,
      int partitions,
      Source<RawRecord, ?, ?> controls) {
    KafkaConfig kafka = config.kafkaConfig();
    Topics topics = kafka.topics();
    Function<String, ExactlyOnce> once =
        topic ->
            new ExactlyOnce(
                identity.transactionalIdPrefix(topic), config.kafka().transactionTimeout());
    return new ForecastJob.Ends(
        observations,
        partitions,
        controls,
        EndOffsets.of(kafka, topics.control()).get(0),
        KeyedBytesSink.create(kafka, topics.forecast(), once.apply(topics.forecast())),
        KeyedBytesSink.create(kafka, topics.evaluation(), once.apply(topics.evaluation())),
        KeyedBytesSink.create(kafka, topics.model(), once.apply(topics.model())),
        DeadLetterSink.create(kafka, once.apply(topics.deadLetter())),
        new Ticks(kafka));
  }
}
