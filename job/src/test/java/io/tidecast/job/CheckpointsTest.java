package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  @TempDir Path directory;

  private Path checkpoint(String place, boolean complete, Instant modified) throws IOException {
    Path path = Files.createDirectories(directory.resolve("plant.run").resolve(place));
    if (complete) {
      Files.setLastModifiedTime(
          Files.createFile(path.resolve("_metadata")), FileTime.from(modified));
    }
    return path;
  }

  @Test
  void theNewestCompleteOneOfAllStartsIsFound() throws IOException {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    checkpoint("a/chk-900", true, now.minusSeconds(60));
    Path newest = checkpoint("b/chk-7", true, now);
    checkpoint("b/chk-8", false, now);
    checkpoint("b/shared", false, now);
    Files.createFile(directory.resolve("plant.run/lock"));

    for (String parent : new String[] {directory.toString(), directory.toUri().toString()}) {
      Optional<String> found = new Checkpoints(parent, "plant.run").newest();

      assertEquals(newest.toRealPath(), Path.of(java.net.URI.create(found.orElseThrow())));
    }
  }

  @Test
  void thereIsNoneBeforeTheFirstStart() throws IOException {
    assertEquals(Optional.empty(), new Checkpoints(directory.toString(), "plant.run").newest());
  }

  @Test
  void jobsThatMayRunBesideEachOtherShareNothing() {
    JobIdentity main = JobIdentity.main("plant");
    JobIdentity other = new JobIdentity("plant", "trial");

    assertNotEquals(main.directory("run"), other.directory("run"));
    assertNotEquals(main.directory("run"), main.directory("store"));
    assertNotEquals(main.consumerGroup(), other.consumerGroup());
    assertNotEquals(
        main.transactionalIdPrefix("plant.forecast.v1"),
        other.transactionalIdPrefix("plant.forecast.v1"));
    assertThrows(IllegalArgumentException.class, () -> new JobIdentity("plant", "a.b"));
  }
}
