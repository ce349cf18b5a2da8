package io.tidecast.job.store;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.config.SourceSection;
import java.time.Duration;

/**
 * From which topics to which database.
 *
 * @param kafka where the topics are, and whose: all rows carry its domain
 * @param postgres the database, as the role that owns its tables
 * @param retention partitions older than the newest, or than now, by more than this are dropped;
 *     zero: never
 * @param maxFuture how far an event time may lie ahead of the append time, as for the forecasting
 *     job
 * @param source which topics observations are read from, and how
 */
public record StoreConfig(
    KafkaConfig kafka,
    PostgresConfig postgres,
    Duration retention,
    Duration maxFuture,
    SourceSection source) {
  /** What a configuration file says about it. */
  public static StoreConfig of(JobConfig config) {
    return of(config, config.postgres().owner());
  }

  /** The same with another database. */
  public static StoreConfig of(JobConfig config, PostgresConfig owner) {
    return new StoreConfig(
        config.kafkaConfig(),
        owner,
        config.postgres().retention(),
        config.ingest().maxFuture(),
        config.source());
  }
}
