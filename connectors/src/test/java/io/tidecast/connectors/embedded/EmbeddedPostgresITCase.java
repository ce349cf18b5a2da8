package io.tidecast.connectors.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidecast.connectors.embedded.EmbeddedPostgres.CannotStartException;
import io.tidecast.connectors.postgres.PostgresConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresITCase {
  /** A process may have made it before it was killed. */
  private static final String KEPT = "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer";

  @TempDir Path directory;

  @Test
  void tablesSurviveARestart() throws Exception {
    try (EmbeddedPostgres first = start()) {
      run(first, KEPT);
    }

    try (EmbeddedPostgres second = start()) {
      assertEquals(42, answer(second));
    }
  }

  @Test
  void aServerKilledBeforeItWroteItsNumberIsInNobodysWay() throws Exception {
    try (EmbeddedPostgres first = start()) {
      run(first, KEPT);
    }
    Files.createFile(directory.resolve("tables").resolve("postmaster.pid"));

    try (EmbeddedPostgres next = start()) {
      assertEquals(42, answer(next));
    }
  }

  @Test
  void whatAKilledProcessHasHalfUnpackedOrHalfMadeIsMadeAnew() throws Exception {
    try (EmbeddedPostgres probe = EmbeddedPostgres.start(directory.resolve("probe"))) {
      run(probe, "SELECT 1");
    } catch (CannotStartException e) {
      abort(e.getMessage());
    }
    killWhen(() -> found("binaries", "postgres") && !found("binaries", ".exists"));
    killWhen(() -> found("tables", "PG_VERSION") && !found("tables", "postmaster.opts"));

    try (EmbeddedPostgres next = start()) {
      run(next, KEPT);
      assertEquals(42, answer(next));
    }
  }

  /** Kills a starting server's process as soon as a moment has come, or has been missed. */
  private void killWhen(BooleanSupplier moment) throws Exception {
    Process starting = abandoning();
    boolean isAlive = true;
    while (!moment.getAsBoolean() && starting.getInputStream().available() == 0) {
      assertTrue(isAlive, "it has ended by itself, saying nothing");
      isAlive = starting.isAlive();
    }
    starting.descendants().forEach(ProcessHandle::destroyForcibly);
    starting.destroyForcibly().waitFor();
  }

  private boolean found(String part, String name) {
    try (Stream<Path> files = Files.walk(directory.resolve(part))) {
      return files.anyMatch(file -> file.endsWith(name));
    } catch (IOException | UncheckedIOException notYet) {
      return false;
    }
  }

  private Process abandoning() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Abandoning.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void endsAServerThatAKilledProcessLeftBehind() throws Exception {
    Process killed = abandoning();
    String said = new BufferedReader(killed.inputReader()).readLine();
    assumeTrue(said.startsWith("jdbc:"), said);
    try (Connection client = new PostgresConfig(said, "postgres", "").connect()) {
      assertTrue(client.isValid(5), "a client that goes on using the one left behind");
      killed.destroyForcibly().waitFor();

      try (EmbeddedPostgres next = EmbeddedPostgres.start(directory)) {
        assertEquals(42, answer(next));
      }
    }
  }

  /** Starts a server, says where, and waits to be killed. */
  static final class Abandoning {
    public static void main(String[] args) throws Exception {
      try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0]))) {
        run(postgres, KEPT);
        System.out.println(postgres.owner().url());
        System.in.read();
      } catch (CannotStartException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @Test
  void saysWhyItCannotStart() throws Exception {
    Path file = Files.createFile(directory.resolve("a-file"));

    CannotStartException refused =
        Assertions.assertThrows(CannotStartException.class, () -> EmbeddedPostgres.start(file));

    assertTrue(refused.getMessage().contains("tidecast store"), refused.getMessage());
    assertTrue(refused.getMessage().contains("a-file"), refused.getMessage());
  }

  private EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.start(directory);
    } catch (CannotStartException e) {
      return abort(e.getMessage());
    }
  }

  private static void run(EmbeddedPostgres postgres, String sql) throws SQLException {
    try (Connection connection = postgres.owner().connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int answer(EmbeddedPostgres postgres) throws SQLException {
    try (Connection connection = postgres.owner().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT answer FROM kept")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
