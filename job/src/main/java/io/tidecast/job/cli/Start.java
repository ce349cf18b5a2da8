package io.tidecast.job.cli;

import io.tidecast.job.Checkpoints;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * How a job starts: where its checkpoints lie, and what it goes on from. Says both.
 *
 * <p>Checkpoints lie in a directory of the job's own within {@code execution.checkpointing.dir}, of
 * the configuration or the cluster. In one process there is a default, beside the configuration
 * file; a cluster needs a directory that all of its machines reach, which nobody can guess.
 */
final class Start implements AutoCloseable {
  private final StreamExecutionEnvironment env;
  private final Checkpoints checkpoints;
  private final FileChannel lock;
  private final PrintWriter out;
  private final CleanStop stop;

  private Start(
      StreamExecutionEnvironment env, Checkpoints checkpoints, FileChannel lock, PrintWriter out) {
    this.env = env;
    this.checkpoints = checkpoints;
    this.lock = lock;
    this.out = out;
    // on a cluster it is Flink that stops a job
    boolean isOwn = lock != null;
    stop =
        CleanStop.saying(
            () -> {
              if (isOwn) {
                say("stopped; a start goes on from the newest checkpoint");
              }
            });
  }

  /**
   * Prepares one. Of two in processes of one machine with the same directory the second is refused:
   * each would abort the transactions of the other.
   *
   * @param name of the job's own directory
   * @param beside directory of the configuration file
   */
  static Start of(StreamExecutionEnvironment env, String name, Path beside, PrintWriter out)
      throws IOException {
    boolean isLocal = env instanceof LocalStreamEnvironment;
    Checkpoints checkpoints = checkpoints(env, name, beside);
    env.configure(checkpoints.settings());
    Start start = new Start(env, checkpoints, isLocal ? lock(checkpoints) : null, out);
    start.say("checkpoints: " + checkpoints.directory());
    return start;
  }

  private static Checkpoints checkpoints(StreamExecutionEnvironment env, String name, Path beside) {
    Optional<String> configured =
        env.getConfiguration().getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY);
    if (configured.isEmpty() && !(env instanceof LocalStreamEnvironment)) {
      throw new IllegalArgumentException(
          "flink.execution.checkpointing.dir: absent; accepted: a directory that JobManager and"
              + " TaskManagers reach, such as s3://bucket/checkpoints");
    }
    String parent = configured.orElseGet(() -> beside.resolve("checkpoints").toUri().toString());
    return new Checkpoints(parent, name);
  }

  /**
   * What one would go on from; prepares nothing.
   *
   * @param again whether the newest checkpoint is left alone
   */
  static Optional<String> look(
      StreamExecutionEnvironment env, String name, Path beside, boolean again) throws IOException {
    Optional<String> told = env.getConfiguration().getOptional(StateRecoveryOptions.SAVEPOINT_PATH);
    return told.isPresent() || again ? told : checkpoints(env, name, beside).newest();
  }

  /** Holds until it is closed or the process ends, also by a kill. */
  private static FileChannel lock(Checkpoints checkpoints) throws IOException {
    URI directory = URI.create(checkpoints.directory());
    if (!"file".equals(directory.getScheme())) {
      return null;
    }
    Path file = Files.createDirectories(Path.of(directory)).resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isLocked(channel)) {
      channel.close();
      throw new IllegalArgumentException(
          "--instance: this job runs already, with its checkpoints in "
              + file.getParent()
              + "; accepted: the end of that one, or another --instance");
    }
    return channel;
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return false;
    }
  }

  /** Whether an operator has said what to go on from, by the configuration or {@code flink run}. */
  boolean isToldWhereToGoOn() {
    return env.getConfiguration().getOptional(StateRecoveryOptions.SAVEPOINT_PATH).isPresent();
  }

  /** Goes on from the newest checkpoint; false if there is none. */
  boolean goOn() throws IOException {
    Optional<String> newest = checkpoints.newest();
    newest.ifPresent(
        checkpoint -> {
          say("going on from " + checkpoint);
          env.configure(checkpoints.goingOnFrom(checkpoint));
        });
    return newest.isPresent();
  }

  /** Where the checkpoints are, as a URI. */
  String directory() {
    return checkpoints.directory();
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void close() throws IOException {
    stop.close();
    if (lock != null) {
      lock.close();
    }
  }
}
