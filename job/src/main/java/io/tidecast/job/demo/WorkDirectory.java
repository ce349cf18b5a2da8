package io.tidecast.job.demo;

import io.tidecast.job.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a demo leaves on disk, and finds there when it is started again. */
final class WorkDirectory {
  private final Path path;
  private final boolean temporary;

  private WorkDirectory(Path path, boolean temporary) {
    this.path = path;
    this.temporary = temporary;
  }

  /** A directory that is kept. */
  static WorkDirectory kept(Path named) throws IOException {
    Files.createDirectories(named);
    return new WorkDirectory(named.toAbsolutePath(), false);
  }

  /** A directory for this run alone. */
  static WorkDirectory temporary() throws IOException {
    return new WorkDirectory(Files.createTempDirectory("tidecast-demo"), true);
  }

  Path path() {
    return path;
  }

  Path kafka() {
    return path.resolve("kafka");
  }

  Checkpoints checkpoints() {
    return Checkpoints.in(path.resolve("checkpoints"));
  }

  Path postgres() {
    return path.resolve("postgres");
  }

  /** The moment the first run on this directory began, to which a generated feed is anchored. */
  Instant anchor(Instant now) throws IOException {
    Path file = path.resolve("anchor");
    if (!Files.exists(file)) {
      Path written = Files.writeString(path.resolve("anchor.new"), now.toString());
      Files.move(written, file);
    }
    return Instant.parse(Files.readString(file).strip());
  }

  /** Deletes the directory if nobody named it. */
  void release() throws IOException {
    if (!temporary) {
      return;
    }
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(path)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }
}
