package io.tidecast.job.store;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.job.config.JobConfig;
import java.time.Duration;

/**
 * From which topics to which database.
 *
 * @param kafka where the topics are
 * @param postgres the database, as the role that owns its tables
 * @param retention partitions older than the newest by more than this are dropped; zero: never
 */
public record StoreConfig(KafkaConfig kafka, PostgresConfig postgres, Duration retention) {
  /** What a configuration file says about it. */
  public static StoreConfig of(JobConfig config) {
    return new StoreConfig(
        new KafkaConfig(
            config.kafka().bootstrapServers(), config.domain(), config.kafka().properties()),
        config.postgres().owner(),
        config.postgres().retention());
  }
}
