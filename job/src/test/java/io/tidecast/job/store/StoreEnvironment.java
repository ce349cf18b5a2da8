package io.tidecast.job.store;

import static org.junit.jupiter.api.Assumptions.abort;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.embedded.EmbeddedPostgres;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.connectors.postgres.Schema;
import io.tidecast.job.config.SourceSection;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A broker, a database and the store job between them, all in this process. */
public final class StoreEnvironment implements AutoCloseable {
  public static final String READER_PASSWORD = "reads only";
  private static final Duration MAX_FUTURE = Duration.ofMinutes(10);

  private final Path directory;
  private final EmbeddedKafka broker;
  private KafkaConfig kafka;
  private PostgresConfig owner;
  private PostgresConfig reader;
  private EmbeddedPostgres postgres;
  private final List<JobClient> jobs = new ArrayList<>();

  private StoreEnvironment(Path directory, EmbeddedKafka broker, EmbeddedPostgres postgres) {
    this.directory = directory;
    this.broker = broker;
    this.postgres = postgres;
    fill("test", postgres.owner());
  }

  private void fill(String domain, PostgresConfig database) {
    kafka = new KafkaConfig(broker.bootstrapServers(), domain, Map.of());
    owner = database;
    Schema.migrate(owner, domain);
    reader = Schema.allowReader(owner, READER_PASSWORD);
    TopicCreator.createMissing(kafka, new TopicsConfig(2, 1, Duration.ZERO));
  }

  /** Ends the job and begins anew, with topics and a database of its own on the same servers. */
  void renew(String name) throws SQLException {
    endJob();
    PostgresConfig server = postgres.owner();
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    String url = server.url().replaceFirst("/[^/]*$", "/" + name);
    fill(name, new PostgresConfig(url, server.user(), server.password()));
  }

  /** Broker, topics, database and schema; no job yet. Where no database can run, no test does. */
  public static StoreEnvironment start(Path directory) {
    try {
      EmbeddedPostgres postgres = EmbeddedPostgres.start(directory.resolve("postgres"));
      return new StoreEnvironment(
          directory, EmbeddedKafka.start(directory.resolve("kafka")), postgres);
    } catch (EmbeddedPostgres.CannotStartException e) {
      return abort(e.getMessage());
    }
  }

  public void startJob() throws Exception {
    startJob(Duration.ZERO, Map.of("restart-strategy.exponential-delay.max-backoff", "2 s"));
  }

  /** The same with a retention and other settings of Flink. */
  void startJob(Duration retention, Map<String, String> flink) throws Exception {
    Configuration settings = StoreJob.flink(flink);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, settings);
    env.enableCheckpointing(1000);
    StoreJob.build(
        env, new StoreConfig(kafka, owner, retention, MAX_FUTURE, SourceSection.DEFAULT));
    jobs.add(env.executeAsync("store"));
  }

  /** Another domain in the same database, of which a job of its own is to be told. */
  void goOnWith(String domain) {
    fill(domain, owner);
  }

  /** One more series, whose newest forecast is days older than those of all others. */
  public void leaveOneAwaited() throws SQLException {
    try (Connection connection = owner.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO forecast_latest (domain, series, origin, step, levels, quantiles, model,"
              + " quality) SELECT domain, 'away/' || variable, min(origin) - interval '2 days', step,"
              + " levels, quantiles, model, quality FROM forecast_latest WHERE domain = '"
              + kafka.domain()
              + "' GROUP BY domain, variable, step, levels, quantiles, model, quality LIMIT 1");
    }
  }

  public void stopPostgres() {
    postgres.close();
  }

  public void startPostgres() throws EmbeddedPostgres.CannotStartException {
    int port = Integer.parseInt(owner.url().replaceAll(".*:(\\d+)/.*", "$1"));
    postgres = EmbeddedPostgres.start(directory.resolve("postgres"), port);
  }

  public KafkaConfig kafka() {
    return kafka;
  }

  public PostgresConfig owner() {
    return owner;
  }

  public PostgresConfig reader() {
    return reader;
  }

  /** Waits until the job has failed and waits for the database. */
  public void awaitRestarting() throws Exception {
    JobClient job = jobs.get(0);
    JobStatus status = job.getJobStatus().get();
    while (status != JobStatus.RESTARTING) {
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      status = job.getJobStatus().get();
    }
  }

  /** Waits until a query gives this number. */
  public void await(String sql, long expected) throws SQLException {
    tables().await(sql, expected);
  }

  /** Waits until everything is in the tables. */
  public void await(TopicData... all) throws SQLException {
    await("SELECT count(*) FROM observation", sum(all, data -> data.observations().size()));
    await("SELECT count(*) FROM anomaly WHERE cause <> 'unknown'", sum(all, d -> 2 * d.stations()));
    await("SELECT count(*) FROM forecast", sum(all, data -> data.forecasts().size()));
    await("SELECT count(*) FROM evaluation", sum(all, data -> data.evaluations().size()));
    await("SELECT count(*) FROM model_event", sum(all, data -> data.decisions().size()));
  }

  private static long sum(TopicData[] all, ToLongFunction<TopicData> rows) {
    return Arrays.stream(all).mapToLong(rows).sum();
  }

  public long number(String sql) throws SQLException {
    return tables().number(sql);
  }

  public List<String> rows(String sql) throws SQLException {
    return tables().rows(sql);
  }

  StoredRows tables() {
    return new StoredRows(owner);
  }

  @Override
  public void close() throws IOException {
    endJob();
    broker.close();
    postgres.close();
  }

  private void endJob() {
    jobs.forEach(job -> job.cancel().join());
    jobs.clear();
  }
}
