package io.tidecast.job.cluster;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

/** The process of a broker or a database: {@code kafka|postgres DIRECTORY PORT READY-FILE}. */
final class HostedServer {
  private HostedServer() {}

  /** Serves until the process is asked to end. */
  public static void main(String[] arguments) throws Exception {
    AutoCloseable server =
        start(arguments[0], Path.of(arguments[1]), Integer.parseInt(arguments[2]));
    CountDownLatch asked = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
    Files.createFile(Path.of(arguments[3]));
    asked.await();
  }

  private static AutoCloseable start(String kind, Path directory, int port) throws Exception {
    if (kind.equals("kafka")) {
      return EmbeddedKafka.start(directory, port);
    }
    if (!Files.exists(directory.resolve("tables"))) {
      // on another port: whoever finds the server at its own finds the role there too
      try (EmbeddedPostgres server = EmbeddedPostgres.start(directory)) {
        createDatabase(server);
      }
    }
    EmbeddedPostgres server = EmbeddedPostgres.start(directory, port);
    createDatabase(server);
    return server;
  }

  /** The role and the database that a configuration names if it says nothing else. */
  private static void createDatabase(EmbeddedPostgres server) throws Exception {
    try (Connection connection = server.owner().connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet found =
          statement.executeQuery("SELECT FROM pg_database WHERE datname = 'tidecast'")) {
        if (found.next()) {
          return;
        }
      }
      statement.execute("CREATE ROLE tidecast LOGIN CREATEROLE");
      statement.execute("CREATE DATABASE tidecast OWNER tidecast");
    }
  }

  private static void close(AutoCloseable server) {
    try {
      server.close();
    } catch (Exception e) {
      throw new IllegalStateException("the server did not end in order", e);
    }
  }
}
