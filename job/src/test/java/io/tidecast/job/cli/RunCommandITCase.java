package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.CommittedValues;
import io.tidecast.job.Publisher;
import io.tidecast.job.config.JobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidecast run} in processes of its own, stopped, killed and started again. */
class RunCommandITCase {
  private static final int STREAMS = 20;
  private static final int STEPS = 150;
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

  @TempDir Path directory;

  @Test
  void stoppedKilledAndStartedAgainItForecastsEachOriginOnce() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      JobConfig config = configuration(kafka);

      publish(config, 0, 50);
      Process first = run("first");
      await(config, 50);
      refuseSecond();
      first.destroy();
      first.waitFor();
      publish(config, 50, 100);
      Process second = run("second");
      await(config, 60);
      second.destroyForcibly().waitFor(); // wherever it stands
      publish(config, 100, STEPS);
      Process third = run("third");
      try {
        await(config, STEPS);
      } finally {
        third.destroyForcibly().waitFor();
      }

      assertEquals(Map.of(1, STREAMS * STEPS), timesByOrigin(config));
      forgetCheckpoints();
      assertRefusesToDoubleThem();
    }
  }

  /** Of the same name, while the first runs. */
  private void refuseSecond() throws Exception {
    Process second = run("beside");
    assertEquals(2, exitCode(second), said("beside"));
    assertTrue(
        said("beside").contains("tidecast: --instance: this job runs already"), said("beside"));
  }

  private void assertRefusesToDoubleThem() throws Exception {
    Process anew = run("anew");

    assertEquals(2, exitCode(anew), said("anew"));
    assertTrue(
        said("anew").contains("tidecast: --from-beginning: absent, but plant.forecast.v1 holds"),
        said("anew"));
    assertEquals(0, exitCode(run("again", "--from-beginning", "--bounded")), said("again"));
    JobConfig config = JobConfig.read(file());
    assertEquals(Map.of(2, STREAMS * STEPS), timesByOrigin(config));
  }

  private static Map<Integer, Integer> timesByOrigin(JobConfig config) {
    Map<String, Integer> times = new TreeMap<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().forecast(),
        record -> {
          ForecastRecord forecast = ForecastJsonV1.read(record.value());
          times.merge(forecast.series() + " " + forecast.origin(), 1, Integer::sum);
        });
    Map<Integer, Integer> counted = new TreeMap<>();
    times.values().forEach(each -> counted.merge(each, 1, Integer::sum));
    return counted;
  }

  /** Waits until so many steps are forecast. */
  private static void await(JobConfig config, int steps) {
    CommittedValues.await(
        config.kafkaConfig(), config.kafkaConfig().topics().forecast(), STREAMS * steps);
  }

  private JobConfig configuration(EmbeddedKafka kafka) throws IOException {
    Files.writeString(
        file(),
        """
        domain: plant
        kafka: {bootstrapServers: "%s", partitions: 2}
        series: {step: PT1H, season: PT24H, targets: [power]}
        forecast: {horizon: 6}
        flink: {execution.checkpointing.interval: 500 ms}
        """
            .formatted(kafka.bootstrapServers()));
    JobConfig config = JobConfig.read(file());
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    return config;
  }

  private static void publish(JobConfig config, int from, int to) throws Exception {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int step = from; step < to; step++) {
      for (int stream = 0; stream < STREAMS; stream++) {
        observations.add(
            new Publisher.Observation(
                stream % 2,
                "pump-" + stream,
                "{\"stream\":\"pump-%d\",\"time\":\"%s\",\"values\":{\"power\":%d}}"
                    .formatted(
                        stream, START.plus(Duration.ofHours(step)), step % 24 + stream % 7)));
      }
    }
    Publisher.publish(config, observations);
  }

  private Path file() {
    return directory.resolve("plant.yaml");
  }

  /** Beside the configuration file, by default. */
  private void forgetCheckpoints() throws IOException {
    Path own = directory.resolve("checkpoints/plant.run");
    assertTrue(Files.isDirectory(own), own + " is the default");
    Files.move(own, directory.resolve("moved"));
  }

  private Process run(String name, String... options) throws IOException {
    return start(file(), directory.resolve(name + ".log"), options);
  }

  /** {@code tidecast run} in a process of its own. */
  static Process start(Path configuration, Path log, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-Dtidecast.exit=true",
                "-cp",
                System.getProperty("java.class.path"),
                Tidecast.class.getName(),
                "run",
                "--config",
                configuration.toString()));
    command.addAll(List.of(options));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(3, TimeUnit.MINUTES), "it ends");
    return process.exitValue();
  }

  private String said(String name) throws IOException {
    return Files.readString(directory.resolve(name + ".log"));
  }
}
