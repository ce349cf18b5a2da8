package io.tidecast.job.bench;

import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.Phases;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A job on topics of its own, that runs on while its input comes in parts: each part all at once,
 * so that the job alone sets the pace.
 */
final class Lane implements AutoCloseable {
  private static final int STUCK_POLLS = 3_000;
  private static final int POLL_MILLIS = 200;

  private final JobConfig config;
  private final Path directory;
  private final BiConsumer<StreamExecutionEnvironment, ForecastJob.Ends> topology;
  private final LoadPublisher publisher;
  private final TopicWatch forecasts;
  private final int keys;
  private JobClient job;

  /**
   * Starts a job.
   *
   * @param directory of its checkpoints
   * @param topology adds it to an environment, with its ends
   */
  Lane(
      JobConfig config,
      int keys,
      Path directory,
      BiConsumer<StreamExecutionEnvironment, ForecastJob.Ends> topology)
      throws Exception {
    this.config = config;
    this.directory = directory;
    this.topology = topology;
    this.keys = keys;
    publisher = new LoadPublisher(config.kafkaConfig(), keys);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    forecasts = watch(config.kafkaConfig().topics().forecast());
    job = start(new Configuration());
  }

  private JobClient start(Configuration more) throws Exception {
    Configuration flink = new JobParts(config).flink();
    flink.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
    flink.addAll(more);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    topology.accept(env, KafkaEnds.unbounded(config));
    return env.executeAsync(config.domain());
  }

  /**
   * All of a job's state, as it is written at once and read again.
   *
   * @param seconds until it lay on disk
   * @param restoreSeconds from the start of a job to its first forecast from it
   */
  record Snapshot(long bytes, double seconds, double restoreSeconds) {}

  /** Ends the job and starts it again from its state. */
  Snapshot restart(LoadPublisher.Hours next) throws Exception {
    long began = System.nanoTime();
    String savepoint =
        job.triggerSavepoint(directory.toUri().toString(), SavepointFormatType.NATIVE).get();
    double seconds = secondsSince(began);
    long bytes = bytesIn(Path.of(URI.create(savepoint)));
    end();
    long before = forecasts.end();
    publisher.publishAtOnce(next);
    began = System.nanoTime();
    Configuration from = new Configuration();
    from.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    job = start(from);
    while (forecasts.end() <= before) {
      requireRunning();
      Thread.sleep(POLL_MILLIS);
    }
    return new Snapshot(bytes, seconds, secondsSince(began));
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) * 1e-9;
  }

  private static long bytesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  JobConfig config() {
    return config;
  }

  LoadPublisher publisher() {
    return publisher;
  }

  TopicWatch watch(String topic) {
    return new TopicWatch(config.kafkaConfig(), topic);
  }

  /**
   * How fast a part went through.
   *
   * @param perSecond records, from the moment the part was there to its last forecast
   * @param cpuMicros processor time of the whole process in that time, of each record
   */
  record Pace(double perSecond, double cpuMicros) {}

  /** Publishes a part and waits for what comes of it. */
  Pace run(LoadPublisher.Hours hours, Phases.Phase phase) throws Exception {
    long from = forecasts.end();
    long started = publisher.publishAtOnce(hours);
    long cpuStarted = ThisProcess.cpuNanos();
    long count = (long) hours.count() * keys;
    long end = await(from + count, done -> phase.at(Math.min(count, done - from), ""));
    long cpu = ThisProcess.cpuNanos() - cpuStarted;
    var last = forecasts.last(100, end);
    long ended = last.get(last.size() - 1).timestamp();
    long there = forecasts.count(from, end);
    awaitMore(end, count - there);
    return new Pace(there * 1e3 / (ended - started), cpu / 1e3 / there);
  }

  /** Of as many offsets some are those of markers, and so many records are still to come. */
  private long awaitMore(long from, long missing) throws Exception {
    long end = from;
    for (long left = missing; left > 0; ) {
      long next = await(end + left, there -> {});
      left -= forecasts.count(end, next);
      end = next;
    }
    return end;
  }

  /** Waits for as many forecasts as were asked for after an offset, and returns the end. */
  long await(long from, long count) throws Exception {
    long end = await(from + count, there -> {});
    return awaitMore(end, count - forecasts.count(from, end));
  }

  /** A store on disk, or a training, may pause it for long: it is given up after ten minutes. */
  private long await(long expected, LongConsumer progress) throws Exception {
    long end = forecasts.end();
    int unchanged = 0;
    while (end < expected) {
      requireRunning();
      if (unchanged == STUCK_POLLS) {
        throw new IllegalStateException(
            "Expected " + (expected - end) + " more forecasts but for ten minutes none has come");
      }
      Thread.sleep(POLL_MILLIS);
      long now = forecasts.end();
      unchanged = now == end ? unchanged + 1 : 0;
      end = now;
      progress.accept(end);
    }
    return end;
  }

  private void requireRunning() throws Exception {
    if (job.getJobExecutionResult().isDone()) {
      job.getJobExecutionResult().get();
      throw new IllegalStateException(config.domain() + " has ended");
    }
  }

  private void end() {
    if (!job.getJobExecutionResult().isDone()) {
      job.cancel().join();
      job.getJobExecutionResult().exceptionally(cancelled -> null).join();
    }
  }

  @Override
  public void close() {
    end();
    forecasts.close();
  }
}
