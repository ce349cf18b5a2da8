package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import io.tidecast.job.state.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long does a reader of committed forecasts wait while a year of hours is replayed whose 52
 * trainings take three seconds each?
 *
 * <p>Prints the longest time between two checkpoints, which is that between two commits, beside the
 * interval, once for the backlog of a live job; at most twice the interval is promised. No build
 * runs it but {@code mvn verify -Dtest=none -Dit.test=BacklogBenchmark
 * -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false}, in three
 * minutes.
 */
final class BacklogBenchmark {
  private static final int HOURS = 365 * 24;
  private static final Duration TRAINING = Duration.ofSeconds(3);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final AtomicInteger TRAININGS = new AtomicInteger();

  private static final GroupTrainer SLOW =
      request -> {
        Thread.sleep(TRAINING.toMillis());
        TRAININGS.incrementAndGet();
        return GroupTrainer.Result.ofTraining(
            new Outcome.Kept("nothing was learnt", Outcome.Losses.NONE));
      };

  @TempDir Path directory;

  @Test
  void commitsGoOnWhileABacklogTrains() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      JobConfig config = config(kafka.bootstrapServers());
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      Publisher.publish(config, year());
      Configuration settings = new Configuration();
      settings.setString("execution.checkpointing.interval", INTERVAL.toMillis() + " ms");
      try (JobOnCluster job =
          JobOnCluster.start(
              config,
              KafkaEnds.unbounded(config),
              SLOW,
              2,
              settings,
              directory.resolve("checkpoints"),
              null)) {
        measure(job);
      }
    }
  }

  private void measure(JobOnCluster job) {
    JobOnCluster.await("the first checkpoint", () -> job.checkpoints() > 0);
    long started = System.nanoTime();
    long last = started;
    long longest = 0;
    long seen = job.checkpoints();
    while (TRAININGS.get() < 51) {
      LockSupport.parkNanos(20_000_000);
      long now = System.nanoTime();
      if (job.checkpoints() > seen) {
        seen = job.checkpoints();
        longest = Math.max(longest, now - last);
        last = now;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"backlog\",\"trainings\":%d,\"seconds\":%.1f,\"commits\":%d,"
            + "\"intervalSeconds\":%.1f,\"longestGapSeconds\":%.1f}%n",
        TRAININGS.get(),
        (System.nanoTime() - started) * 1e-9,
        seen,
        INTERVAL.toMillis() * 1e-3,
        longest * 1e-9);
    assertTrue(longest <= 2 * INTERVAL.toNanos(), longest + " ns");
  }

  private JobConfig config(String servers) throws Exception {
    return JobConfig.read(
        Files.writeString(
            directory.resolve("config.yaml"),
            """
            domain: backlog
            kafka: {bootstrapServers: "%s", partitions: 2, transactionTimeout: PT15S}
            series: {step: PT1H, season: PT24H, targets: [a]}
            forecast: {horizon: 24}
            retrain: {epoch: P7D, minimumHistory: 24}
            """
                .formatted(servers)));
  }

  private static List<Publisher.Observation> year() {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int hour = 1; hour <= HOURS; hour++) {
      Instant time = Instant.EPOCH.plus(Duration.ofHours(hour));
      for (int stream = 0; stream < 2; stream++) {
        observations.add(
            new Publisher.Observation(
                stream,
                "s" + stream,
                String.format(
                    Locale.ROOT,
                    "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":%.3f}}",
                    stream,
                    time,
                    10 + Math.sin(hour * Math.PI / 12))));
      }
    }
    return observations;
  }
}
