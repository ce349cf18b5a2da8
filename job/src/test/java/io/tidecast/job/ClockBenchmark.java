package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long after the end of a step is its forecast there, where the clock has to close it?
 *
 * <p>Observations lie anywhere inside steps of five seconds, in two partitions, as time passes.
 * Prints the time from the end of a step to the append of its forecast, which is when readers that
 * do not wait for transactions have it, and to the poll that gave it to a {@code read_committed}
 * reader: both hold {@code ingest.maxDelay}. No build runs it but {@code mvn verify -Dtest=none
 * -Dit.test=ClockBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * -Dfailsafe.failIfNoSpecifiedTests=false}, in two minutes and a half.
 */
final class ClockBenchmark {
  private static final int STREAMS = 100;
  private static final int STEPS = 20;
  private static final Duration STEP = Duration.ofSeconds(5);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Long> appended = new ArrayList<>();
  private final List<Long> committed = new ArrayList<>();

  @TempDir Path directory;

  @Test
  void everyStepIsForecastSoonAfterItsEnd() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      JobConfig config = config(kafka.bootstrapServers());
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      Configuration settings = new Configuration();
      settings.setString("execution.checkpointing.interval", INTERVAL.toMillis() + " ms");
      try (JobOnCluster job =
          JobOnCluster.start(
              config,
              KafkaEnds.unbounded(config),
              new JobParts(config).trainer(),
              2,
              settings,
              directory.resolve("checkpoints"),
              null)) {
        job.awaitCheckpoints(1);
        measure(config);
      }
    }
  }

  private void measure(JobConfig config) throws Exception {
    CompletableFuture<Void> reading =
        CompletableFuture.runAsync(() -> read(config.kafkaConfig(), STREAMS * STEPS));
    Random random = new Random(1);
    long first = System.currentTimeMillis() / STEP.toMillis() + 2;
    for (long step = first; step < first + STEPS; step++) {
      Instant time = Instant.ofEpochMilli(step * STEP.toMillis() + random.nextInt(3_000) + 1);
      LockSupport.parkUntil(time.toEpochMilli());
      List<Publisher.Observation> observations = new ArrayList<>();
      for (int stream = 0; stream < STREAMS; stream++) {
        observations.add(
            new Publisher.Observation(
                stream % 2,
                "s" + stream,
                "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":1}}"
                    .formatted(stream, time)));
      }
      Publisher.publish(config, observations);
    }
    reading.join();
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"clock\",\"forecasts\":%d,\"maxDelayMillis\":%d,\"intervalMillis\":%d,"
            + "\"appendedMillis\":%s,\"committedMillis\":%s}%n",
        appended.size(),
        config.ingest().maxDelay().toMillis(),
        INTERVAL.toMillis(),
        percentiles(appended),
        percentiles(committed));
    assertEquals(STREAMS * STEPS, appended.size());
  }

  private void read(KafkaConfig kafka, int count) {
    long deadline = System.nanoTime() + STEP.multipliedBy(STEPS + 2).plus(PATIENCE).toNanos();
    try (CommittedTopic forecasts = new CommittedTopic(kafka, List.of(kafka.topics().forecast()))) {
      while (appended.size() < count && System.nanoTime() < deadline) {
        forecasts.poll(
            Duration.ofMillis(10),
            record -> {
              long end = ForecastJsonV1.read(record.value()).origin().toEpochMilli();
              appended.add(record.timestamp() - end);
              committed.add(System.currentTimeMillis() - end);
            });
      }
    }
  }

  private static String percentiles(List<Long> millis) {
    Collections.sort(millis);
    return "{\"p50\":%d,\"p95\":%d,\"p99\":%d}"
        .formatted(at(millis, 50), at(millis, 95), at(millis, 99));
  }

  private static long at(List<Long> sorted, int percent) {
    return sorted.get((sorted.size() - 1) * percent / 100);
  }

  private JobConfig config(String servers) throws Exception {
    return JobConfig.read(
        Files.writeString(
            directory.resolve("config.yaml"),
            """
            domain: clock
            kafka: {bootstrapServers: "%s", partitions: 2}
            series: {step: PT5S, targets: [a]}
            forecast: {horizon: 24}
            """
                .formatted(servers)));
  }
}
