package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ControlJsonV1;
import io.tidecast.job.cli.Tidecast;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A bad model comes to a group: the gate refuses it, force lets it in, the watch gives it up. One
 * of another shape serves for an epoch and is taken back. Then nothing is left of either.
 */
class ModelLifeITCase {
  private static final int STEPS = 1_000;
  private static final Duration STEP = Duration.ofHours(1);
  private static final Duration EPOCH = Duration.ofDays(4);
  private static final Duration LEAD = Duration.ofHours(6);
  private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "MODELS.md");
  private static final String NOBODY = "nobody";
  @TempDir Path directory;

  @Test
  void badModelIsRefusedByTheGateAndGivenUpByTheWatchWithoutATrace() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      JobConfig calm = config(kafka, "calm");
      publish(calm);
      run(calm);
      JobRun undisturbed = JobRun.of(calm);
      ModelFile first = Registry.read(calm.kafkaConfig()).champion("value").orElseThrow();
      Instant trained = Registry.read(calm.kafkaConfig()).version(first.version()).get().boundary();
      ModelFile bad = bad(first.open());

      JobConfig config = config(kafka, "life");
      publish(config);
      ask(config, "value", trained.plus(EPOCH), bad, false);
      ask(config, "value", trained.plus(EPOCH.multipliedBy(2)), bad, true);
      ask(config, "value", trained.plus(EPOCH.multipliedBy(4)), ofAnotherShape(config), true);
      ask(config, ControlRecord.Action.ROLLBACK, trained.plus(EPOCH.multipliedBy(5)));
      ask(config, NOBODY, trained, bad, true);
      tampered(config, bad);
      run(config);
      JobRun run = JobRun.of(config);

      assertEquals(
          List.of("promoted", "kept", "promoted", "rolled-back", "promoted", "rolled-back"),
          run.decisions().stream()
              .filter(decision -> !decision.decision().equals("not-triggered"))
              .map(ModelRecord::decision)
              .toList());
      assertTwoRefused(run);
      ModelRecord back = decided(run, 3);
      assertEquals(first.version(), back.version());
      assertTrue(back.reason().contains(bad.version() + " does worse"), back.reason());
      assertEquals("asked to go back to " + first.version(), decided(run, 5).reason());
      assertEquals(
          first.version(), Registry.read(config.kafkaConfig()).champion("value").get().version());
      assertSame(undisturbed, run, back.validFrom(), decided(run, 4).validFrom());
      assertSame(undisturbed, run, decided(run, 5).validFrom(), Instant.MAX);
      assertCommands(config, bad);
    }
  }

  /** They say what is documented of them, and what they ask for lies in the control topic. */
  private void assertCommands(JobConfig config, ModelFile bad) throws Exception {
    Path file = Files.writeString(directory.resolve("life.yaml"), yaml(config));
    DocumentedSession session = new DocumentedSession(DOCUMENT, directory);
    for (Map.Entry<String, String> command : session.run()) {
      assertEquals(command.getKey(), command.getValue());
    }
    Path exported = directory.resolve("models").resolve(bad.version() + ".safetensors");
    assertArrayEquals(bad.bytes(), Files.readAllBytes(exported));
    Instant next = Registry.read(config.kafkaConfig()).last("value").get().boundary().plus(EPOCH);
    List<ControlRecord> records =
        CommittedTopic.read(config.kafkaConfig(), config.kafkaConfig().topics().control()).stream()
            .skip(6)
            .map(record -> ControlJsonV1.read(record.value()))
            .toList();
    assertEquals(
        List.of("PROMOTE true", "PROMOTE false", "ROLLBACK false", "RETRAIN false"),
        records.stream().map(record -> record.action() + " " + record.force()).toList());
    assertTrue(records.stream().allMatch(record -> record.notBefore().equals(next)));
    assertThrows(
        Tidecast.CommandFailedException.class, () -> run("rollback", file, NOBODY), "no group");
    assertThrows(
        Tidecast.CommandFailedException.class, () -> run("promote", file, "value-9-00000000"));
  }

  private static void run(String command, Path config, String what) throws Exception {
    DocumentedSession.said(List.of("models", command, "--config", config.toString(), what));
  }

  /** The decision so many epochs after the first training. */
  private static ModelRecord decided(JobRun run, int epochs) {
    Instant first =
        run.decisions().stream()
            .filter(decision -> decision.decision().equals("promoted"))
            .findFirst()
            .orElseThrow()
            .boundary();
    return run.decisions().stream()
        .filter(decision -> decision.boundary().equals(first.plus(EPOCH.multipliedBy(epochs))))
        .findFirst()
        .orElseThrow();
  }

  private static void assertTwoRefused(JobRun run) {
    List<String> letters =
        run.deadLetters().values().values().stream().flatMap(List::stream).toList();
    assertEquals(2, letters.size());
    assertTrue(letters.stream().anyMatch(letter -> letter.contains(NOBODY)));
  }

  /** Forecasts differ just before, and are equal to the bit from then on. */
  private static void assertSame(JobRun undisturbed, JobRun run, Instant from, Instant to) {
    Map<Instant, List<String>> expected = byOrigin(undisturbed);
    Map<Instant, List<String>> found = byOrigin(run);
    assertEquals(expected.keySet(), found.keySet());
    Instant before = from.minus(STEP);
    assertNotEquals(expected.get(before), found.get(before));
    long same = 0;
    for (Instant origin : expected.keySet()) {
      if (!origin.isBefore(from) && origin.isBefore(to)) {
        assertEquals(expected.get(origin), found.get(origin), origin.toString());
        same++;
      }
    }
    assertTrue(same > 20, same + " origins after " + from);
  }

  private static Map<Instant, List<String>> byOrigin(JobRun run) {
    Map<Instant, List<String>> byOrigin = new TreeMap<>();
    run.forecasts().values().values().stream()
        .flatMap(List::stream)
        .sorted()
        .forEach(
            line ->
                byOrigin
                    .computeIfAbsent(
                        Instant.parse(line.replaceFirst(".*\"origin\":\"([^\"]+)\".*", "$1")),
                        origin -> new ArrayList<>())
                    .add(line));
    return byOrigin;
  }

  /** The same shape, and nothing but a wrong level: every quantile far from the last value. */
  private static ForecastModel wrong(ForecastModel model) {
    HeadWeights head = model.head().orElseThrow().moved(20);
    return ModelArtifact.seal(model.config(), model.layers(), head, null, model.provenance());
  }

  /** Another cell, and leads beyond those that are forecast. */
  private static ModelFile ofAnotherShape(JobConfig config) throws Exception {
    String wider =
        yaml(config)
            .replace("horizon: 6", "horizon: 9")
            .replace("{hidden: 4}", "{cell: rnn, layers: 2, hidden: 7}");
    JobConfig other = ConfigFile.parse(wider, Map.of()).job();
    float[][] rows = new float[STEPS][];
    for (int i = 0; i < STEPS; i++) {
      rows[i] = new float[] {(float) (20 + 4 * Math.sin(2 * Math.PI * i / 24)) + i % 7 * 0.1f};
    }
    TrainingResult result =
        new Trainer(other.forecaster("value"), new JobParts(other).recipe())
            .choose(
                List.of(new Stretch("a", STEPS, rows)),
                new TrainingRun("value", 1, 1, "test"),
                TrainingListener.NONE);
    return ModelFile.of(((TrainingResult.Chosen) result).model());
  }

  private static ModelFile bad(ForecastModel model) {
    return ModelFile.of(wrong(model));
  }

  private static void ask(
      JobConfig config, String group, Instant boundary, ModelFile model, boolean force) {
    append(
        config,
        ControlJsonV1.write(
            new ControlRecord(
                group,
                ControlRecord.Action.PROMOTE,
                boundary,
                model.version(),
                force,
                model.bytes())));
  }

  private static void ask(JobConfig config, ControlRecord.Action action, Instant boundary) {
    append(
        config,
        ControlJsonV1.write(new ControlRecord("value", action, boundary, "", false, new byte[0])));
  }

  private static void tampered(JobConfig config, ModelFile model) {
    byte[] bytes = model.bytes().clone();
    bytes[bytes.length - 1] ^= 1;
    ask(config, "value", Instant.EPOCH, new ModelFile(model.version(), bytes), true);
  }

  private static void append(JobConfig config, byte[] value) {
    KeyedBytesSink.append(
        config.kafkaConfig(), config.kafkaConfig().topics().control(), new KeyedBytes(null, value));
  }

  private JobConfig config(EmbeddedKafka kafka, String domain) throws Exception {
    JobConfig config = ConfigFile.parse(yaml(domain, kafka.bootstrapServers()), Map.of()).job();
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    return config;
  }

  private static String yaml(JobConfig config) {
    return yaml(config.domain(), config.kafkaConfig().bootstrapServers());
  }

  private static String yaml(String domain, String bootstrapServers) {
    return """
        domain: %s
        kafka: {bootstrapServers: "%s", partitions: 2}
        series: {step: %s, season: PT24H, targets: [value], history: 96}
        forecast: {horizon: 6}
        model: {hidden: 4}
        retrain: {epoch: %s, lead: %s, every: P365D, minimumHistory: 800, drift: false}
        """
        .formatted(domain, bootstrapServers, STEP, EPOCH, LEAD);
  }

  private static void publish(JobConfig config) throws Exception {
    Random random = new Random(3);
    List<Publisher.Observation> all = new ArrayList<>();
    for (int index = 1; index <= STEPS; index++) {
      for (String stream : List.of("a", "b")) {
        double value = 20 + 4 * Math.sin(2 * Math.PI * index / 24) + 0.5 * random.nextGaussian();
        all.add(
            new Publisher.Observation(
                stream.equals("a") ? 0 : 1,
                stream,
                String.format(
                    Locale.ROOT,
                    "{\"stream\":\"%s\",\"time\":\"%s\",\"values\":{\"value\":%.3f}}",
                    stream,
                    Instant.EPOCH.plus(STEP.multipliedBy(index)),
                    value)));
      }
    }
    Publisher.publish(config, all);
  }

  private void run(JobConfig config) throws Exception {
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "500 ms");
    flink.setString(
        "execution.checkpointing.dir", directory.resolve(config.domain()).toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.bounded(config));
    env.execute(config.domain());
  }
}
