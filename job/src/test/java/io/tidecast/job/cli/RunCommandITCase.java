package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.CommittedValues;
import io.tidecast.job.Publisher;
import io.tidecast.job.cluster.LoopbackPort;
import io.tidecast.job.config.JobConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tidecast run} in processes of its own, stopped, killed and started again. */
class RunCommandITCase {
  private static final int STREAMS = 20;
  private static final int STEPS = 150;
  private static final int MORE = 20;
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");

  /** In the configuration wherever it holds secrets, and nowhere else. */
  private static final String SECRET = "planted-5e1f";

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
      assertEquals(128 + 15, exitCode(first));
      String said = Files.readString(directory.resolve("first.log"));
      assertTrue(said.contains("stopped; a start goes on from the newest checkpoint"), () -> said);
      publish(config, 50, 100);
      Process second = run("second");
      await(config, 60);
      assertPagesHideSecrets(config);
      second.destroyForcibly().waitFor(); // wherever it stands
      publish(config, 100, STEPS);
      Process third = run("third");
      try {
        await(config, STEPS);
        assertEquals(Map.of(1, STREAMS * STEPS), timesByOrigin(config));
        assertEndsForOneOnAnotherMachine(config, third);
      } finally {
        third.destroyForcibly().waitFor();
      }
      forgetCheckpoints();
      assertRefusesToDoubleThem();
      assertLogsHideSecrets();
    }
  }

  /** Everything that Flink's pages and their clients can ask for. */
  private static void assertPagesHideSecrets(JobConfig config) throws Exception {
    String job = page(config, "/jobs").replaceAll(".*\"id\":\"(\\w+)\".*", "$1");
    String taskManager = page(config, "/taskmanagers").replaceAll(".*?\"id\":\"([^\"]+)\".*", "$1");
    String vertex =
        page(config, "/jobs/" + job).replaceAll(".*?\"vertices\":\\[\\{\"id\":\"(\\w+)\".*", "$1");
    assertTrue(page(config, "/jobmanager/config").contains("s3.secret-key"));
    for (String path :
        List.of(
            "/config",
            "/overview",
            "/jobmanager/config",
            "/jobmanager/environment",
            "/jobs/" + job,
            "/jobs/" + job + "/config",
            "/jobs/" + job + "/plan",
            "/jobs/" + job + "/exceptions",
            "/jobs/" + job + "/accumulators",
            "/jobs/" + job + "/checkpoints",
            "/jobs/" + job + "/checkpoints/config",
            "/jobs/" + job + "/jobmanager/config",
            "/jobs/" + job + "/jobmanager/environment",
            "/jobs/" + job + "/vertices/" + vertex,
            "/taskmanagers/" + taskManager,
            "/taskmanagers/" + taskManager + "/thread-dump")) {
      String shown = page(config, path);
      assertFalse(shown.contains("\"errors\":"), path + ": " + shown);
      assertFalse(shown.contains(SECRET), path + ": " + shown);
    }
  }

  private static String page(JobConfig config, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + config.flink().get("rest.bind-port") + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /** What it printed, with the configuration in effect, and what it logged. */
  private void assertLogsHideSecrets() throws IOException {
    assertTrue(said("first").contains("ssl.key.password: '***'"), said("first"));
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> logs = files.filter(file -> file.toString().endsWith(".log")).toList();
      assertTrue(logs.contains(directory.resolve("logs/tidecast.log")), logs::toString);
      for (Path log : logs) {
        assertFalse(
            new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1).contains(SECRET),
            log::toString);
      }
    }
  }

  /** Of the same name, while the first runs. */
  private void refuseSecond() throws Exception {
    Process second = run("beside");
    assertEquals(2, exitCode(second), said("beside"));
    assertTrue(
        said("beside").contains("tidecast: --instance: this job runs already"), said("beside"));
  }

  /**
   * Where neither the lock of the first is seen nor its checkpoints; the first has nothing to do.
   */
  private void assertEndsForOneOnAnotherMachine(JobConfig config, Process first) throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Process other =
        run(
            "elsewhere/run",
            "--from-beginning",
            "--set=flink.execution.checkpointing.dir=" + elsewhere.toUri(),
            "--set=flink.rest.bind-port=0");
    try {
      assertEquals(1, exitCode(first), said("third"));
      assertTrue(
          said("third").contains("--instance: a job of the same name, main,"), said("third"));
      publish(config, STEPS, STEPS + MORE);
      await(config, 2 * STEPS + MORE);
      assertTrue(other.isAlive(), said("elsewhere/run"));
    } finally {
      other.destroyForcibly().waitFor();
    }
    assertEquals(Map.of(1, STREAMS * MORE, 2, STREAMS * STEPS), timesByOrigin(config));
  }

  private void assertRefusesToDoubleThem() throws Exception {
    Process anew = run("anew");

    assertEquals(2, exitCode(anew), said("anew"));
    assertTrue(
        said("anew").contains("tidecast: --from-beginning: absent, but plant.forecast.v1 holds"),
        said("anew"));
    Process unasked =
        run("unasked", "--instance=trial", "--bounded", "--set=flink.rest.bind-port=0");
    assertEquals(2, exitCode(unasked), said("unasked"));
    assertTrue(
        said("unasked").contains("plant.forecast.v1 holds forecasts, also of --instance main, and"),
        said("unasked"));
    Process again = run("again", "--from-beginning", "--bounded");
    // of another name, at once
    Process trial =
        run(
            "trial",
            "--instance=trial",
            "--from-beginning",
            "--bounded",
            "--set=flink.rest.bind-port=0");
    assertEquals(0, exitCode(again), said("again"));
    assertEquals(0, exitCode(trial), said("trial"));
    assertTrue(said("trial").contains("beside --instance main of this domain: "), said("trial"));
    JobConfig config = JobConfig.read(file());
    assertEquals(Map.of(3, STREAMS * MORE, 4, STREAMS * STEPS), timesByOrigin(config));
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
        kafka:
          bootstrapServers: "%1$s"
          partitions: 2
          properties: {ssl.key.password: %2$s, sasl.jaas.config: 'a b password="%2$s";'}
        series: {step: PT1H, season: PT24H, targets: [power]}
        forecast: {horizon: 6}
        postgres:
          url: 'jdbc:postgresql://127.0.0.1:1/tidecast?sslpassword=%2$s'
          password: %2$s
          readerPassword: %2$s
        flink:
          execution.checkpointing.interval: 500 ms
          s3.secret-key: %2$s
          rest.bind-port: %3$d
        """
            .formatted(kafka.bootstrapServers(), SECRET, LoopbackPort.free("rest", 0, 0)));
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
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "-Dtidecast.exit=true",
                "-Dlog4j2.configurationFile="
                    + Path.of(
                        System.getProperty("basedir", ""), "src/main/dist/conf/log4j2.properties"),
                "-Dtidecast.log.dir=" + log.resolveSibling("logs"),
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
