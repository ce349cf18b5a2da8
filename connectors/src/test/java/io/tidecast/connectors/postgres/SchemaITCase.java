package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tidecast.connectors.embedded.EmbeddedPostgres;
import io.tidecast.connectors.record.Names;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaITCase {
  /** Version of the newest migration. */
  static final String NEWEST = "8";

  @TempDir static Path directory;
  private static EmbeddedPostgres postgres;
  private static PostgresConfig owner;
  private static PostgresConfig reader;

  @BeforeAll
  static void start() {
    try {
      postgres = EmbeddedPostgres.start(directory);
    } catch (EmbeddedPostgres.CannotStartException e) {
      abort(e.getMessage());
    }
    owner = postgres.owner();
    Schema.migrate(owner, "test");
    reader = Schema.allowReader(owner, "it's a \"secret\"");
  }

  @AfterAll
  static void stop() {
    if (postgres != null) {
      postgres.close();
    }
  }

  @BeforeEach
  void dropPartitions() throws SQLException {
    for (String table : List.of("forecast", "observation", "evaluation")) {
      for (String partition : partitions(table)) {
        run(owner, "DROP TABLE " + partition);
      }
    }
  }

  @Test
  void migratingAgainChangesNothing() throws SQLException {
    String applied = "SELECT count(*) FROM flyway_schema_history";
    List<String> before = query(owner, applied);

    Schema.migrate(owner, "test");

    assertEquals(before, query(owner, applied));
  }

  @Test
  void aLookSaysWhatIsThereAndWhatIsInTheWay() throws SQLException {
    assertEquals(new Schema.Finding("schema " + NEWEST, List.of()), Schema.look(owner, "test"));

    run(owner, "CREATE DATABASE empty");
    PostgresConfig empty = database("empty", owner.user());
    assertEquals(
        new Schema.Finding("no tables yet; store would bring it to " + NEWEST, List.of()),
        Schema.look(empty, "test"));

    run(owner, "CREATE ROLE guest LOGIN");
    assertEquals(
        List.of("guest may not create tables in it"),
        Schema.look(database("empty", "guest"), "test").wrong());

    Schema.migrate(empty, "test");
    run(
        empty,
        "UPDATE flyway_schema_history SET version = '99', script = 'V99__later.sql'"
            + " WHERE version = '"
            + NEWEST
            + "'");
    assertEquals(
        List.of("version 99 is Future; accepted: those of this build"),
        Schema.look(empty, "test").wrong());
  }

  private static PostgresConfig database(String name, String user) {
    return new PostgresConfig(owner.url().replaceFirst("/[^/]*$", "/" + name), user, "");
  }

  @Test
  void readerReadsPresentAndFutureTablesButWritesNone() throws SQLException {
    openPartition("forecast", "2024-03-01T10:00:00Z", Duration.ZERO);

    assertEquals(List.of("0"), query(reader, "SELECT count(*) FROM forecast_20240301"));
    assertEquals(List.of("0"), query(reader, "SELECT count(*) FROM accuracy"));
    SQLException refused =
        assertThrows(SQLException.class, () -> run(reader, "DELETE FROM forecast_latest"));
    assertTrue(refused.getMessage().contains("read-only"), refused.getMessage());
    assertThrows(
        SQLException.class,
        () -> run(reader, "SET default_transaction_read_only = off; DELETE FROM model_event"));
    assertEquals(List.of("15s"), query(reader, "SHOW statement_timeout"));
  }

  @Test
  void forecastsArePartitionedByDayAndTheRestByMonth() throws SQLException {
    openPartition("forecast", "2024-03-01T23:59:59Z", Duration.ZERO);
    openPartition("observation", "2024-03-31T23:59:59Z", Duration.ZERO);
    openPartition("evaluation", "2024-04-01T00:00:00Z", Duration.ZERO);

    assertEquals(List.of("forecast_20240301"), partitions("forecast"));
    assertEquals(List.of("observation_20240301"), partitions("observation"));
    assertEquals(List.of("evaluation_20240401"), partitions("evaluation"));
  }

  @Test
  void openingADayDropsWhatIsOutOfRetentionAndKeepsTheRest() throws SQLException {
    Duration retention = Duration.ofDays(2);
    for (int day = 1; day <= 5; day++) {
      assertTrue(openPartition("forecast", "2024-03-0" + day + "T12:00:00Z", retention));
    }

    assertFalse(openPartition("forecast", "2024-03-02T12:00:00Z", retention));

    assertEquals(
        List.of("forecast_20240303", "forecast_20240304", "forecast_20240305"),
        partitions("forecast"));
  }

  @Test
  void filterMakesTheDayOfARecordAndDropsOneOutOfRetention() throws SQLException {
    PartitionFilter<Instant> filter =
        new PartitionFilter<>(owner, "forecast", Duration.ofDays(1), time -> time);

    assertTrue(filter.filter(Instant.parse("2024-03-01T12:00:00Z")));
    assertTrue(filter.filter(Instant.parse("2024-03-02T12:00:00Z")));
    assertTrue(filter.filter(Instant.parse("2024-03-01T13:00:00Z")));
    assertTrue(filter.filter(Instant.parse("2024-03-04T00:00:00Z")));
    assertFalse(filter.filter(Instant.parse("2024-03-01T14:00:00Z")));

    assertEquals(List.of("forecast_20240304"), partitions("forecast"));
  }

  @Test
  void viewsUnfoldArraysByLead() throws SQLException {
    openPartition("forecast", "2024-03-01T00:00:00Z", Duration.ZERO);
    run(
        owner,
        "INSERT INTO forecast (series, origin, step, levels, quantiles, model, quality, domain, base)"
            + " SELECT series, '2024-03-01 10:00Z', 'PT1H', '{0.05,0.5,0.95}',"
            + " '{{1,2},{3,4},{5,6}}', 't-3-0123abcd', 'model', 'test', base"
            + " FROM (VALUES ('a/b/t', 0), ('c/t', 1700000000)) AS told (series, base)");

    assertEquals(
        List.of(
            "1|11:00|1|3|5|-",
            "2|12:00|2|4|6|-",
            "1|11:00|1700000001|1700000003|1700000005|-",
            "2|12:00|1700000002|1700000004|1700000006|-"),
        query(
            reader,
            "SELECT concat_ws('|', lead, to_char(time AT TIME ZONE 'UTC', 'HH24:MI'), lower_90,"
                + " median, upper_90, coalesce(lower_50::text, '-')) FROM forecast_point"
                + " ORDER BY series, lead"));
  }

  @Test
  void leadsOfTheCalendarLieAtTheirTargetTimes() throws SQLException {
    openPartition("forecast", "2024-02-01T00:00:00Z", Duration.ZERO);
    String row =
        " (series, origin, step, levels, quantiles, model, quality, domain, targets)"
            + " VALUES ('a/v', '2024-02-01 00:00Z', 'PT730H29M6S', '{0.5}', '{{1,2,3}}', '',"
            + " 'naive', 'test', '{2024-03-01 00:00Z,2024-04-01 00:00Z,2024-05-01 00:00Z}')";
    run(owner, "INSERT INTO forecast" + row);
    run(owner, "INSERT INTO forecast_latest" + row);

    assertEquals(
        List.of("1|2024-03-01 00:00", "2|2024-04-01 00:00", "3|2024-05-01 00:00"),
        query(
            reader,
            "SELECT concat_ws('|', lead, to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'))"
                + " FROM forecast_point ORDER BY lead"));
    assertEquals(
        List.of("2024-05-01 00:00"),
        query(
            reader,
            "SELECT to_char(overdue AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') FROM series"));
    run(owner, "DELETE FROM forecast_latest");
  }

  @Test
  void seriesNamesItsStreamVariableAndGroup() throws SQLException {
    run(
        owner,
        "INSERT INTO forecast_latest (domain, series, origin, step, levels, quantiles, model, quality)"
            + " VALUES ('test', 'a/b/t', now(), 'PT1H', '{0.5}', '{{1,2}}', 'north-t-3-0123abcd', 'model'),"
            + " ('test', 'c/t', now(), 'PT1H', '{0.5}', '{{1,2}}', '', 'naive'),"
            + " ('test', 'd/PM2.5 (ug) 気', now(), 'PT1H', '{0.5}', '{{1,2}}', '', 'naive')");

    assertEquals(
        List.of(
            "a/b|t|north-t|2", "c|t|t|2", "d|PM2.5 (ug) 気|" + Names.toGroup("PM2.5 (ug) 気") + "|2"),
        query(
            reader,
            "SELECT concat_ws('|', stream, variable, model_group, horizon) FROM series"
                + " ORDER BY series"));
    run(owner, "DELETE FROM forecast_latest");
  }

  @Test
  void aPartitionOfTheFutureEndsNoOthersRetention() throws SQLException {
    Duration retention = Duration.ofDays(2);
    assertTrue(openPartition("forecast", "2024-03-05T12:00:00Z", Duration.ZERO));
    run(
        owner,
        "CREATE TABLE forecast_29990101 PARTITION OF forecast"
            + " FOR VALUES FROM ('2999-01-01Z') TO ('2999-01-02Z')");

    assertTrue(openPartition("forecast", Instant.now().toString(), retention));

    assertTrue(openPartition("forecast", Instant.now().minusSeconds(86_400).toString(), retention));
    assertTrue(partitions("forecast").contains("forecast_29990101"));
    assertFalse(partitions("forecast").contains("forecast_20240305"));
  }

  @Test
  void aCallDropsTheOldestPartitionOnly() throws SQLException {
    for (int day = 1; day <= 5; day++) {
      assertTrue(openPartition("forecast", "2024-03-0" + day + "T12:00:00Z", Duration.ZERO));
    }

    assertFalse(openPartition("forecast", "2024-03-01T12:00:00Z", Duration.ofDays(1)));

    assertEquals(
        List.of("forecast_20240302", "forecast_20240303", "forecast_20240304", "forecast_20240305"),
        partitions("forecast"));
  }

  @Test
  void namesOfAnyCharacterAreDecodedByBytes() throws SQLException {
    assertEquals(
        List.of("a/b %41 ü 北京 🌊"),
        decoded("a%2Fb%20%2541%20%C3%BC%20%E5%8C%97%E4%BA%AC%20%F0%9F%8C%8A"));
    assertEquals(List.of("plain-._~"), decoded("plain-._~"));
    assertEquals(List.of(""), decoded(""));
  }

  private static List<String> decoded(String encoded) throws SQLException {
    return query(reader, "SELECT percent_decoded('" + encoded + "')");
  }

  @Test
  void rowsOfBeforeBelongToTheDomainThatBringsTheSchemaUpToDate() throws SQLException {
    run(owner, "CREATE DATABASE older");
    PostgresConfig older = database("older", owner.user());
    migrate(older, "1");
    run(older, "SELECT open_partition('evaluation', '2024-03-01Z', NULL)");
    run(
        older,
        "INSERT INTO evaluation SELECT 'a/b/t', '2024-03-01Z', '', 'PT1H', 'PT1H', '{0.5}', 1, 1, 1,"
            + " '{}', 1, 1, 1, '{1}', e, e, e, e, e, e, e, e FROM (SELECT '{1}'::real[] AS e) AS one");
    run(
        older,
        "INSERT INTO forecast_latest (series, origin, step, levels, quantiles, model, quality)"
            + " VALUES ('a/b/t', now(), 'PT1H', '{0.5}', '{{1,2}}', '', 'naive')");

    Schema.migrate(older, "north");

    assertEquals(
        List.of("north|a/b/t|t"),
        query(older, "SELECT concat_ws('|', domain, series, variable) FROM evaluation"));
    assertEquals(
        List.of("north|a/b|t"),
        query(older, "SELECT concat_ws('|', domain, stream, variable) FROM series"));
    run(older, "SELECT open_partition('evaluation', '2024-04-01Z', NULL)");
    assertEquals(
        List.of("1"), query(older, "SELECT count(*) FROM accuracy_total WHERE variable = 't'"));
    assertEquals(
        List.of("1"), query(older, "SELECT count(*) FROM accuracy WHERE absolute_target IS NULL"));
  }

  private static void migrate(PostgresConfig older, String version) {
    Flyway.configure()
        .dataSource(older.url(), older.user(), older.password())
        .placeholders(Map.of("domain", "test"))
        .locations("classpath:io/tidecast/connectors/postgres")
        .target(version)
        .load()
        .migrate();
  }

  /** As deploy/README.md has it. */
  @Test
  void aViewOfSomebodyElsesThatIsInTheWayIsNamedAndNothingIsChanged() throws SQLException {
    run(owner, "CREATE DATABASE viewed");
    PostgresConfig viewed = database("viewed", owner.user());
    migrate(viewed, "6");
    run(viewed, "CREATE VIEW mine AS SELECT median FROM forecast_point");

    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> Schema.migrate(viewed, "test"));

    String reason = Outage.reason(refused);
    assertTrue(reason.contains("view mine depends on view forecast_point"), reason);
    assertEquals(
        new Schema.Finding("schema 6; store would bring it to " + NEWEST, List.of()),
        Schema.look(viewed, "test"));
    run(viewed, "DROP VIEW mine");
    Schema.migrate(viewed, "test");
    assertEquals(new Schema.Finding("schema " + NEWEST, List.of()), Schema.look(viewed, "test"));
  }

  private static boolean openPartition(String table, String time, Duration retention)
      throws SQLException {
    return new PartitionFilter<Instant>(owner, table, retention, t -> t)
        .filter(Instant.parse(time));
  }

  private static List<String> partitions(String table) throws SQLException {
    return query(
        owner,
        "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = '"
            + table
            + "'::regclass ORDER BY 1");
  }

  private static List<String> query(PostgresConfig config, String sql) throws SQLException {
    try (Connection connection = config.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private static void run(PostgresConfig config, String sql) throws SQLException {
    try (Connection connection = config.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
