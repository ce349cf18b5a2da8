package io.tidecast.job.demo;

import io.tidecast.connectors.embedded.EmbeddedPostgres;
import io.tidecast.connectors.embedded.EmbeddedPostgres.CannotStartException;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.connectors.postgres.Schema;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.serve.LivePage;
import io.tidecast.job.store.StoreConfig;
import io.tidecast.job.store.StoreJob;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** The demo's PostgreSQL, the store job that fills it, and the live page over it. */
final class DemoDatabase implements AutoCloseable {
  private static final Duration CATCH_UP = Duration.ofMinutes(5);

  private final KafkaConfig kafka;
  private final EmbeddedPostgres server;
  private final JobClient store;
  private final LivePage page;

  private DemoDatabase(KafkaConfig kafka, EmbeddedPostgres server, JobClient store, LivePage page) {
    this.kafka = kafka;
    this.server = server;
    this.store = store;
    this.page = page;
  }

  /**
   * Starts all three.
   *
   * @throws CannotStartException if this machine cannot run the server
   */
  static DemoDatabase start(JobConfig config, Path directory, int pagePort) throws Exception {
    config.forecast().requireLevelsOfDashboards();
    EmbeddedPostgres server = EmbeddedPostgres.startOwned(directory);
    try {
      PostgresConfig owner = server.owner();
      Schema.migrate(owner, config.domain());
      PostgresConfig reader = Schema.allowReader(owner, randomPassword());
      LivePage page = LivePage.start(reader, config.domain(), pagePort);
      try {
        return new DemoDatabase(config.kafkaConfig(), server, startStore(config, owner), page);
      } catch (Exception e) {
        page.close();
        throw e;
      }
    } catch (Exception e) {
      server.close();
      throw e;
    }
  }

  private static String randomPassword() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Without state of its own to go on from: it writes the same rows again. */
  private static JobClient startStore(JobConfig config, PostgresConfig owner) throws Exception {
    Configuration flink = StoreJob.flink(Map.of());
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    StoreJob.build(env, StoreConfig.of(config, owner));
    return env.executeAsync("tidecast store " + config.domain());
  }

  URI page() {
    return page.uri();
  }

  /** Waits until everything before these offsets is in the tables, or out of their retention. */
  void awaitStored(Map<TopicPartition, Long> offsets) throws Exception {
    long deadline = System.nanoTime() + CATCH_UP.toNanos();
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      for (Map.Entry<TopicPartition, Long> entry : offsets.entrySet()) {
        TopicPartition partition = entry.getKey();
        if (partition.topic().equals(kafka.topics().deadLetter())) {
          continue; // which has no table
        }
        while (stored(admin, partition) < entry.getValue()) {
          if (System.nanoTime() > deadline) {
            throw new IOException(
                "Expected the store to read %s up to %d within %s but it is at %d"
                    .formatted(partition, entry.getValue(), CATCH_UP, stored(admin, partition)));
          }
          Thread.sleep(200);
        }
      }
    }
  }

  private static long stored(Admin admin, TopicPartition partition) throws Exception {
    OffsetAndMetadata committed =
        admin
            .listConsumerGroupOffsets(StoreJob.group(partition.topic()))
            .partitionsToOffsetAndMetadata()
            .get()
            .get(partition);
    return committed == null ? 0 : committed.offset();
  }

  @Override
  public void close() {
    page.close();
    store.cancel().join();
    store.getJobExecutionResult().exceptionally(cancelled -> null).join();
    server.close();
  }
}
