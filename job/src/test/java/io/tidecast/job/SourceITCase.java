package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.DeadLetterTopic;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.ObservationTopic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that others have made, read by the job. */
class SourceITCase {
  private static final Instant START = Instant.parse("2025-03-01T00:00:00Z");
  private static final int STEPS = 40;

  @TempDir static Path directory;

  private static ForeignTopics topics;

  @BeforeAll
  static void startBroker() throws Exception {
    topics = ForeignTopics.start(directory);
  }

  @AfterAll
  static void stopBroker() {
    topics.close();
  }

  @Test
  void topicsOfOthersGiveTheForecastsOfOurOwn() throws Exception {
    JobConfig own = config("own", "");
    TopicCreator.createMissing(own.kafkaConfig(), own.topicsConfig());
    List<ProducerRecord<String, String>> ours = new ArrayList<>();
    List<ProducerRecord<String, String>> theirs = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      for (String stream : List.of("a", "b")) {
        String topic = stream.equals("a") ? "hall.1.raw" : "hall.2.raw";
        ours.add(record("own.observation.v1", stream, step, null));
        theirs.add(foreign(topic, stream, step));
      }
    }
    ProducerRecord<String, String> nameless =
        new ProducerRecord<>("hall.2.raw", 1, null, "{\"ts\":1,\"p\":{\"f\":50}}");
    nameless.headers().add("from", "gate 7".getBytes(StandardCharsets.UTF_8));
    theirs.add(nameless);
    topics.create("hall.1.raw", 2);
    topics.create("hall.2.raw", 3);
    topics.create("office.raw", 1);
    topics.publish(ours);
    topics.publish(theirs);
    String mapping =
        """
        source:
          pattern: 'hall\\..*'
          json:
            stream: '{header:device}'
            time: {column: ts, format: epoch-millis}
            values: {v: {column: /p/f, unit: F}}
        """;
    JobConfig foreign = config("foreign", mapping);
    TopicCreator.createMissing(foreign.kafkaConfig(), foreign.topicsConfig(), false);

    run(own);
    run(foreign);

    assertEquals(2 * STEPS, forecasts(own).size());
    assertEquals(forecasts(own), forecasts(foreign));
    assertEquals(List.of("no-stream from hall.2.raw 1"), ForeignTopics.letters(foreign));
    assertEquals(1, replay(foreign).records());
    assertEquals(0, replay(foreign).records(), "once");
    assertEquals(
        List.of("{\"ts\":1,\"p\":{\"f\":50}} {from=gate 7}"),
        topics.marked("hall.2.raw"),
        "as it was");
    assertEquals(observations(own), observations(foreign), "offline it is the same");
  }

  @Test
  void clockOfAProducerThatIsAheadMovesNothing() throws Exception {
    topics.create("ct.observation.v1", 1);
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    long ahead = Instant.parse("2036-02-07T06:28:16Z").toEpochMilli();
    for (int step = 0; step < STEPS; step++) {
      if (step == STEPS / 2) {
        records.add(
            new ProducerRecord<>(
                "ct.observation.v1",
                0,
                ahead,
                "b",
                "{\"stream\":\"b\",\"time\":\"2036-02-07T06:28:16Z\",\"values\":{\"v\":1}}"));
      }
      records.add(
          record("ct.observation.v1", "a", step, START.plusSeconds(60L * step).toEpochMilli()));
    }
    topics.publish(records);
    JobConfig config = config("ct", "");
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());

    run(config);

    assertEquals(STEPS, forecasts(config).size());
    assertEquals(List.of("too-far-ahead from ct.observation.v1 0"), ForeignTopics.letters(config));
  }

  @Test
  void readingBeginsWhereItIsTold() throws Exception {
    topics.create("late.raw", 1);
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      records.add(record("late.raw", "a", step, START.plusSeconds(60L * step).toEpochMilli()));
    }
    topics.publish(records);
    String source = "source: {topics: [late.raw], start: '2025-03-01T00:10:00Z'}\n";
    JobConfig config = config("late", source);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig(), false);

    run(config);

    assertEquals(STEPS - 10, forecasts(config).size());
    assertEquals("a/v 2025-03-01T00:10:00Z", forecasts(config).keySet().iterator().next());
  }

  @Test
  void valuesWithoutALogarithmAreLettersAndTheOthersForecasts() throws Exception {
    double[] values = {20, 19, 18, 17, -37.63, 10, 0, 12, 13, 14, 15, 16};
    topics.create("oil.raw", 1);
    List<ProducerRecord<String, String>> records = new ArrayList<>();
    for (int step = 0; step < values.length; step++) {
      String json =
          "{\"stream\":\"a\",\"time\":\"%s\",\"values\":{\"v\":%s}}"
              .formatted(START.plusSeconds(60L * step), values[step]);
      records.add(new ProducerRecord<>("oil.raw", 0, null, "a", json));
    }
    topics.publish(records);
    JobConfig config =
        config("oil", "source: {topics: [oil.raw]}\n", "targets: [v], transform: log-return");
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig(), false);

    run(config);

    assertEquals(values.length - 2, forecasts(config).size());
    assertEquals(
        List.of("masked from oil.raw 0", "masked from oil.raw 0"), ForeignTopics.letters(config));
    assertEquals(
        List.of(
            "v: -37.63; accepted: above 0, as it needs a logarithm, to Infinity",
            "v: 0.0; accepted: above 0, as it needs a logarithm, to Infinity"),
        ForeignTopics.headers(config, DeadLetter.DETAIL_HEADER).stream().sorted().toList());
  }

  /** The pattern matches the topics that the job writes, too: of them nothing is read. */
  @Test
  void topicsThatComeAndGoWhileTheJobRunsAreReadToTheirLastRecord() throws Exception {
    topics.create("plant.1.raw", 1);
    topics.publish(steps("plant.1.raw", "a", 0, STEPS));
    String source =
        "source: {pattern: 'plant.*', discovery: PT1S}\ningest: {maxLate: PT0S, idleTimeout: PT1S}\n";
    JobConfig config = config("plant", source);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig(), false);

    String savepoint;
    try (JobOnCluster job = start(config, null)) {
      await(config, STEPS);
      topics.create("plant.0.raw", 2);
      topics.create("plant.9.raw", 1);
      topics.publish(steps("plant.0.raw", "b", 0, STEPS));
      topics.publish(List.of(new ProducerRecord<>("plant.0.raw", 1, null, "?")));
      await(config, 2 * STEPS);
      savepoint = job.stop(directory.resolve("plant"));
    }
    topics.create("plant.2.raw", 1);
    topics.publish(steps("plant.2.raw", "c", 0, STEPS));
    topics.publish(steps("plant.2.raw", "c", 3, 4));
    try (JobOnCluster job = start(config, savepoint)) {
      await(config, 3 * STEPS);
      topics.delete("plant.1.raw", "plant.9.raw");
      topics.publish(steps("plant.0.raw", "b", STEPS, STEPS + 10));
      await(config, 3 * STEPS + 10);
      job.kill();
      topics.publish(steps("plant.2.raw", "c", STEPS, STEPS + 10));
      await(config, 3 * STEPS + 20);
      job.stop(directory.resolve("plant"));
    }

    assertEquals(3 * STEPS + 20, forecasts(config).size(), "each once");
    assertEquals(
        List.of("late from plant.2.raw 0", "malformed from plant.0.raw 1"),
        ForeignTopics.letters(config).stream().sorted().toList());
    assertTrue(
        ForeignTopics.values(config).contains(record("", "c", 3, null).value()), "its own bytes");
  }

  private static List<ProducerRecord<String, String>> steps(
      String topic, String stream, int from, int to) {
    return IntStream.range(from, to).mapToObj(step -> record(topic, stream, step, null)).toList();
  }

  private static JobOnCluster start(JobConfig config, String savepoint) throws Exception {
    return JobOnCluster.start(
        config,
        KafkaEnds.unbounded(config),
        new JobParts(config).trainer(),
        2,
        new Configuration(),
        directory.resolve(config.domain()),
        savepoint);
  }

  private static void await(JobConfig config, int forecasts) {
    CommittedValues.await(
        config.kafkaConfig(), config.kafkaConfig().topics().forecast(), forecasts);
  }

  @Test
  void topicsThatAreNotThereAreRefusedAtTheStart() {
    JobConfig named = config("absent", "source: {topics: [nobodys.raw]}\n");
    JobConfig written = config("absent", "source: {topics: [absent.forecast.v1]}\n");
    JobConfig matched = config("absent", "source: {pattern: 'nobodys.*'}\n");

    String name =
        assertThrows(IllegalArgumentException.class, () -> KafkaEnds.bounded(named)).getMessage();
    String pattern =
        assertThrows(IllegalArgumentException.class, () -> KafkaEnds.unbounded(matched))
            .getMessage();

    assertTrue(name.startsWith("source.topics: [nobodys.raw]; accepted: topics that"), name);
    String own =
        assertThrows(IllegalArgumentException.class, () -> KafkaEnds.bounded(written)).getMessage();
    assertTrue(own.endsWith("; accepted: topics that this domain does not write"), own);
    assertTrue(pattern.startsWith("source.pattern: nobodys.*; accepted: one that"), pattern);
  }

  private static JobConfig config(String domain, String source) {
    return config(domain, source, "targets: [v]");
  }

  private static JobConfig config(String domain, String source, String series) {
    return ConfigFile.parse(
            """
            domain: %s
            kafka: {bootstrapServers: "%s", partitions: 2}
            %sseries: {step: PT1M, %s}
            forecast: {horizon: 3}
            retrain: {minimumHistory: 1000000}
            """
                .formatted(domain, topics.bootstrapServers(), source, series),
            Map.of())
        .job();
  }

  private static double value(String stream, int step) {
    return (stream.equals("a") ? 10 : 40) + step * 7 % 13;
  }

  private static ProducerRecord<String, String> record(
      String topic, String stream, int step, Long stamp) {
    String json =
        "{\"stream\":\"%s\",\"time\":\"%s\",\"values\":{\"v\":%s}}"
            .formatted(stream, START.plusSeconds(60L * step), value(stream, step));
    return new ProducerRecord<>(topic, null, stamp, stream, json);
  }

  /** Without a key, now in this partition and now in that, in other units. */
  private static ProducerRecord<String, String> foreign(String topic, String stream, int step) {
    String json =
        "{\"ts\":%d,\"p\":{\"f\":\"%s\"},\"state\":\"on\"}"
            .formatted(
                START.plusSeconds(60L * step).toEpochMilli(), value(stream, step) * 9 / 5 + 32);
    ProducerRecord<String, String> record = new ProducerRecord<>(topic, step % 2, null, json);
    record.headers().add("device", stream.getBytes(StandardCharsets.UTF_8));
    return record;
  }

  private static void run(JobConfig config) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, new JobParts(config).flink());
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.bounded(config));
    env.execute(config.domain());
  }

  private static Map<String, String> forecasts(JobConfig config) {
    Map<String, String> forecasts = new TreeMap<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().forecast(),
        record -> {
          ForecastRecord forecast = ForecastJsonV1.read(record.value());
          forecasts.put(
              forecast.series() + " " + forecast.origin(),
              Arrays.deepToString(forecast.quantiles()));
        });
    return forecasts;
  }

  private static DeadLetterTopic.Replay replay(JobConfig config) {
    return new DeadLetterTopic(config.kafkaConfig()).replay(entry -> true);
  }

  private static List<ObservationRecord> observations(JobConfig config) {
    return ObservationTopic.read(config);
  }
}
