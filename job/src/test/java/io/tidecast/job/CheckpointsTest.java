package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.filemerging.DirectoryStreamStateHandle;
import org.apache.flink.runtime.state.filemerging.EmptyFileMergingOperatorStreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointsTest {
  @TempDir Path directory;

  private Path checkpoint(String place, boolean complete, Instant modified) throws IOException {
    Path path = Files.createDirectories(directory.resolve("plant.run").resolve(place));
    if (complete) {
      Path metadata = path.resolve("_metadata");
      org.apache.flink.runtime.checkpoint.Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(7, List.of(state(path)), List.of()),
          Files.newOutputStream(metadata));
      Files.setLastModifiedTime(metadata, FileTime.from(modified));
    }
    return path;
  }

  /** One subtask with a file of its own, one that is shared with other checkpoints, and bytes. */
  private static OperatorState state(Path checkpoint) throws IOException {
    Path own = Files.writeString(checkpoint.resolve("own"), "keyed");
    Path shared = Files.createDirectories(checkpoint.resolveSibling("shared")).resolve("sst");
    Files.writeString(shared, "increment");
    // of an operator without lists, where checkpoints merge files
    DirectoryStreamStateHandle merged =
        DirectoryStreamStateHandle.of(new org.apache.flink.core.fs.Path(checkpoint.toUri()));
    KeyGroupRange all = new KeyGroupRange(0, 127);
    OperatorState state = new OperatorState("steps", "steps", new OperatorID(1, 2), 1, 128);
    state.putState(
        0,
        OperatorSubtaskState.builder()
            .setManagedKeyedState(
                new IncrementalRemoteKeyedStateHandle(
                    UUID.randomUUID(),
                    all,
                    7,
                    List.of(HandleAndLocalPath.of(handle(shared), "sst")),
                    List.of(),
                    new ByteStreamStateHandle("meta", new byte[3])))
            .setRawKeyedState(
                new KeyGroupsStateHandle(new KeyGroupRangeOffsets(0, 127), handle(own)))
            .setManagedOperatorState(
                EmptyFileMergingOperatorStreamStateHandle.create(merged, merged))
            .build());
    return state;
  }

  private static FileStateHandle handle(Path file) throws IOException {
    return new FileStateHandle(new org.apache.flink.core.fs.Path(file.toUri()), Files.size(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "chk-8/_metadata | cannot be read",
        "chk-8/own       | is missing",
        "shared/sst      | is missing",
        "chk-8/cut-off | own has 2 of 5 bytes"
      })
  void whatIsDamagedIsNamedAndNoOlderOneIsGoneOnFromUnasked(String gone, String said)
      throws IOException {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    checkpoint("a/chk-7", true, now.minusSeconds(60));
    checkpoint("b/chk-8", true, now);
    Checkpoints checkpoints = new Checkpoints(directory.toString(), "plant.run");
    Path damaged = directory.resolve("plant.run/b").resolve(gone);
    if (gone.endsWith("_metadata")) {
      Files.write(damaged, Arrays.copyOf(Files.readAllBytes(damaged), 40));
    } else if (gone.endsWith("cut-off")) {
      Files.writeString(damaged.resolveSibling("own"), "ke");
    } else {
      Files.delete(damaged);
    }

    String refused = assertThrows(IllegalArgumentException.class, checkpoints::newest).getMessage();

    assertTrue(refused.startsWith("flink.execution.checkpointing.dir: the newest"), refused);
    assertTrue(refused.contains(said), refused);
    assertTrue(refused.contains("state-recovery.path="), refused);
    assertTrue(refused.contains("plant.run/a/chk-7, which publishes a second time"), refused);
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
