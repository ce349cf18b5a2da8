package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.offline.Account;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every badness at once, through a broker and the job and from a file: nothing vanishes. */
class HostileStreamITCase {
  private static final Instant START = Instant.parse("2025-03-01T00:00:00Z");
  private static final List<String> TARGETS = List.of("v", "w");
  private static final int STEPS = 240;
  private static final int PARTITIONS = 2;

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

  /** What is sent, what has to be said of it, and what the same is in a file. */
  private static final class Sent {
    private final List<byte[]> values = new ArrayList<>();
    private final List<Integer> partitions = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final StringBuilder csv = new StringBuilder("stream,time,v,w,c\n");
    private final Map<String, Long> letters = new TreeMap<>();
    private long targets;
    private long maskedTargets;
    private long rows;
    private long refusedRows;

    private void record(int stream, byte[] value) {
      partitions.add(stream % PARTITIONS);
      keys.add("s" + stream);
      values.add(value);
    }

    private void refused(int stream, String reason, String json) {
      record(stream, json == null ? null : json.getBytes(StandardCharsets.UTF_8));
      letters.merge(reason, 1L, Long::sum);
    }

    /** A null is missing: no value, and no letter. */
    private void good(int stream, Instant time, Double v, Double w, Double c) {
      String json =
          "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"v\":%s,\"w\":%s,\"c\":%s,\"other\":\"on\"}}"
              .formatted(stream, time, v, w, c);
      record(stream, json.getBytes(StandardCharsets.UTF_8));
      targets += (v == null ? 0 : 1) + (w == null ? 0 : 1);
      csv.append("s").append(stream).append(',').append(time);
      for (Double one : Arrays.asList(v, w, c)) {
        csv.append(',').append(one == null ? "" : one);
      }
      csv.append('\n');
      rows++;
    }

    private void badRow(String row) {
      csv.append(row).append('\n');
      rows++;
      refusedRows++;
    }
  }

  private static Sent hostile() {
    Random random = new Random(17);
    Sent sent = new Sent();
    for (int step = 0; step < STEPS; step++) {
      for (int stream = 0; stream < 3; stream++) {
        Instant time = START.plusSeconds(60L * step + 20 + stream);
        double v = 10 + random.nextInt(7);
        sent.good(stream, time, v, random.nextInt(9) == 0 ? null : v / 2, 1.0 * (step % 5));
        spoil(sent, random.nextInt(22), stream, step, time, v);
      }
    }
    // so late that they amend nothing, after all that would
    for (int stream = 0; stream < 3; stream++) {
      sent.good(stream, START.plusSeconds(45), 7.0, null, 1.0);
      sent.good(stream, START.plusSeconds(46), null, null, 1.0);
      sent.letters.merge("late", 4L, Long::sum); // one for each series that is told something
    }
    return sent;
  }

  private static void spoil(Sent sent, int how, int stream, int step, Instant time, double v) {
    String before = "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":".formatted(stream, time);
    switch (how) {
      case 0 -> sent.good(stream, time, v, v / 2, null); // sent again
      case 1 -> sent.good(stream, time, v + 1, null, 3.0); // and corrected
      case 2 -> sent.good(stream, time.minusSeconds(60L * Math.min(step, 9)), v, null, 2.0);
      case 3 -> {
        sent.good(stream, time.plusSeconds(5), 5_000.0, v, 1.0);
        sent.maskedTargets++;
        sent.letters.merge("masked", 1L, Long::sum);
      }
      case 4 -> {
        sent.good(stream, time.plusSeconds(6), null, -1.0, 9_999.0);
        sent.maskedTargets++;
        sent.letters.merge("masked", 2L, Long::sum);
      }
      case 5 -> sent.good(stream, time.plusSeconds(7), null, null, null);
      case 6 -> sent.refused(stream, "malformed", before + "{\"v\":1");
      case 7 ->
          sent.refused(
              stream, "no-time", before.replace(time.toString(), "yesterday") + "{\"v\":1}}");
      case 8 -> sent.refused(stream, "not-numeric", before + "{\"v\":\"on\",\"w\":2}}");
      case 9 -> sent.refused(stream, "non-finite", before + "{\"v\":1e39}}");
      case 10 -> sent.refused(stream, "non-finite", before + "{\"v\":NaN}}");
      case 11 -> sent.refused(stream, "no-variable", before + "{\"V\":1}}");
      case 12 ->
          sent.refused(
              stream, "no-stream", before.replace("s" + stream, "x".repeat(5_000)) + "{\"v\":1}}");
      case 13 ->
          sent.refused(stream, "too-far-ahead", before.replace("2025", "2150") + "{\"v\":1}}");
      case 14 ->
          sent.refused(
              stream,
              "no-time",
              before.replace(time.toString(), "9999-12-31T23:59:59Z") + "{\"v\":1}}");
      case 15 -> sent.refused(stream, "malformed", null);
      case 16 -> sent.refused(stream, "malformed", "[" + before + "{\"v\":1}}]");
      case 17 -> sent.refused(stream, "malformed", "\0\0\0\0\f" + before + "{\"v\":1}}");
      case 18 -> sent.badRow("s%d,yesterday,1,1,1".formatted(stream));
      case 19 -> sent.badRow("s%d,%s,on,1,1".formatted(stream, time));
      case 20 -> sent.badRow("s%d,%s,1e39,1,1".formatted(stream, time));
      default -> sent.badRow("s%d,%s,1".formatted(stream, time));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"last", "mean", "sum"})
  void whatBecameOfValuesIsTheSumOfWhatWentIn(String aggregation) throws Exception {
    Sent sent = hostile();
    JobConfig config = config("hostile-" + aggregation, aggregation);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    publish(
        config.kafkaConfig().topics().observation(), sent.partitions, sent.keys, sent.values, null);

    Map<String, Object> counts = run(config, 2);

    Map<String, Long> fates = new TreeMap<>();
    for (String fate :
        List.of(
            Metrics.STEPPED, Metrics.REPLACED, Metrics.CORRECTED, Metrics.LATE, Metrics.MASKED)) {
      fates.put(fate, (Long) counts.get(fate));
    }
    assertEquals(sent.letters, letters(config));
    assertEquals(sent.targets, fates.values().stream().mapToLong(n -> n).sum(), fates::toString);
    assertEquals(sent.maskedTargets, fates.get(Metrics.MASKED));
    assertEquals(3, fates.get(Metrics.LATE));
    assertTrue(
        fates.get(Metrics.REPLACED) > 0 && fates.get(Metrics.CORRECTED) > 0, fates::toString);
    assertEquals(3 * TARGETS.size(), bySeries(forecasts(config)).size());

    Account.OfFile file = Account.ofFile(ofFile(aggregation, sent).job());
    long read = file.groups().values().stream().mapToLong(Account::read).sum();
    assertEquals(sent.targets, read, file::words);
    assertEquals(
        sent.maskedTargets,
        file.groups().values().stream().mapToLong(Account::masked).sum(),
        file::words);
    assertEquals(
        sent.refusedRows, file.refused().values().stream().mapToLong(n -> n).sum(), file::words);
  }

  private static ConfigFile ofFile(String aggregation, Sent sent) throws Exception {
    Path data = Files.writeString(directory.resolve(aggregation + ".csv"), sent.csv);
    return ConfigFile.parse(
        text("offline", aggregation)
            + """
            feed:
              type: file
              file: %s
              time: {column: time}
              stream: stream
              values: {v: v, w: w, c: c}
              badRows: skip
            """
                .formatted(data),
        Map.of());
  }

  /**
   * Of equal append times the higher partition wins, of others the later; in every run, however its
   * tasks read.
   */
  @ParameterizedTest
  @ValueSource(strings = {"last", "mean", "sum"})
  void sameTimeInTwoPartitionsGivesTheSameInEveryRun(String aggregation) throws Exception {
    String topic = "twice-" + aggregation;
    try (Admin admin = Admin.create(client())) {
      NewTopic made =
          new NewTopic(topic, PARTITIONS, (short) 1)
              .configs(
                  Map.of(
                      TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
                      "CreateTime",
                      // what is a year old by these stamps would go within the first minute
                      TopicConfig.RETENTION_MS_CONFIG,
                      "-1"));
      admin.createTopics(List.of(made)).all().get();
    }
    List<Integer> partitions = new ArrayList<>();
    List<byte[]> values = new ArrayList<>();
    List<Long> stamps = new ArrayList<>();
    long stamp = START.plusSeconds(86_400).toEpochMilli();
    for (int partition = PARTITIONS - 1; partition >= 0; partition--) {
      for (int minute = 0; minute < 20; minute++) {
        for (String stream : List.of("equal", "earlier")) {
          partitions.add(partition);
          stamps.add(stream.equals("equal") ? stamp : stamp - partition);
          values.add(
              "{\"stream\":\"%s\",\"time\":\"%s\",\"values\":{\"v\":%d}}"
                  .formatted(stream, START.plusSeconds(60L * minute), 100 + 100 * partition)
                  .getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    publish(topic, partitions, null, values, stamps);
    List<Map<String, String>> runs = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      JobConfig config =
          config(topic + "-" + run, aggregation, "source: {topics: [%s]}\n".formatted(topic));
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig(), false);

      run(config, run == 0 ? 1 : 2);

      List<ForecastRecord> forecasts = forecasts(config);
      assertEquals(40, forecasts.size());
      for (ForecastRecord forecast : forecasts) {
        double median = forecast.quantiles()[forecast.levels().indexOf(0.5)][0];
        assertEquals(forecast.series().startsWith("equal") ? 200 : 100, median, 1e-3);
      }
      assertEquals(Map.of(), letters(config));
      runs.add(bySeries(forecasts));
    }

    assertEquals(runs.get(0), runs.get(1));
    assertEquals(runs.get(1), runs.get(2));
  }

  private static JobConfig config(String domain, String aggregation) {
    return config(domain, aggregation, "");
  }

  private static JobConfig config(String domain, String aggregation, String source) {
    return ConfigFile.parse(source + text(domain, aggregation), Map.of()).job();
  }

  private static String text(String domain, String aggregation) {
    return """
        domain: %s
        kafka: {bootstrapServers: "%s", partitions: %d}
        series:
          step: PT1M
          targets: [v, w]
          covariates: [c]
          aggregation: %s
          variables: {v: {maximum: 1000}, w: {minimum: 0}, c: {maximum: 50}}
        forecast: {horizon: 3}
        retrain: {minimumHistory: 1000000}
        ingest: {maxLate: PT1H}
        """
        .formatted(domain, kafka.bootstrapServers(), PARTITIONS, aggregation);
  }

  private static Properties client() {
    return new KafkaConfig(kafka.bootstrapServers(), "any", Map.of()).clientProperties();
  }

  private static void publish(
      String topic,
      List<Integer> partitions,
      List<String> keys,
      List<byte[]> values,
      List<Long> stamps)
      throws Exception {
    Properties properties = client();
    properties.put("max.in.flight.requests.per.connection", "1");
    List<Future<RecordMetadata>> written = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < values.size(); i++) {
        byte[] key = keys == null ? null : keys.get(i).getBytes(StandardCharsets.UTF_8);
        Long stamp = stamps == null ? null : stamps.get(i);
        written.add(
            producer.send(
                new ProducerRecord<>(topic, partitions.get(i), stamp, key, values.get(i))));
      }
    }
    for (Future<RecordMetadata> one : written) {
      one.get();
    }
  }

  private static Map<String, Object> run(JobConfig config, int parallelism) throws Exception {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(
            parallelism, new JobParts(config).flink());
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.bounded(config));
    return env.execute(config.domain()).getAllAccumulatorResults();
  }

  private static List<ForecastRecord> forecasts(JobConfig config) {
    List<ForecastRecord> forecasts = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().forecast(),
        record -> forecasts.add(ForecastJsonV1.read(record.value())));
    return forecasts;
  }

  private static Map<String, String> bySeries(List<ForecastRecord> forecasts) {
    Map<String, String> bySeries = new TreeMap<>();
    for (ForecastRecord one : forecasts) {
      String text = one.origin() + Arrays.deepToString(one.quantiles()) + "\n";
      bySeries.merge(one.series(), text, String::concat);
    }
    return bySeries;
  }

  private static Map<String, Long> letters(JobConfig config) {
    Map<String, Long> letters = new TreeMap<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().deadLetter(),
        record -> {
          byte[] reason = record.headers().lastHeader(DeadLetter.REASON_HEADER).value();
          letters.merge(new String(reason, StandardCharsets.UTF_8), 1L, Long::sum);
        });
    return letters;
  }
}
