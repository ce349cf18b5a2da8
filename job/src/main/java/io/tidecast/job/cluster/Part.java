package io.tidecast.job.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One process of a cluster. It outlives whoever started it and is found again by its pid file; its
 * output is added to a log of its name.
 */
public final class Part {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final Path directory;
  private final List<String> command;
  private final Map<String, String> environment;

  /** It was started by this object, and not ended. */
  private boolean wanted;

  Part(String name, Path directory, List<String> command, Map<String, String> environment) {
    this.name = name;
    this.directory = directory;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
  }

  public String name() {
    return name;
  }

  /** Starts the process if it does not run. */
  public void start() throws IOException {
    wanted = true;
    if (isAlive()) {
      return;
    }
    Files.deleteIfExists(readyFile());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process =
        builder
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    Files.writeString(pidFile(), process.pid() + " " + startedAt(process.toHandle()));
  }

  public boolean isAlive() throws IOException {
    return process().isPresent();
  }

  /** It was started here and has ended without having been asked to. */
  boolean hasFallen() throws IOException {
    return wanted && !isAlive();
  }

  /** Asks the process to end; {@link #stop} waits until it has. */
  void askToEnd() throws IOException {
    wanted = false;
    process().ifPresent(ProcessHandle::destroy);
  }

  /** Asks the process to end, and ends it if it does not within half a minute. */
  public void stop() throws IOException {
    askToEnd();
    Optional<ProcessHandle> process = process();
    if (process.isPresent() && !ended(process.get())) {
      kill();
    }
    Files.deleteIfExists(pidFile());
  }

  /** Ends the process at once, as {@code kill -9} does, and returns when it is gone. */
  public void kill() throws IOException {
    wanted = false;
    Optional<ProcessHandle> process = process();
    process.ifPresent(ProcessHandle::destroyForcibly);
    if (process.isPresent() && !ended(process.get())) {
      throw new IOException(name + " does not end: process " + process.get().pid());
    }
  }

  /** What the process has printed last, for an error message. */
  String lastLines() throws IOException {
    if (!Files.exists(log())) {
      return name + " has printed nothing";
    }
    List<String> lines = Files.readAllLines(log());
    List<String> last = lines.subList(Math.max(0, lines.size() - 30), lines.size());
    return "--- " + log() + "\n" + String.join("\n", last);
  }

  /** Exists from the moment on when the process serves, if it is one that says so. */
  Path readyFile() {
    return directory.resolve(name + ".ready");
  }

  private Path pidFile() {
    return directory.resolve(name + ".pid");
  }

  private Path log() {
    return directory.resolve(name + ".log");
  }

  /** The process that was started here, not another that has got its number since. */
  private Optional<ProcessHandle> process() throws IOException {
    if (!Files.exists(pidFile())) {
      return Optional.empty();
    }
    String[] words = Files.readString(pidFile()).split(" ");
    return ProcessHandle.of(Long.parseLong(words[0]))
        .filter(ProcessHandle::isAlive)
        .filter(handle -> startedAt(handle) == Long.parseLong(words[1]));
  }

  private static long startedAt(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static boolean ended(ProcessHandle process) throws IOException {
    try {
      process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException stillThere) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("cannot await the end of process " + process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while process " + process.pid() + " ends", e);
    }
  }
}
