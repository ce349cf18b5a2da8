package io.tidecast.connectors.embedded;

import io.tidecast.connectors.postgres.PostgresConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A real PostgreSQL server as a child process, on the loopback interface, for the demo and the
 * tests. Its tables live in its directory and survive a restart on it. It runs without fsync: a
 * machine that loses power may lose them.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Duration SAME_START = Duration.ofMinutes(1);

  /** Its process, its directory, and when it was started. */
  private static final int LINES_OF_OWNER = 3;

  private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;

  /** This machine or user cannot run the server; the message says what to do instead. */
  public static final class CannotStartException extends Exception {
    CannotStartException(Throwable cause) {
      super(
          "PostgreSQL cannot start in this process ("
              + root(cause)
              + "). Run as a normal user, or on a system with user namespaces, in a directory from"
              + " which programs may be run (--work-dir), or use a server of your own with tidecast"
              + " store and tidecast serve.",
          cause);
    }

    private static Throwable root(Throwable cause) {
      Throwable root = cause;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      return root;
    }
  }

  private EmbeddedPostgres(io.zonky.test.db.postgres.embedded.EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts on any free port. */
  public static EmbeddedPostgres start(Path directory) throws CannotStartException {
    return start(directory, 0);
  }

  /**
   * The same for who closes it also when the process is asked to end: else the server ends at once
   * then, before those that write to it.
   */
  public static EmbeddedPostgres startOwned(Path directory) throws CannotStartException {
    return start(directory, 0, false);
  }

  /**
   * Starts a server and returns when it serves. A server that a killed process has left behind on
   * this directory is ended first, and what it has left half made is made anew: binaries that are
   * not all unpacked, and tables that no server has ever served.
   *
   * @param directory where binaries and tables live; made if it is new
   * @param port to listen on; 0 for any free one
   */
  public static EmbeddedPostgres start(Path directory, int port) throws CannotStartException {
    return start(directory, port, true);
  }

  private static EmbeddedPostgres start(Path directory, int port, boolean endsWithProcess)
      throws CannotStartException {
    Path tables = directory.resolve("tables");
    try {
      Path binaries = Files.createDirectories(directory.resolve("binaries"));
      requireExecutable(binaries);
      endOrphan(tables);
      dropHalfMade(binaries, tables);
      return new EmbeddedPostgres(
          io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(binaries.toFile())
              .setDataDirectory(tables)
              .setCleanDataDirectory(false)
              .setRegisterShutdownHook(endsWithProcess)
              .setPort(port == 0 ? FreePort.any() : port)
              .setServerConfig("max_connections", "50")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .start());
    } catch (IOException | RuntimeException | ExceptionInInitializerError e) {
      try {
        endOrphan(tables); // one that did not serve in time
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw new CannotStartException(e);
    }
  }

  /** What initdb says of a file system that is mounted with noexec is that it failed. */
  private static void requireExecutable(Path directory) throws IOException {
    Path program = Files.createTempFile(directory, "program", "");
    try {
      boolean isMarked = program.toFile().setExecutable(true);
      if (!isMarked || !Files.isExecutable(program)) {
        throw new IOException("no program can be run from " + directory + ": mounted with noexec");
      }
    } finally {
      Files.delete(program);
    }
  }

  private static void endOrphan(Path tables) throws IOException {
    Path pidFile = tables.resolve("postmaster.pid");
    if (!Files.exists(pidFile)) {
      return;
    }
    List<String> lines = Files.readAllLines(pidFile);
    if (lines.size() < LINES_OF_OWNER) {
      Files.delete(pidFile); // of one killed while it wrote: no server starts beside it
      return;
    }
    long pid = Long.parseLong(lines.get(0).strip());
    Instant started = Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip()));
    Optional<ProcessHandle> orphan =
        ProcessHandle.of(pid).filter(process -> isPostgres(process, started));
    if (orphan.isPresent()) {
      interrupt(orphan.get());
      try {
        orphan.get().onExit().get(10, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("process " + pid + " holds " + tables + " and does not end", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while process " + pid + " ends", e);
      }
    }
  }

  /** Asked by another signal a server waits for its clients to leave, who do not know of that. */
  private static void interrupt(ProcessHandle server) throws IOException {
    new ProcessBuilder("kill", "-INT", Long.toString(server.pid())).start();
  }

  private static void dropHalfMade(Path binaries, Path tables) throws IOException {
    try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(binaries, "PG-*")) {
      for (Path version : unpacked) {
        if (!Files.exists(version.resolve(".exists"))) { // which is written when all is there
          delete(version);
        }
      }
    }
    if (!Files.exists(tables.resolve("postmaster.opts"))) { // which a server writes as it starts
      delete(tables);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(directory)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }

  /** Not one of another directory that has got the number since. */
  private static boolean isPostgres(ProcessHandle process, Instant started) {
    return process.info().command().filter(c -> c.endsWith("postgres")).isPresent()
        && process
            .info()
            .startInstant()
            .map(start -> Duration.between(start, started).abs().compareTo(SAME_START) < 0)
            .orElse(true);
  }

  /** Its owner, who may do everything. Local connections need no password. */
  public PostgresConfig owner() {
    String url = "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    return new PostgresConfig(url, "postgres", "");
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
