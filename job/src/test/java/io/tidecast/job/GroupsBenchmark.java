package io.tidecast.job;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.Provenance;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How much later do forecasts come while hundreds of groups train, one after the other and without
 * a pause, beside the stream?
 *
 * <p>200 groups of 25 series, each with a model of its own, on two subtasks: an hour of event time
 * every four seconds, which is 1,250 forecasts a second. First a minute without a training; then a
 * boundary comes at which every group is to be trained, and the stream goes on for another 100
 * seconds. Prints, of both, the time from the append of an observation to that of its forecast, and
 * how many trainings ended meanwhile. Takes about four minutes; no build runs it, {@code
 * job/BENCHMARKS.md} has the command. Properties {@code groups} and {@code streams} give other
 * numbers.
 */
final class GroupsBenchmark {
  private static final int PAST = 150;
  private static final int CALM = 15;
  private static final int TRAINING = 25;
  private static final Duration PACE = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static final long EPOCH_HOURS = 1_000;
  private static final long BOUNDARY = 470 * EPOCH_HOURS;
  private static final long FIRST = BOUNDARY - CALM - PAST;

  private final int groups = Integer.getInteger("groups", 200);
  private final int streams = Integer.getInteger("streams", 25);

  private JobConfig config;

  @TempDir Path directory;

  @Test
  void forecastsComeWhileGroupsTrain() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      run(kafka.bootstrapServers());
    }
  }

  private void run(String servers) throws Exception {
    config = config(servers);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.dir", directory.resolve("c").toUri().toString());
    flink.setString("pekko.ask.timeout", "2 min");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    new ForecastJob(config, new JobParts(config).trainer(), champions())
        .addTo(env, KafkaEnds.unbounded(config));
    List<Publisher.Observation> past = new ArrayList<>();
    for (long hour = FIRST; hour < FIRST + PAST; hour++) {
      past.addAll(observations(hour));
    }
    Publisher.publish(config, past);
    JobClient job = env.executeAsync("groups");
    long forecasts = (long) groups * streams * PAST;
    awaitForecasts(forecasts);
    publish(FIRST + PAST, BOUNDARY);
    publish(BOUNDARY, BOUNDARY + TRAINING);
    print();
    job.cancel().get();
  }

  /** As time passes; each stream at its own moment. */
  private void publish(long from, long to) throws Exception {
    long started = System.nanoTime();
    for (long hour = from; hour < to; hour++) {
      List<Publisher.Observation> observations = observations(hour);
      for (int i = 0; i < streams; i++) {
        long due = started + (hour - from) * PACE.toNanos() + i * PACE.toNanos() / streams;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        Publisher.publish(config, List.of(observations.get(i)));
      }
    }
  }

  private void print() throws Exception {
    KafkaConfig kafka = config.kafkaConfig();
    long live = (long) streams * (CALM + TRAINING);
    Map<String, Long> observed = new HashMap<>();
    try (CommittedTopic topic = new CommittedTopic(kafka, List.of(kafka.topics().observation()))) {
      long[] seen = new long[1];
      while (seen[0] < live + (long) streams * PAST) {
        topic.poll(
            Duration.ofMillis(100),
            record -> {
              seen[0]++;
              observed.put(text(record.key()) + timeOf(record.value()), record.timestamp());
            });
      }
    }
    List<Long> calm = new ArrayList<>();
    List<Long> training = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long[] left = {groups * (live + (long) streams * PAST)};
    try (CommittedTopic topic = new CommittedTopic(kafka, List.of(kafka.topics().forecast()))) {
      while (left[0] > 0 && System.nanoTime() < deadline) {
        topic.poll(
            Duration.ofMillis(100),
            record -> {
              left[0]--;
              var forecast = ForecastJsonV1.read(record.value());
              long hour = forecast.origin().toEpochMilli() / HOUR;
              if (hour >= FIRST + PAST) {
                String stream = forecast.series().substring(0, forecast.series().indexOf('/'));
                long latency = record.timestamp() - observed.get(stream + forecast.origin());
                (hour < BOUNDARY ? calm : training).add(latency);
              }
            });
      }
    }
    int[] ended = new int[1];
    try (CommittedTopic topic = new CommittedTopic(kafka, List.of(kafka.topics().model()))) {
      for (int i = 0; i < 20; i++) {
        topic.poll(Duration.ofMillis(100), record -> ended[0]++);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "{\"bench\":\"groups\",\"groups\":%d,\"series\":%d,\"processors\":%d,\"missing\":%d,"
            + "\"calmMillis\":%s,\"trainingMillis\":%s,\"p99Ratio\":%.2f,\"decisions\":%d}%n",
        groups,
        groups * streams,
        Runtime.getRuntime().availableProcessors(),
        left[0],
        percentiles(calm),
        percentiles(training),
        (double) at(training, 99) / at(calm, 99),
        ended[0]);
  }

  private void awaitForecasts(long count) {
    KafkaConfig kafka = config.kafkaConfig();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long[] left = {count};
    try (CommittedTopic topic = new CommittedTopic(kafka, List.of(kafka.topics().forecast()))) {
      while (left[0] > 0 && System.nanoTime() < deadline) {
        topic.poll(Duration.ofMillis(100), record -> left[0]--);
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String timeOf(byte[] observation) {
    return text(observation).replaceFirst(".*\"time\":\"([^\"]+)\".*", "$1");
  }

  private static String percentiles(List<Long> millis) {
    return "{\"count\":%d,\"p50\":%d,\"p95\":%d,\"p99\":%d}"
        .formatted(millis.size(), at(millis, 50), at(millis, 95), at(millis, 99));
  }

  private static long at(List<Long> values, int percent) {
    long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[(sorted.length - 1) * percent / 100];
  }

  private static double value(int stream, int group, long hour) {
    double day = Math.sin(2 * Math.PI * (hour + stream + group % 24) / 24);
    return Math.round(100 * (50 + 10 * day + (hour * 7919 + stream * 31 + group) % 13 / 3.0))
        / 100.0;
  }

  private List<Publisher.Observation> observations(long hour) {
    List<Publisher.Observation> all = new ArrayList<>();
    for (int stream = 0; stream < streams; stream++) {
      int of = stream;
      String values =
          IntStream.range(0, groups)
              .mapToObj(group -> "\"%s\":%s".formatted(variable(group), value(of, group, hour)))
              .collect(Collectors.joining(","));
      all.add(
          new Publisher.Observation(
              stream % 2,
              "s" + stream,
              "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{%s}}"
                  .formatted(stream, Instant.ofEpochMilli(hour * HOUR), values)));
    }
    return all;
  }

  private static String variable(int group) {
    return "v%03d".formatted(group);
  }

  /** One training, under the names of all groups. */
  private Champions champions() throws Exception {
    List<Stretch> windows = new ArrayList<>();
    for (int stream = 0; stream < streams; stream++) {
      float[][] rows = new float[PAST][];
      for (int i = 0; i < PAST; i++) {
        rows[i] = new float[] {(float) value(stream, 0, FIRST + i)};
      }
      windows.add(new Stretch("s" + stream + "/v000", FIRST + PAST - 1, rows));
    }
    ForecastModel model =
        ((TrainingResult.Chosen)
                new Trainer(config.groups().get(variable(0)), new JobParts(config).recipe())
                    .choose(windows, new TrainingRun("v000", 1, 1, "b"), TrainingListener.NONE))
            .model();
    List<Path> files = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      Provenance made = model.provenance();
      Provenance its =
          new Provenance(
              variable(group),
              1,
              "",
              made.seed(),
              made.firstStep(),
              made.lastStep(),
              made.windows(),
              made.series(),
              made.codeVersion(),
              made.pinball());
      files.add(
          Files.write(
              directory.resolve(variable(group)),
              ModelArtifact.write(
                  ModelArtifact.seal(
                      model.config(),
                      model.layers(),
                      model.head().orElse(null),
                      model.highway().orElse(null),
                      its))));
    }
    return Champions.read(files, config.groups());
  }

  private JobConfig config(String servers) throws Exception {
    String targets =
        IntStream.range(0, groups)
            .mapToObj(GroupsBenchmark::variable)
            .collect(Collectors.joining(", "));
    return JobConfig.read(
        Files.writeString(
            directory.resolve("config.yaml"),
            """
            domain: groups
            kafka: {bootstrapServers: "%s", partitions: 2}
            series: {step: PT1H, season: P1D, targets: [%s], history: 72}
            forecast: {horizon: 12}
            retrain: {epoch: PT%dH, lead: PT500H, minimumHistory: 1000}
            """
                .formatted(servers, targets, EPOCH_HOURS)));
  }
}
