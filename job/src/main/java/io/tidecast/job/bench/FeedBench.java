package io.tidecast.job.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRunner;
import io.tidecast.connectors.feed.Speed;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.Phases;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/**
 * What {@code tidecast feed} makes of a file of separated fields at full speed, with a broker of
 * its own: rows of a stream, a time and a value. Its cost is the processor time of its own threads,
 * the one that reads and writes records and the producer's, so that the broker beside it does not
 * count.
 */
public final class FeedBench {
  private static final int ROUNDS = 3;
  private static final Instant FIRST = Instant.parse("2020-01-01T00:00:00Z");
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final BenchOptions options;
  private final Phases phases;
  private long senderNanos;

  public FeedBench(BenchOptions options, Phases phases) {
    this.options = options;
    this.phases = phases;
  }

  /** Starts a broker, measures, and leaves nothing behind. */
  public ObjectNode run() throws Exception {
    Path directory = Files.createTempDirectory("tidecast-bench");
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      Path file = file(directory.resolve("rows.csv"));
      JobConfig config = config(kafka.bootstrapServers(), file);
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      return measure(config, Files.size(file));
    } finally {
      JobBench.delete(directory);
    }
  }

  private ObjectNode measure(JobConfig config, long bytes) {
    double[] wall = new double[ROUNDS];
    double[] micros = new double[ROUNDS];
    double[] reading = new double[ROUNDS];
    try (Phases.Phase phase = phases.begin("feeding", ROUNDS)) {
      for (int round = 0; round < ROUNDS; round++) {
        reading[round] = read(config.anyFeed()) / 1e3 / options.records();
        long begun = System.nanoTime();
        long before = THREADS.getCurrentThreadCpuTime();
        publish(config, "round-" + round);
        long own = THREADS.getCurrentThreadCpuTime() - before;
        micros[round] = (own + senderNanos) / 1e3 / options.records();
        wall[round] = options.records() / ((System.nanoTime() - begun) / 1e9);
        phase.at(round + 1, Math.round(wall[round]) + " rows/s");
      }
    }
    double best = Arrays.stream(micros).min().orElseThrow();
    return JsonNodeFactory.instance
        .objectNode()
        .put("rows", options.records())
        .put("bytes", bytes)
        .put("rowsPerSecond", Math.round(Arrays.stream(wall).max().orElseThrow()))
        .put("rowsPerProcessorSecond", Math.round(1e6 / best))
        .put("processorMicrosPerRow", Meter.rounded(best))
        .put("readingMicrosPerRow", Meter.rounded(Arrays.stream(reading).min().orElseThrow()));
  }

  /** Nanoseconds of this thread. */
  private static long read(Feed feed) {
    long before = THREADS.getCurrentThreadCpuTime();
    for (Iterator<?> rows = feed.rows(); rows.hasNext(); ) {
      rows.next();
    }
    return THREADS.getCurrentThreadCpuTime() - before;
  }

  private void publish(JobConfig config, String name) {
    FeedRunner runner =
        new FeedRunner(
            config.kafkaConfig(),
            name,
            config.anyFeed(),
            new Speed.Max(),
            Clock.systemUTC(),
            (rows, time) -> senderNanos = senderNanos());
    runner.run();
  }

  /** Of the only producer there is: a thread that has ended tells no time. */
  private static long senderNanos() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kafka-producer-network-thread"))
        .mapToLong(thread -> THREADS.getThreadCpuTime(thread.getId()))
        .sum();
  }

  private Path file(Path file) {
    try (BufferedWriter rows = Files.newBufferedWriter(file)) {
      rows.write("time,station,load\n");
      for (int i = 0; i < options.records(); i++) {
        int hour = i / options.keys();
        int key = i % options.keys();
        double value = (hour * 7 + key * 13) % 4_000 / 10.0;
        rows.write(FIRST.plusSeconds(3_600L * hour) + ",station-" + key + "," + value + "\n");
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JobConfig config(String servers, Path file) {
    return ConfigFile.parse(
            """
            domain: bench-feed
            kafka: {bootstrapServers: "%s", format: %s}
            series: {step: PT1H, targets: [load]}
            forecast: {horizon: 1}
            feed: {type: file, file: '%s', time: {column: time}, stream: station, values: {load: load}}
            """
                .formatted(servers, options.format(), file),
            Map.of())
        .job();
  }
}
