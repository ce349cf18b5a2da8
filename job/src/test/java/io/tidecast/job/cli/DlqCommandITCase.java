package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.CommittedValues;
import io.tidecast.job.config.JobConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job has refused comes back by command, once, and is forecast from. */
class DlqCommandITCase {
  private static final String RETRAIN =
      "{\"group\":\"power\",\"action\":\"retrain\",\"notBefore\":\"%s\",\"version\":\"\","
          + "\"force\":false,\"artifact\":null}";

  @TempDir Path directory;

  private EmbeddedKafka kafka;

  @Test
  void whatWasRefusedIsListedAndComesBackOnceAfterAFix() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"))) {
      kafka = broker;
      Path file = configuration("[power]");
      JobConfig config = JobConfig.read(file);
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      byte[] huge = new byte[1_000_000];
      Arrays.fill(huge, (byte) '[');
      publish(config, "pump", observation(1, "power"));
      publish(config, "pump", observation(2, "pwr"));
      publish(config, "pump", "{\"stream\": \u001b[2J");
      publish(config, null, new String(huge, StandardCharsets.UTF_8));
      publish(config, "pump", observation(3, "pwr"));
      askFor(config, "null");
      askFor(config, RETRAIN.formatted("+1000000000-12-31T00:00:00Z"));
      Process first = RunCommandITCase.start(file, directory.resolve("first.log"));
      CommittedValues.await(config.kafkaConfig(), config.kafkaConfig().topics().deadLetter(), 6);
      first.destroy();
      first.waitFor();

      String listed = dlq("list", file);
      assertEquals(
          Map.of("malformed", 2L, "no-variable", 2L),
          counted(listed, "malformed", "no-variable"),
          listed);
      assertTrue(listed.contains("1@1  20"), listed);
      assertTrue(listed.contains("no configured variable among [pwr]"), listed);
      assertTrue(!listed.contains("\u001b"), "nothing that a terminal would obey");
      assertTrue(listed.endsWith("{malformed=2, no-variable=2, refused-control=2}\n"), listed);
      // what was asked for is asked for again by the command that asks
      assertEquals(
          "0 records published again\n", dlq("replay", file, "--reason", "refused-control"));

      assertEquals("1 records published again\n", dlq("replay", file, "--source", "1@1"));
      assertEquals("1 records published again\n", dlq("replay", file, "--reason", "no-variable"));
      assertEquals("0 records published again\n", dlq("replay", file, "--reason", "no-variable"));
      assertTrue(dlq("list", file).contains("no-variable (replayed)"));
      List<ConsumerRecord<byte[], byte[]>> pumps = observations(config, 1);
      assertEquals(6, pumps.size());
      assertArrayEquals(pumps.get(1).value(), pumps.get(4).value());
      assertArrayEquals(pumps.get(3).value(), pumps.get(5).value());
      assertArrayEquals(pumps.get(3).key(), pumps.get(5).key());

      // cut to fit, but whole where it came from
      assertEquals("2 records published again\n", dlq("replay", file, "--reason", "malformed"));
      List<ConsumerRecord<byte[], byte[]>> others = observations(config, 0);
      assertArrayEquals(huge, others.get(1).value());

      Path fixed = configuration("[power, pwr]");
      Process second = RunCommandITCase.start(fixed, directory.resolve("second.log"));
      try {
        // refused again: dead letters of their own
        CommittedValues.await(config.kafkaConfig(), config.kafkaConfig().topics().deadLetter(), 8);
        Map<String, List<String>> forecasts =
            CommittedValues.await(config.kafkaConfig(), config.kafkaConfig().topics().forecast(), 3)
                .values();
        assertEquals(2, forecasts.get("pump/pwr").size(), forecasts::toString);
      } finally {
        second.destroyForcibly().waitFor();
      }
      assertTrue(dlq("list", file).endsWith("{malformed=4, no-variable=2, refused-control=2}\n"));
    }
  }

  @Test
  void whatIsMeantHasToBeSaid() throws Exception {
    Path file = Files.writeString(directory.resolve("plant.yaml"), text("127.0.0.1:9", "[power]"));

    for (List<String> wrong :
        List.of(
            List.of("replay"),
            List.of("replay", "--all", "--reason", "late"),
            List.of("replay", "--source", "weather@7"),
            List.of("list", "--source", "weather@7"))) {
      StringWriter err = new StringWriter();
      String[] arguments =
          Stream.concat(
                  Stream.concat(Stream.of("dlq"), wrong.stream()),
                  Stream.of("--config", file.toString()))
              .toArray(String[]::new);

      assertEquals(2, run(err, arguments), err::toString);
      assertTrue(err.toString().contains("; accepted: "), err::toString);
    }
  }

  private static Map<String, Long> counted(String listed, String... reasons) {
    return Arrays.stream(reasons)
        .collect(
            Collectors.toMap(
                reason -> reason,
                reason -> listed.lines().filter(line -> line.contains("Z  " + reason)).count()));
  }

  private static void askFor(JobConfig config, String control) {
    KeyedBytesSink.append(
        config.kafkaConfig(),
        config.kafkaConfig().topics().control(),
        new KeyedBytes(null, control.getBytes(StandardCharsets.UTF_8)));
  }

  private static String observation(int hour, String variable) {
    return "{\"stream\":\"pump\",\"time\":\"2026-01-01T%02d:00:00Z\",\"values\":{\"%s\":4}}"
        .formatted(hour, variable);
  }

  /** With a key to partition 1, without to 0. */
  private static void publish(JobConfig config, String key, String value) throws Exception {
    Properties properties = config.kafkaConfig().clientProperties();
    properties.put("max.request.size", "2000000");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  config.kafkaConfig().topics().observation(),
                  key == null ? 0 : 1,
                  key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                  value.getBytes(StandardCharsets.UTF_8)))
          .get();
    }
  }

  private static List<ConsumerRecord<byte[], byte[]>> observations(
      JobConfig config, int partition) {
    return CommittedTopic.read(config.kafkaConfig(), config.kafkaConfig().topics().observation())
        .stream()
        .filter(record -> record.partition() == partition)
        .toList();
  }

  private Path configuration(String targets) throws Exception {
    return Files.writeString(
        directory.resolve("plant.yaml"), text(kafka.bootstrapServers(), targets));
  }

  private static String text(String brokers, String targets) {
    return """
        domain: plant
        kafka: {bootstrapServers: "%s", partitions: 2}
        series: {step: PT1H, targets: %s}
        forecast: {horizon: 2}
        flink: {execution.checkpointing.interval: 200 ms}
        """
        .formatted(brokers, targets);
  }

  private static String dlq(String command, Path file, String... options) {
    StringWriter out = new StringWriter();
    String[] arguments =
        Stream.concat(Stream.of("dlq", command, "--config", file.toString()), Stream.of(options))
            .toArray(String[]::new);
    int code = Tidecast.commandLine().setOut(new PrintWriter(out, true)).execute(arguments);
    assertEquals(0, code, out::toString);
    return out.toString();
  }

  private static int run(StringWriter err, String... arguments) {
    return Tidecast.commandLine()
        .setOut(new PrintWriter(new StringWriter()))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
