package io.tidecast.connectors.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tidecast.connectors.embedded.EmbeddedPostgres.CannotStartException;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresITCase {
  @TempDir Path directory;

  @Test
  void tablesSurviveARestart() throws Exception {
    try (EmbeddedPostgres first = start()) {
      run(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    }

    try (EmbeddedPostgres second = start()) {
      assertEquals(42, answer(second));
    }
  }

  @Test
  void endsAServerThatAKilledProcessLeftBehind() throws Exception {
    Process killed =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Abandoning.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new BufferedReader(killed.inputReader()).readLine();
    killed.destroyForcibly().waitFor();
    assumeTrue("ready".equals(said), said);

    try (EmbeddedPostgres next = start()) {
      assertEquals(42, answer(next));
    }
  }

  /** Starts a server, says so, and waits to be killed. */
  static final class Abandoning {
    public static void main(String[] args) throws Exception {
      try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0]))) {
        run(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        System.out.println("ready");
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
