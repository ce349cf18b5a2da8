package io.tidecast.connectors.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tidecast.connectors.embedded.EmbeddedPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that is stopped and started, and asks its owner of tables for a password. */
class OutageITCase {
  private static final String PASSWORD = "right%1";
  private static final String WRONG = "wrong%2";

  @TempDir static Path directory;
  private static EmbeddedPostgres server;
  private static PostgresConfig superuser;

  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  @BeforeAll
  static void makeServer() throws Exception {
    try {
      server = EmbeddedPostgres.start(directory.resolve("postgres"));
    } catch (EmbeddedPostgres.CannotStartException e) {
      abort(e.getMessage());
    }
    superuser = server.owner();
    Path access =
        Files.writeString(
            directory.resolve("access"),
            "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
    run("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD '" + PASSWORD + "'");
    run("CREATE ROLE guest LOGIN PASSWORD '" + PASSWORD + "'");
    run("ALTER SYSTEM SET hba_file = '" + access + "'");
    stop();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
      server = null;
    }
  }

  private static void begin() throws Exception {
    int port = Integer.parseInt(superuser.url().replaceAll(".*:(\\d+)/.*", "$1"));
    server = EmbeddedPostgres.start(directory.resolve("postgres"), port);
  }

  @BeforeEach
  void beginWithAnEmptyDatabase() throws Exception {
    if (server == null) {
      begin();
    }
    run("DROP DATABASE IF EXISTS kept WITH (FORCE)");
    run("CREATE DATABASE kept OWNER keeper");
  }

  @Test
  void theSchemaIsMadeWhenTheDatabaseIsBack() throws Exception {
    stop();
    FutureTask<Boolean> migration = migrate(database("kept", "keeper", PASSWORD), "reads only");
    String waiting = awaitWord();

    begin();

    assertTrue(migration.get(1, TimeUnit.MINUTES), "it had no tables");
    String name = "keeper@" + superuser.url().replaceFirst("[^/]*$", "kept");
    assertTrue(waiting.startsWith("waiting for the database " + name + ": "), waiting);
    assertTrue(waiting.contains("refused"), waiting);
    assertEquals("the database " + name + " answers", awaitWord());
    assertEquals(List.of(), List.copyOf(said));
    database("kept", PostgresConfig.READER, "reads only").connect().close();
  }

  @Test
  void aServerThatStopsInAMigrationIsWaitedForToo() throws Exception {
    FutureTask<Boolean> migration;
    try (Connection other = database("kept", "postgres", "").connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE pg_class IN SHARE MODE"); // no table is made meanwhile
      migration = migrate(database("kept", "keeper", PASSWORD), "");
      awaitHeldUp();
      stop();
    }
    awaitWord();

    begin();

    assertTrue(migration.get(1, TimeUnit.MINUTES), "no part of a migration is left");
    PostgresConfig keeper = database("kept", "keeper", PASSWORD);
    assertFalse(Schema.migrate(keeper, "test"));
    assertEquals(
        new Schema.Finding("schema " + SchemaITCase.NEWEST, List.of()),
        Schema.look(keeper, "test"));
  }

  /** The database is away first, and refuses when it is there. */
  @Test
  void aWrongPasswordIsSaidOnceTheDatabaseIsBack() throws Exception {
    stop();
    FutureTask<Boolean> migration = migrate(database("kept", "keeper", WRONG), "");
    String waiting = awaitWord();

    begin();

    ExecutionException refused =
        assertThrows(ExecutionException.class, () -> migration.get(1, TimeUnit.MINUTES));
    assertSays(refused.getCause(), "password authentication failed for user \"keeper\"");
    assertFalse(waiting.contains(WRONG), waiting);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kept | keeper | wrong%2 | password authentication failed for user \"keeper\"",
        "kept | keeper | '' | the password is an empty string",
        "kept | nobody | right%1 | password authentication failed for user \"nobody\"",
        "lost | keeper | right%1 | database \"lost\" does not exist",
        "kept | guest | right%1 | permission denied for schema public",
        "kept?sslmode=require | keeper | right%1 | The server does not support SSL",
      })
  void whatIsRefusedIsSaidAtOnce(String name, String role, String password, String why) {
    PostgresConfig wrong = database(name, role, password);

    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> Schema.migrateWhenThere(wrong, "test", "", said::add));

    assertSays(refused, why);
    assertEquals(List.of(), List.copyOf(said));
  }

  @Test
  void aSchemaOfALaterBuildIsRefused() throws Exception {
    PostgresConfig keeper = database("kept", "keeper", PASSWORD);
    Schema.migrate(keeper, "test");
    try (Connection connection = keeper.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE flyway_schema_history SET version = '99', script = 'V99__later.sql'"
              + " WHERE version = '"
              + SchemaITCase.NEWEST
              + "'");
    }

    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> Schema.migrateWhenThere(keeper, "test", "", said::add));

    assertSays(refused, "version 99 is Future; accepted: those of this build");
  }

  @Test
  void whoStartsAtTheSameTimeDoesNotStandInTheWay() throws Exception {
    for (String name : List.of("one", "two")) {
      run("CREATE DATABASE " + name + " OWNER keeper");
    }

    List<FutureTask<Boolean>> migrations = new ArrayList<>();
    for (String name : List.of("kept", "one", "two", "kept", "one", "two")) {
      migrations.add(migrate(database(name, "keeper", PASSWORD), "reads only"));
    }

    for (FutureTask<Boolean> migration : migrations) {
      migration.get(1, TimeUnit.MINUTES);
    }
    database("two", PostgresConfig.READER, "reads only").connect().close();
  }

  private FutureTask<Boolean> migrate(PostgresConfig database, String readerPassword) {
    FutureTask<Boolean> migration =
        new FutureTask<>(
            () -> Schema.migrateWhenThere(database, "test", readerPassword, said::add));
    new Thread(migration, "migration").start();
    return migration;
  }

  private String awaitWord() throws InterruptedException {
    return String.valueOf(said.poll(1, TimeUnit.MINUTES));
  }

  private static void awaitHeldUp() throws SQLException {
    String waits =
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'keeper'"
            + " AND wait_event_type = 'Lock'";
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    try (Connection connection = superuser.connect();
        Statement statement = connection.createStatement()) {
      while (true) {
        try (var rows = statement.executeQuery(waits)) {
          rows.next();
          if (rows.getLong(1) > 0) {
            return;
          }
        }
        assertTrue(System.nanoTime() < deadline, "no migration is held up");
        LockSupport.parkNanos(5_000_000);
      }
    }
  }

  /** In a line of its own, and no password in all that a log would show. */
  private static void assertSays(Throwable refused, String why) {
    StringWriter trace = new StringWriter();
    refused.printStackTrace(new PrintWriter(trace));
    assertTrue(Outage.reason(refused).contains(why), Outage.reason(refused));
    assertEquals(1, Outage.reason(refused).lines().count());
    assertFalse(trace.toString().contains(PASSWORD), trace::toString);
    assertFalse(trace.toString().contains(WRONG), trace::toString);
  }

  private static PostgresConfig database(String name, String role, String password) {
    return new PostgresConfig(superuser.url().replaceFirst("[^/]*$", name), role, password);
  }

  private static void run(String sql) throws SQLException {
    try (Connection connection = superuser.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
