package io.tidecast.job;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.AbstractChannelStateHandle;
import org.apache.flink.runtime.state.AbstractMergedChannelStateHandle;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filemerging.EmptySegmentFileStateHandle;
import org.apache.flink.runtime.state.filemerging.SegmentFileStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;

/**
 * A complete checkpoint as it lies in its directory.
 *
 * @param metadata the file that Flink writes last
 * @param completed when, milliseconds
 */
record StoredCheckpoint(Path metadata, long completed) {
  /** Its directory, as a URI. */
  String uri() {
    return metadata.getParent().toString();
  }

  /**
   * What is missing or cut off of it; none if all that a restart reads is there.
   *
   * @throws IOException if the file system does not tell
   */
  Optional<String> damage() throws IOException {
    byte[] bytes;
    try (FSDataInputStream in = metadata.getFileSystem().open(metadata)) {
      bytes = in.readAllBytes();
    }
    List<StreamStateHandle> handles;
    try {
      handles = handles(bytes);
    } catch (IOException | RuntimeException e) {
      return Optional.of(metadata + " cannot be read: " + e);
    }
    return firstMissing(handles);
  }

  private static Optional<String> firstMissing(List<StreamStateHandle> handles) throws IOException {
    Map<Path, Map<String, Long>> listed = new HashMap<>();
    for (StreamStateHandle handle : handles) {
      Path file = file(handle);
      if (file == null) {
        continue;
      }
      Map<String, Long> beside = listed.get(file.getParent());
      if (beside == null) {
        beside = list(file.getParent());
        listed.put(file.getParent(), beside);
      }
      Long bytes = beside.get(file.getName());
      if (bytes == null) {
        return Optional.of(file + " is missing");
      }
      if (bytes < end(handle)) {
        return Optional.of(file + " has " + bytes + " of " + end(handle) + " bytes");
      }
    }
    return Optional.empty();
  }

  private List<StreamStateHandle> handles(byte[] bytes) throws IOException {
    return org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(
            new DataInputStream(new ByteArrayInputStream(bytes)),
            StoredCheckpoint.class.getClassLoader(),
            uri())
        .getOperatorStates()
        .stream()
        .map(OperatorState::getStates)
        .flatMap(Collection::stream)
        .flatMap(StoredCheckpoint::states)
        .flatMap(StoredCheckpoint::handles)
        .toList();
  }

  private static Stream<StateObject> states(OperatorSubtaskState of) {
    return Stream.of(
            of.getManagedOperatorState(),
            of.getRawOperatorState(),
            of.getManagedKeyedState(),
            of.getRawKeyedState(),
            of.getInputChannelState(),
            of.getUpstreamOutputBufferState(),
            of.getResultSubpartitionState())
        .flatMap(Collection::stream);
  }

  private static Stream<StreamStateHandle> handles(StateObject state) {
    if (state instanceof IncrementalRemoteKeyedStateHandle increments) {
      return increments.streamSubHandles();
    }
    if (state instanceof KeyGroupsStateHandle groups) {
      return Stream.of(groups.getDelegateStateHandle());
    }
    if (state instanceof OperatorStateHandle lists) {
      return Stream.of(lists.getDelegateStateHandle());
    }
    if (state instanceof AbstractMergedChannelStateHandle<?, ?> merged) {
      return Stream.of(merged.getDelegate());
    }
    return state instanceof AbstractChannelStateHandle<?> buffers
        ? Stream.of(buffers.getDelegate())
        : Stream.empty();
  }

  /** Null for what lies in the metadata itself, and for what is empty and has no file. */
  private static Path file(StreamStateHandle handle) {
    if (handle instanceof EmptySegmentFileStateHandle) {
      return null;
    }
    return handle instanceof SegmentFileStateHandle segment
        ? segment.getFilePath()
        : handle.maybeGetPath().orElse(null);
  }

  /** So many bytes its file has at least. */
  private static long end(StreamStateHandle handle) {
    if (handle instanceof SegmentFileStateHandle segment) {
      return segment.getStartPos() + segment.getStateSize();
    }
    return handle instanceof FileStateHandle ? handle.getStateSize() : 0;
  }

  /** Bytes by name: one call a directory, for a file system over a network answers slowly. */
  private static Map<String, Long> list(Path directory) throws IOException {
    try {
      Map<String, Long> bytes = new HashMap<>();
      FileStatus[] found = directory.getFileSystem().listStatus(directory);
      for (FileStatus file : found == null ? new FileStatus[0] : found) {
        bytes.put(file.getPath().getName(), file.getLen());
      }
      return bytes;
    } catch (FileNotFoundException gone) {
      return Map.of();
    }
  }
}
