package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.TopicSettings;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.Decision;
import io.tidecast.job.retrain.GroupTrainer;
import io.tidecast.job.retrain.SeriesWindow;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole graph between real topics, with failures at the worst moments. */
class ForecastJobITCase {
  @TempDir static Path directory;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void failuresAtTheWorstMomentsLeaveNoTrace() throws Exception {
    Map<String, List<String>> clean = run("clean", Set.of());
    Map<String, List<String>> failed =
        run(
            "failed",
            Set.of(
                "a 1970-01-12T00:00:00Z", // while trainings are pending
                "b 1970-01-20T00:00:00Z", // a's decision is out, and no checkpoint holds it
                "b 1970-03-17T00:00:00Z")); // the last epoch

    assertEquals(6, clean.size());
    clean.forEach((series, lines) -> assertEquals(expectedSteps(), lines.size(), series));
    assertFalse(clean.get("s0/a").get(expectedSteps() - 1).contains("\"model\":\"\""));
    assertEquals(clean.keySet(), failed.keySet());
    clean.forEach((series, lines) -> assertLinesMatch(lines, failed.get(series), series));
  }

  private static int expectedSteps() {
    return 1000;
  }

  private static List<String> observations() {
    List<String> lines = new ArrayList<>();
    for (int hour = 0; hour < 1000; hour++) {
      // the series fall silent for a month in between
      Instant time = Instant.EPOCH.plus(Duration.ofHours(hour < 500 ? hour + 1 : hour + 800));
      for (int stream = 0; stream < 3; stream++) {
        double value = 10 + 5 * Math.sin(hour * Math.PI / 12 + stream) + (hour * 31 % 17) * 0.1;
        lines.add(
            "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":%.3f,\"b\":%.3f}}"
                .formatted(stream, time, value, -value));
      }
    }
    return lines;
  }

  private static JobConfig config(String domain) throws Exception {
    Path file = directory.resolve(domain + ".yaml");
    java.nio.file.Files.writeString(
        file,
        """
        domain: %s
        kafka: {bootstrapServers: "%s"}
        series: {step: PT1H, season: PT24H, targets: [a, b]}
        forecast: {horizon: 6}
        retrain: {epoch: P1D, lead: PT1H, every: P4D, minimumHistory: 200, window: 6}
        """
            .formatted(domain, kafka.bootstrapServers()));
    return JobConfig.read(file);
  }

  private static Map<String, List<String>> run(String domain, Set<String> failAt) throws Exception {
    JobConfig config = config(domain);
    TopicCreator.createMissing(config.kafkaSettings(), new TopicSettings(3, 1, Duration.ZERO));
    publish(config);

    Configuration flink = new Configuration();
    flink.setString("execution.checkpointing.interval", "200 ms");
    flink.setString("execution.checkpointing.dir", directory.resolve(domain).toUri().toString());
    flink.setString("restart-strategy.type", "fixed-delay");
    flink.setString("restart-strategy.fixed-delay.attempts", "10");
    flink.setString("restart-strategy.fixed-delay.delay", "10 ms");
    flink.setString("pipeline.generic-types", "false");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    FailingTrainer.FAIL_AT.addAll(failAt);
    new ForecastJob(config, new FailingTrainer()).addTo(env, KafkaEnds.bounded(config));
    env.execute(domain);
    assertEquals(Set.of(), FailingTrainer.FAIL_AT);
    return read(config.kafkaSettings().topics().forecast());
  }

  private static void publish(JobConfig config) throws Exception {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", kafka.bootstrapServers());
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (String line : observations()) {
        producer.send(
            new ProducerRecord<>(
                config.kafkaSettings().topics().observation(), line.substring(11, 13), line));
      }
    }
  }

  /** Committed records by key, in order; refuses a repeated one. */
  private static Map<String, List<String>> read(String topic) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", kafka.bootstrapServers());
    properties.put("isolation.level", "read_committed");
    Map<String, List<String>> byKey = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          IntStream.range(0, 3).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          String value = new String(record.value(), StandardCharsets.UTF_8);
          assertEquals(true, seen.add(record.key() + value), value);
          byKey.computeIfAbsent(record.key(), k -> new ArrayList<>()).add(value);
        }
      }
    }
    return byKey;
  }

  /** Takes a while, as trainings do; the first time at some boundaries it breaks instead. */
  private static final class FailingTrainer implements GroupTrainer {
    private static final long serialVersionUID = 1;
    private static final Set<String> FAIL_AT = ConcurrentHashMap.newKeySet();

    @Override
    public Outcome train(Request request) throws InterruptedException {
      // b outlasts a, so that a's decision is out when b breaks
      new java.util.concurrent.CountDownLatch(1)
          .await(
              request.group().equals("a") ? 50 : 400, java.util.concurrent.TimeUnit.MILLISECONDS);
      if (FAIL_AT.remove(request.group() + " " + Instant.ofEpochMilli(request.boundary()))) {
        throw new IllegalStateException("broken on purpose");
      }
      int content = 0;
      for (SeriesWindow window : request.windows()) {
        content = 31 * content + window.series().hashCode() + Arrays.hashCode(window.values());
      }
      String version = request.group() + "-" + request.sequence() + "-" + content;
      return new Outcome(
          Decision.Kind.PROMOTED,
          version,
          version.getBytes(StandardCharsets.UTF_8),
          "better",
          0.1,
          Double.NaN,
          0.2);
    }
  }
}
