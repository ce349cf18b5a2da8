package io.tidecast.job;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What a process adds to its log from a moment on; each line is looked at once. */
final class LogWatch {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path log;
  private long position;

  private LogWatch(Path log, long position) {
    this.log = log;
    this.position = position;
  }

  static LogWatch fromNowOn(Path log) throws IOException {
    return new LogWatch(log, Files.size(log));
  }

  static List<LogWatch> ofTaskManagers(ClusterJobs jobs) throws IOException {
    return List.of(
        fromNowOn(jobs.directory().resolve("taskmanager-1.log")),
        fromNowOn(jobs.directory().resolve("taskmanager-2.log")));
  }

  /** Returns when this process has said something. */
  void await(String text) throws IOException {
    awaitAny(List.of(this), text);
  }

  /** Returns when one of them has said something. */
  static void awaitAny(List<LogWatch> watches, String text) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      for (LogWatch watch : watches) {
        if (watch.newLines().anyMatch(line -> line.contains(text))) {
          return;
        }
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not said within " + PATIENCE + ": " + text);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** A line that is not at its end yet comes with the next call. */
  private Stream<String> newLines() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] added = new byte[Math.toIntExact(file.length() - position)];
      file.seek(position);
      file.readFully(added);
      int end = added.length;
      while (end > 0 && added[end - 1] != '\n') {
        end--;
      }
      position += end;
      return new String(added, 0, end, StandardCharsets.UTF_8).lines();
    }
  }
}
