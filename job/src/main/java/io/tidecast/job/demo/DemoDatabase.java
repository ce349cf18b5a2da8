package io.tidecast.job.demo;

import io.tidecast.connectors.embedded.EmbeddedPostgres;
import io.tidecast.connectors.embedded.EmbeddedPostgres.CannotStartException;
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
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The demo's PostgreSQL, the store job that fills it, and the live page over it. */
final class DemoDatabase implements AutoCloseable {
  private static final Duration CATCH_UP = Duration.ofMinutes(5);

  private final EmbeddedPostgres server;
  private final JobClient store;
  private final LivePage page;

  private DemoDatabase(EmbeddedPostgres server, JobClient store, LivePage page) {
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
    EmbeddedPostgres server = EmbeddedPostgres.start(directory);
    try {
      PostgresConfig owner = server.owner();
      Schema.migrate(owner);
      LivePage page = LivePage.start(Schema.allowReader(owner, randomPassword()), pagePort);
      return new DemoDatabase(server, startStore(config, owner), page);
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
    Configuration flink = new Configuration();
    flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2));
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    StoreJob.build(
        env, new StoreConfig(config.kafkaSettings(), owner, config.postgres().retention()));
    return env.executeAsync("tidecast store " + config.domain());
  }

  URI page() {
    return page.uri();
  }

  /** Waits until the tables hold as many forecasts as the topic. */
  void awaitForecasts(long count) throws SQLException, IOException, InterruptedException {
    long deadline = System.nanoTime() + CATCH_UP.toNanos();
    try (Connection connection = server.owner().connect();
        Statement statement = connection.createStatement()) {
      while (count(statement) < count) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "the store has "
                  + count(statement)
                  + " of "
                  + count
                  + " forecasts after "
                  + CATCH_UP);
        }
        Thread.sleep(200);
      }
    }
  }

  private static long count(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM forecast")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() {
    page.close();
    store.cancel().join();
    store.getJobExecutionResult().exceptionally(cancelled -> null).join();
    server.close();
  }
}
