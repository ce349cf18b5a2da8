package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged job on a cluster of processes, submitted as an operator would. */
class ClusterSmokeITCase {
  private static final int STEPS = 500;
  private static final Path TARGET = Path.of(System.getProperty("basedir", ""), "target");

  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
    cluster = LocalCluster.start(directory.resolve("cluster"), TARGET.resolve("tidecast"));
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    kafka.close();
  }

  @Test
  void aTypoInAConfigurationIsToldAndTheJobManagerLivesOn() throws Exception {
    Path typo =
        Files.writeString(
            directory.resolve("typo.yaml"),
            """
            domain: cluster
            series: {step: PT1H, targets: [value]}
            forecast: {horizon: 6}
            retrian: {margin: 0.1}
            """);

    String answer =
        cluster.submit(
            TARGET.resolve("tidecast-job.jar"),
            "run",
            "--config",
            typo.toAbsolutePath().toString());

    assertTrue(answer.contains("retrian: unknown key"), answer);
    cluster.awaitSlots();
  }

  @Test
  void packagedJobTrainsAndForecastsOnAClusterOfProcesses() throws Exception {
    Path file = configuration(kafka.bootstrapServers());
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    publish(config);

    cluster.run(
        TARGET.resolve("tidecast-job.jar"), "run", "--config", file.toString(), "--bounded");

    JobRun run = JobRun.of(config);
    List<String> forecasts = run.forecasts().values().get("a/value");
    assertEquals(STEPS, forecasts.size());
    assertEquals(STEPS, run.forecasts().values().get("b/value").size());
    ModelRecord trained =
        run.decisions().stream().filter(d -> d.windows() > 0).findFirst().orElseThrow();
    assertEquals("promoted", trained.decision(), trained.reason());
    assertTrue(
        forecasts.get(STEPS - 1).contains("\"model\":\"" + trained.version() + "\""),
        forecasts.get(STEPS - 1));
  }

  private static Path configuration(String bootstrapServers) throws Exception {
    return Files.writeString(
        directory.resolve("config.yaml"),
        """
        domain: cluster
        kafka: {bootstrapServers: "%s", partitions: 2}
        series: {step: PT1H, season: PT24H, targets: [value], history: 48}
        forecast: {horizon: 6}
        model: {hidden: 4}
        retrain: {epoch: P15D, lead: PT1H, every: P300D, minimumHistory: 600, window: 6}
        flink: {execution.checkpointing.interval: 1 s}
        """
            .formatted(bootstrapServers));
  }

  private static void publish(JobConfig config) throws Exception {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int step = 1; step <= STEPS; step++) {
      for (int partition = 0; partition < 2; partition++) {
        String stream = List.of("a", "b").get(partition);
        Instant time = Instant.EPOCH.plus(Duration.ofHours(step));
        double value = 10 + 5 * Math.sin(step * Math.PI / 12) + step * 31 % 17 * 0.1;
        observations.add(
            new Publisher.Observation(
                partition,
                stream,
                String.format(
                    Locale.ROOT,
                    "{\"stream\":\"%s\",\"time\":\"%s\",\"values\":{\"value\":%.3f}}",
                    stream,
                    time,
                    value)));
      }
    }
    Publisher.publish(config, observations);
  }
}
