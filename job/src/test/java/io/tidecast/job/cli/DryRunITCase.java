package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.config.JobConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run --dry-run} on a real broker. */
class DryRunITCase {
  @TempDir static Path directory;
  private static EmbeddedKafka kafka;

  private final StringWriter out = new StringWriter();

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void saysWhichTopicsWouldBeCreatedAndCreatesNone() throws Exception {
    assertEquals(0, dryRun(file("fresh")));

    assertTrue(
        out.toString().contains("topic fresh.forecast.v1: missing; would be created with 3"),
        out::toString);
    assertTrue(out.toString().contains("group value: no model yet"), out::toString);
    assertTrue(out.toString().endsWith("would start\n"), out::toString);
    assertEquals(
        0,
        topics().stream().filter(topic -> topic.startsWith("fresh.")).count(),
        topics()::toString);
  }

  @Test
  void whoLooksAtTheModelsOfADomainThatHasNoneCreatesNoTopic() throws Exception {
    StringWriter err = new StringWriter();

    int code =
        Tidecast.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("models", "list", "--config", file("misspelt").toString());

    assertEquals(1, code);
    assertTrue(err.toString().contains("misspelt.model.v1"), err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertEquals(0, topics().stream().filter(topic -> topic.startsWith("misspelt.")).count());
  }

  @Test
  void whatIsThereAndRightIsSaidWithItsSize() throws Exception {
    Path file = file("ready");
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());

    assertEquals(0, dryRun(file));

    assertTrue(out.toString().contains("topic ready.forecast.v1: 3 partitions"), out::toString);
  }

  @Test
  void whatIsForecastAlreadyAndModelsThatCannotBeReadAreSaid() throws Exception {
    Path file = file("begun");
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    KeyedBytes junk = new KeyedBytes(new byte[] {1}, new byte[] {2});
    KeyedBytesSink.append(config.kafkaConfig(), config.kafkaConfig().topics().forecast(), junk);
    KeyedBytesSink.append(config.kafkaConfig(), config.kafkaConfig().topics().model(), junk);
    KeyedBytesSink.append(config.kafkaConfig(), config.kafkaConfig().topics().model(), decision());

    assertEquals(1, dryRun(file));
    assertTrue(
        out.toString().contains("wrong: --from-beginning: absent, but begun.forecast.v1 holds"),
        out::toString);
    assertTrue(out.toString().contains("not read: offset 0: "), out::toString);
    assertTrue(
        out.toString()
            .contains(
                "group value: no model yet, the seasonal naive serves: value-1-00000000 is not in"
                    + " begun.model.v1"),
        out::toString);
    assertEquals(0, dryRun(file, "--from-beginning"));
  }

  /** What is left where somebody has deleted the model that it speaks of. */
  private static KeyedBytes decision() {
    String text =
        "{\"group\":\"value\",\"boundary\":\"2024-01-01T00:00:00Z\","
            + "\"validFrom\":\"2024-01-01T01:00:00Z\",\"decision\":\"kept\","
            + "\"version\":\"value-1-00000000\",\"parent\":\"\",\"reason\":\"\",\"windows\":1,"
            + "\"series\":1}";
    return new KeyedBytes(
        "value@2024-01-01T00:00:00Z".getBytes(StandardCharsets.UTF_8),
        text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatItWouldGoOnFromIsSaidAndADatabaseThatIsAwayIsInNobodysWay() throws Exception {
    Path file = file("away");
    Path checkpoint = Files.createDirectories(directory.resolve("checkpoints/away.run/4f3c/chk-7"));
    Path metadata = checkpoint.resolve("_metadata");
    Checkpoints.storeCheckpointMetadata(
        new CheckpointMetadata(7, List.of(), List.of()), Files.newOutputStream(metadata));

    assertEquals(0, dryRun(file, "--set", "postgres.url=jdbc:postgresql://127.0.0.1:1/tidecast"));

    assertTrue(out.toString().contains("would go on from file:" + checkpoint), out::toString);
    assertTrue(out.toString().contains("tidecast: out of reach"), out::toString);

    Files.writeString(metadata, "");

    assertEquals(1, dryRun(file));
    assertTrue(out.toString().contains("wrong: flink.execution.checkpointing.dir: the newest"));
  }

  @Test
  void aTopicTheJobCannotWorkWithIsNamedWithTheSettingAndWhatIsAccepted() throws Exception {
    try (Admin admin = admin()) {
      NewTopic models = new NewTopic("wrong.model.v1", Optional.of(1), Optional.empty());
      admin
          .createTopics(
              List.of(
                  models.configs(
                      Map.of("cleanup.policy", "delete", "max.message.bytes", "1000000"))))
          .all()
          .get();
    }
    // it has been created before the broker tells of it
    while (!topics().contains("wrong.model.v1")) {
      Thread.onSpinWait();
    }

    assertEquals(1, dryRun(file("wrong")));

    assertTrue(
        out.toString().contains("wrong: cleanup.policy: delete; accepted: compact"), out::toString);
    assertTrue(
        out.toString().contains("wrong: max.message.bytes: 1000000; accepted: at least 16777216"),
        out::toString);
    assertTrue(out.toString().endsWith("would not start\n"), out::toString);
  }

  private int dryRun(Path file, String... more) {
    List<String> command =
        new ArrayList<>(List.of("run", "--dry-run", "--config", file.toString()));
    command.addAll(List.of(more));
    return Tidecast.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(new StringWriter()))
        .execute(command.toArray(String[]::new));
  }

  private static Path file(String domain) throws Exception {
    return Files.writeString(
        directory.resolve(domain + ".yaml"),
        """
        domain: %s
        kafka: {bootstrapServers: "%s", partitions: 3}
        series: {step: PT1H, targets: [value]}
        forecast: {horizon: 6}
        """
            .formatted(domain, kafka.bootstrapServers()));
  }

  private static Set<String> topics() throws Exception {
    try (Admin admin = admin()) {
      return admin.listTopics().names().get();
    }
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }
}
