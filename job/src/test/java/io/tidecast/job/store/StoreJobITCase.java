package io.tidecast.job.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.connectors.serde.ObservationJsonV1;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreJobITCase {
  private static final Instant END = Instant.parse("2024-03-10T00:00:00Z");
  private static final TopicData DATA = new TopicData(3, END, 60, 6);

  @TempDir static Path directory;
  private static StoreEnvironment environment;
  private static int tests;

  @BeforeAll
  static void start() {
    environment = StoreEnvironment.start(directory);
  }

  @BeforeEach
  void renew() throws Exception {
    environment.renew("store" + ++tests);
  }

  @AfterAll
  static void stop() throws Exception {
    if (environment != null) {
      environment.close();
    }
  }

  @Test
  void tablesEqualTheTopicsAlsoWhenTheyHoldThingsTwiceAndThingsUnreadable() throws Exception {
    DATA.publish(environment.kafka());
    try (KafkaProducer<byte[], byte[]> producer = TopicData.producer(environment.kafka())) {
      String topic = environment.kafka().topics().forecast();
      TopicData.send(producer, topic, "stray", "not JSON".getBytes(StandardCharsets.UTF_8));
      ForecastRecord older = DATA.forecast(0, 5);
      TopicData.send(producer, topic, older.key(), ForecastJsonV1.write(older));
    }
    DATA.publish(environment.kafka());
    ObservationRecord corrected = DATA.observations().get(7);
    publishAgain(corrected, 99.5);

    environment.startJob();
    environment.await(DATA);

    environment.await(
        "SELECT count(*) FROM observation WHERE time = '%s' AND series = '%s/%s' AND value = 99.5"
            .formatted(corrected.time(), corrected.stream(), TopicData.VARIABLE),
        1);
    environment.await(
        "SELECT count(*) FROM forecast_latest WHERE origin = '" + END + "'", DATA.stations());
    assertForecastsEqual();
    assertEvaluationsEqual();
    assertEquals(
        DATA.decisions().stream().map(d -> d.decision() + "|" + d.version()).toList(),
        environment.rows("SELECT decision, version FROM model_event ORDER BY boundary"));
  }

  /** With another value: what comes late corrects the table too. */
  private static void publishAgain(ObservationRecord of, double value) {
    try (KafkaProducer<byte[], byte[]> producer = TopicData.producer(environment.kafka())) {
      TopicData.send(
          producer,
          environment.kafka().topics().observation(),
          of.stream(),
          ObservationJsonV1.write(
              new ObservationRecord(of.stream(), of.time(), Map.of(TopicData.VARIABLE, value))));
    }
  }

  @Test
  void databaseThatWasAwayEndsUpEqualToTheTopics() throws Exception {
    environment.startJob();
    new TopicData(3, END.minusSeconds(36_000), 50, 6).publish(environment.kafka());
    environment.await("SELECT sign(count(*))::int FROM forecast", 1);

    environment.stopPostgres();
    DATA.publish(environment.kafka());
    DATA.named("C", "counter").above(1.7e9).publish(environment.kafka());
    environment.awaitRestarting();
    environment.startPostgres();

    new TopicsAndTables(environment.kafka(), environment.tables()).awaitEqual();
  }

  @Test
  void anObservationOfAFarFutureIsLeftOutAndEndsNoOthersRetention() throws Exception {
    DATA.publishObservations(environment.kafka());
    try (KafkaProducer<byte[], byte[]> producer = TopicData.producer(environment.kafka())) {
      ObservationRecord future =
          new ObservationRecord(
              "S0", Instant.parse("2036-02-07T06:28:16Z"), Map.of(TopicData.VARIABLE, 1.0));
      TopicData.send(
          producer,
          environment.kafka().topics().observation(),
          "S0",
          ObservationJsonV1.write(future));
    }
    new TopicData(3, END.plusSeconds(36_000), 10, 6).publishObservations(environment.kafka());

    environment.startJob(Duration.ofDays(90), Map.of());

    environment.await("SELECT count(*) FROM observation", DATA.observations().size() + 30);
    assertEquals(
        List.of("observation_20240301"),
        environment.rows(
            "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'observation'::regclass"));
  }

  /** Of the same names and times, by two jobs at once. */
  @Test
  void domainsInOneDatabaseWriteBesideEachOther() throws Exception {
    String first = environment.kafka().domain();
    DATA.publish(environment.kafka());
    environment.startJob();
    environment.goOnWith("beside");
    TopicData fewer = new TopicData(3, END, 50, 6);
    fewer.publish(environment.kafka());
    environment.startJob();

    String count = "SELECT count(*) FROM %s WHERE domain = '%s'";
    for (Map.Entry<String, TopicData> domain : Map.of(first, DATA, "beside", fewer).entrySet()) {
      TopicData data = domain.getValue();
      Map.of(
              "observation", data.observations().size(),
              "forecast", data.forecasts().size(),
              "evaluation", data.evaluations().size(),
              "model_event", data.decisions().size())
          .forEach((table, rows) -> await(count.formatted(table, domain.getKey()), rows));
    }
  }

  private static void await(String sql, long expected) {
    try {
      environment.await(sql, expected);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aConnectionThatWasCutIsReplacedWithoutARestart() throws Exception {
    environment.startJob(Duration.ZERO, Map.of("restart-strategy.type", "none"));
    TopicData.publish(environment.kafka(), DATA.forecast(0, 0));
    environment.await("SELECT count(*) FROM forecast", 1);
    assertNotEquals(
        0,
        environment.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                + " WHERE application_name = 'tidecast' AND pid <> pg_backend_pid()"));

    DATA.publish(environment.kafka());

    environment.await(DATA);
  }

  @Test
  void aRowThatTheDatabaseRefusesIsLeftOutAndTheOthersAreWritten() throws Exception {
    environment.startJob(Duration.ZERO, Map.of("restart-strategy.type", "none"));
    String topic = environment.kafka().topics().model();
    ModelRecord sound = DATA.decisions().get(0);
    String refused =
        new String(ModelJsonV1.write(sound), StandardCharsets.UTF_8)
            .replace(sound.reason(), "no text of PostgreSQL: \\u0000");
    try (KafkaProducer<byte[], byte[]> producer = TopicData.producer(environment.kafka())) {
      TopicData.send(producer, topic, "a", refused.getBytes(StandardCharsets.UTF_8));
    }

    DATA.publish(environment.kafka());

    environment.await(DATA);
  }

  private void assertForecastsEqual() throws Exception {
    List<String> expected =
        DATA.forecasts().stream()
            .map(forecast -> ForecastJsonV1.read(ForecastJsonV1.write(forecast)))
            .map(
                f ->
                    f.series()
                        + "|"
                        + f.origin()
                        + "|"
                        + Arrays.deepToString(f.quantiles()).replaceAll("[ \\[\\]]", "")
                        + "|"
                        + f.model())
            .sorted()
            .toList();

    List<String> stored =
        environment
            .rows(
                "SELECT series, to_char(origin AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
                    + " (SELECT string_agg(q::text, ',') FROM unnest(quantiles) q), model"
                    + " FROM forecast")
            .stream()
            .sorted()
            .toList();

    assertEquals(expected.size(), stored.size());
    for (int i = 0; i < expected.size(); i++) {
      assertSame(expected.get(i), stored.get(i));
    }
  }

  /** Numbers are compared as numbers: Java and PostgreSQL print 12 differently. */
  private static void assertSame(String expected, String stored) {
    String[] left = expected.split("[|,]", -1);
    String[] right = stored.split("[|,]", -1);
    assertEquals(left.length, right.length);
    for (int i = 0; i < left.length; i++) {
      boolean number = i >= 2 && i < left.length - 1;
      assertEquals(
          number ? Float.valueOf(left[i]) : left[i], number ? Float.valueOf(right[i]) : right[i]);
    }
  }

  private void assertEvaluationsEqual() throws Exception {
    List<EvaluationRecord> all =
        DATA.evaluations().stream()
            .map(evaluation -> EvaluationJsonV1.read(EvaluationJsonV1.write(evaluation)))
            .toList();
    double absolute = all.stream().flatMapToDouble(e -> Arrays.stream(e.absoluteError())).sum();
    double inside = all.stream().flatMapToInt(e -> Arrays.stream(e.inside()[2])).sum();
    double size = all.stream().flatMapToDouble(e -> Arrays.stream(e.absoluteTarget())).sum();
    long unknown = all.stream().filter(e -> e.absoluteTarget().length == 0).count();
    double width = all.stream().flatMapToDouble(e -> Arrays.stream(e.width()[0])).sum();

    String[] sums =
        environment
            .rows(
                "SELECT sum(absolute_error::float8), sum(inside_50), sum(width_90::float8),"
                    + " sum(absolute_target) FROM accuracy")
            .get(0)
            .split("\\|");
    String[] totals =
        environment
            .rows(
                "SELECT sum(total_absolute_error), sum(total_absolute_target),"
                    + " count(*) FILTER (WHERE total_absolute_target IS NULL AND absolute_target IS NULL)"
                    + " FROM evaluation")
            .get(0)
            .split("\\|");

    // arrays are single precision
    assertEquals(absolute, Double.parseDouble(sums[0]), 1e-6 * absolute);
    assertEquals(inside, Double.parseDouble(sums[1]), 0);
    assertEquals(width, Double.parseDouble(sums[2]), 1e-6 * width);
    assertEquals(size, Double.parseDouble(sums[3]), 1e-6 * size);
    assertEquals(absolute, Double.parseDouble(totals[0]), 1e-9 * absolute);
    assertEquals(size, Double.parseDouble(totals[1]), 1e-9 * size);
    assertEquals(unknown, Long.parseLong(totals[2]));
    assertTrue(unknown > 0);
  }
}
