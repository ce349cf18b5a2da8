package io.tidecast.job;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The directory of one job's checkpoints: they are kept when the job is cancelled or its processes
 * are killed, and the newest is what the job goes on from when it is started again. Any file system
 * that Flink knows.
 */
public final class Checkpoints {
  private final Path directory;

  /**
   * @param parent directory that several jobs may share, as a URI or a path
   * @param name of the job's own directory in it
   */
  public Checkpoints(String parent, String name) {
    this(new Path(withScheme(new Path(parent)), name));
  }

  private Checkpoints(Path directory) {
    this.directory = directory;
  }

  /** Those in a directory of this machine. */
  public static Checkpoints in(java.nio.file.Path directory) {
    return new Checkpoints(new Path(directory.toUri()));
  }

  private static Path withScheme(Path path) {
    return path.toUri().getScheme() == null
        ? new Path(java.nio.file.Path.of(path.getPath()).toUri())
        : path;
  }

  /** Where they are, as a URI. */
  public String directory() {
    return directory.toString();
  }

  /**
   * The newest complete one, as a URI; none if the job has not completed any there.
   *
   * @throws IllegalArgumentException if it is damaged. An older one is not gone on from unasked:
   *     what was committed after it would be published a second time.
   */
  public Optional<String> newest() throws IOException {
    List<StoredCheckpoint> found = newestFirst();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    StoredCheckpoint first = found.get(0);
    Optional<String> damage = damage(first);
    if (damage.isEmpty()) {
      return Optional.of(first.uri());
    }
    // a job that runs drops one as soon as it has the next
    List<StoredCheckpoint> now = newestFirst();
    if (!now.isEmpty() && !now.get(0).equals(first)) {
      return newest();
    }
    throw new IllegalArgumentException(
        "flink.execution.checkpointing.dir: the newest checkpoint, "
            + first.uri()
            + ", is damaged: "
            + damage.get()
            + "; accepted: its files put back, or --set flink.execution.state-recovery.path="
            + instead(found.subList(1, found.size())));
  }

  private static String instead(List<StoredCheckpoint> older) throws IOException {
    for (StoredCheckpoint checkpoint : older) {
      if (damage(checkpoint).isEmpty()) {
        return checkpoint.uri() + ", which publishes a second time what came after it";
      }
    }
    return "SAVEPOINT; no older checkpoint is whole";
  }

  private static Optional<String> damage(StoredCheckpoint checkpoint) throws IOException {
    try {
      return checkpoint.damage();
    } catch (FileNotFoundException gone) {
      return Optional.of(gone.getMessage());
    }
  }

  private List<StoredCheckpoint> newestFirst() throws IOException {
    List<StoredCheckpoint> found = new ArrayList<>();
    for (FileStatus job : children(directory)) {
      for (FileStatus checkpoint : children(job.getPath())) {
        FileStatus metadata = metadata(checkpoint.getPath());
        if (metadata != null) {
          found.add(new StoredCheckpoint(metadata.getPath(), metadata.getModificationTime()));
        }
      }
    }
    found.sort(Comparator.comparingLong(StoredCheckpoint::completed).reversed());
    return found;
  }

  private static List<FileStatus> children(Path path) throws IOException {
    FileSystem files = path.getFileSystem();
    List<FileStatus> directories = new ArrayList<>();
    FileStatus[] found = files.exists(path) ? files.listStatus(path) : null;
    for (FileStatus child : found == null ? new FileStatus[0] : found) {
      if (child.isDir()) {
        directories.add(child);
      }
    }
    return directories;
  }

  /** The file that Flink writes last. */
  private static FileStatus metadata(Path checkpoint) throws IOException {
    Path file = new Path(checkpoint, "_metadata");
    FileSystem files = file.getFileSystem();
    return files.exists(file) ? files.getFileStatus(file) : null;
  }

  /** Settings of a job that keeps its checkpoints here. */
  public Configuration settings() {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory());
    settings.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    return settings;
  }

  /**
   * Settings of a job that goes on from one of them, and drops it once it has a newer one.
   *
   * @param checkpoint as {@link #newest} gives it
   */
  public Configuration goingOnFrom(String checkpoint) {
    Configuration settings = settings();
    settings.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint);
    settings.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
    return settings;
  }
}
