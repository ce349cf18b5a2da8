package io.tidecast.job;

import io.tidecast.connectors.kafka.DeadLetterSink;
import io.tidecast.connectors.kafka.EndOffsets;
import io.tidecast.connectors.kafka.ExactlyOnce;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.RawRecordSource;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.kafka.Ticks;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.job.config.JobConfig;
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
    SourceTopics topics = config.source().topics(kafka);
    return ends(
        config,
        identity,
        RawRecordSource.unbounded(kafka, topics, identity.consumerGroup()),
        topics,
        RawRecordSource.unbounded(kafka, kafka.topics().control(), identity.consumerGroup()));
  }

  /** Those of the only job of a domain, which ends where the observation topics end now. */
  public static ForecastJob.Ends bounded(JobConfig config) {
    return bounded(config, JobIdentity.main(config.domain()));
  }

  /** Reads what the observation topics hold now, to their end. */
  public static ForecastJob.Ends bounded(JobConfig config, JobIdentity identity) {
    KafkaConfig kafka = config.kafkaConfig();
    SourceTopics topics = config.source().topics(kafka);
    return ends(
        config,
        identity,
        RawRecordSource.bounded(kafka, topics, identity.consumerGroup()),
        topics,
        RawRecordSource.bounded(
            kafka, SourceTopics.of(kafka.topics().control()), identity.consumerGroup()));
  }

  private static ForecastJob.Ends ends(
      JobConfig config,
      JobIdentity identity,
      Source<RawRecord, ?, ?> observations,
      SourceTopics sources,
      Source<RawRecord, ?, ?> controls) {
    KafkaConfig kafka = config.kafkaConfig();
    Topics topics = kafka.topics();
    ExactlyOnce.Claim claim = ExactlyOnce.Claim.ofStart(kafka, identity.instance());
    Function<String, ExactlyOnce> once =
        topic ->
            new ExactlyOnce(
                identity.transactionalIdPrefix(topic), config.kafka().transactionTimeout(), claim);
    return new ForecastJob.Ends(
        observations,
        sources,
        sources.partitions(kafka),
        controls,
        EndOffsets.of(kafka, topics.control()).get(0),
        KeyedBytesSink.create(kafka, topics.forecast(), once.apply(topics.forecast())),
        KeyedBytesSink.create(kafka, topics.evaluation(), once.apply(topics.evaluation())),
        KeyedBytesSink.create(kafka, topics.anomaly(), once.apply(topics.anomaly())),
        KeyedBytesSink.create(
            kafka, topics.model(), ModelRecord.SECONDS, once.apply(topics.model())),
        DeadLetterSink.create(kafka, once.apply(topics.deadLetter())),
        new Ticks(kafka));
  }
}
