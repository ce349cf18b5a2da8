package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import io.tidecast.job.state.Outcome;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code -Dflights=nycflights13_weather.csv.gz} takes a year of real weather, else a few weeks of
 * three made-up stations serve.
 *
 * <p>A stream that is shuffled within two hours, of which some comes up to two days late and some
 * twice, over three partitions: after the last correction the forecasts are those of the stream in
 * order, whatever fails in between, and two runs are equal. Models are swapped meanwhile, and they
 * are the same ones for either stream.
 */
class LateDataITCase {
  private static final String FLIGHTS = System.getProperty("flights", "");
  private static final int HOURS = FLIGHTS.isEmpty() ? 500 : 8_735;
  private static final int LAST_DISORDER = HOURS - 100;
  private static final int STREAMS = 5;
  private static final Instant START = Instant.parse("2013-01-01T00:00:00Z");
  @TempDir static Path directory;
  private static EmbeddedKafka kafka;
  private static List<ForecastModel> models;
  private static JobRun ordered;
  private static JobRun late;

  /** One row, and when it is sent: hours after the start. */
  private record Row(int stream, int hour, double value, double sent) {
    Publisher.Observation toPartition(int partition, boolean isKeyed) {
      return new Publisher.Observation(
          partition,
          isKeyed ? "s" + stream : null,
          "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":%s,\"c\":%d}}"
              .formatted(stream, START.plusSeconds(3600L * hour), value, hour % 7));
    }
  }

  @BeforeAll
  static void runInOrderAndNot() throws Exception {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
    JobConfig config = created("ordered");
    models = List.of(trained(config, 1), trained(config, 2), trained(config, 3));
    publish(config, inOrder(), true);
    ordered = bounded(config);
    JobConfig disordered = created("late");
    publish(disordered, delivered(true), true);
    late = bounded(disordered);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  private static JobConfig created(String domain) throws Exception {
    Path file = directory.resolve(domain + ".yaml");
    Files.writeString(
        file,
        """
        domain: %s
        kafka: {bootstrapServers: "%s", partitions: 3}
        series: {step: PT1H, season: PT24H, targets: [a], covariates: [c], history: 60}
        forecast: {horizon: 6}
        model: {cell: lstm, hidden: 8}
        retrain: {epoch: P5D, lead: PT2H, minimumHistory: 48}
        """
            .formatted(domain, kafka.bootstrapServers()));
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    return config;
  }

  private static double value(int stream, int hour) {
    double noise = new Random(1_000L * stream + hour).nextGaussian();
    return Math.round(
            1000 * (10 + stream + 4 * Math.sin(2 * Math.PI * hour / 24) + 0.01 * hour + noise))
        / 1000.0;
  }

  private static List<Row> inOrder() {
    return FLIGHTS.isEmpty() ? madeUp() : flights();
  }

  private static List<Row> flights() {
    List<String> stations = List.of("EWR", "JFK", "LGA");
    List<Row> rows = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(Path.of(FLIGHTS)))))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",");
        if (!fields[5].equals("NA")) {
          Instant time = Instant.parse(fields[fields.length - 1]);
          int hour = (int) Duration.between(START, time).toHours();
          double value = Double.parseDouble(fields[5]);
          rows.add(new Row(stations.indexOf(fields[0]), hour, value, hour));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    rows.sort(Comparator.comparingInt(Row::hour).thenComparingInt(Row::stream));
    return rows;
  }

  private static List<Row> madeUp() {
    List<Row> rows = new ArrayList<>();
    for (int hour = 1; hour <= HOURS; hour++) {
      for (int stream = 0; stream < STREAMS; stream++) {
        if ((hour + stream) % 40 != 0) {
          rows.add(new Row(stream, hour, value(stream, hour), hour));
        }
      }
    }
    return rows;
  }

  /**
   * As it comes.
   *
   * @param revised whether some values are sent wrong first
   */
  private static List<Row> delivered(boolean revised) {
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>();
    for (Row row : inOrder()) {
      double delay = row.hour > LAST_DISORDER ? 0 : 2 * random.nextDouble();
      if (row.hour <= LAST_DISORDER && random.nextInt(100) < 3) {
        delay = 48 * random.nextDouble();
      }
      if (row.hour <= LAST_DISORDER && random.nextInt(100) < 2 && revised) {
        // as it was first measured: what is sent later replaces it
        rows.add(new Row(row.stream, row.hour, row.value + 20, row.hour));
        delay += 1;
      }
      rows.add(new Row(row.stream, row.hour, row.value, row.hour + delay));
      if (random.nextInt(100) < 5) {
        rows.add(new Row(row.stream, row.hour, row.value, row.hour + delay + random.nextInt(9)));
      }
    }
    rows.sort(Comparator.comparingDouble(Row::sent));
    return rows;
  }

  private static void publish(JobConfig config, List<Row> rows, boolean byStream) throws Exception {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      observations.add(row.toPartition((byStream ? row.stream : i) % 3, byStream));
    }
    Publisher.publish(config, observations);
  }

  /** The models are the same whatever the windows hold: what differs is the past of the series. */
  private static GroupTrainer promoting() {
    return request -> {
      ForecastModel model = models.get(Math.min(models.size(), request.sequence()) - 1);
      return GroupTrainer.Result.ofTraining(
          new Outcome.Promoted(
              model.version(), ModelArtifact.write(model), "", Outcome.Losses.NONE));
    };
  }

  private static ForecastModel trained(JobConfig config, int sequence) {
    ForecasterConfig how = config.groups().get("a");
    float[][] values = new float[400][];
    for (int hour = 0; hour < values.length; hour++) {
      values[hour] = new float[] {(float) value(sequence, hour), hour % 7};
    }
    TrainingResult result =
        new Trainer(how, Recipes.TINY)
            .choose(
                List.of(new Stretch("s", values.length, values)),
                new TrainingRun("a", sequence, sequence, "test"),
                TrainingListener.NONE);
    return ((TrainingResult.Chosen) result).model();
  }

  private static JobRun bounded(JobConfig config) throws Exception {
    try (JobOnCluster job = start(config, true, 2, null)) {
      job.awaitEnd();
    }
    return JobRun.of(config);
  }

  private static JobOnCluster start(JobConfig config, boolean ends, int subtasks, String savepoint)
      throws Exception {
    return JobOnCluster.start(
        config,
        ends ? KafkaEnds.bounded(config) : KafkaEnds.unbounded(config),
        promoting(),
        subtasks,
        new Configuration(),
        checkpoints(config),
        savepoint);
  }

  private static Path checkpoints(JobConfig config) {
    return directory.resolve("checkpoints-" + config.domain());
  }

  @Test
  void afterTheLastCorrectionForecastsAreThoseOfTheOrderedStream() {
    int compared = assertSameAfterTheLastCorrection(late);

    assertTrue(compared > 150, compared + " compared");
    assertTrue(late.forecasts().values().get("s0/a").get(400).contains("\"model\":\"a-"));
    assertEquals(Map.of(), late.deadLetters().values());
    assertTrue(differing() > 50, "before it they differ");
  }

  /** Everything that was sent has come by then. */
  private static int assertSameAfterTheLastCorrection(JobRun run) {
    Map<String, Integer> lastSent = new HashMap<>();
    delivered(true).stream()
        .filter(row -> row.sent > row.hour)
        .filter(row -> row.hour <= LAST_DISORDER)
        .forEach(row -> lastSent.merge("s" + row.stream + "/a", (int) row.sent + 2, Math::max));
    int compared = 0;
    List<String> others = new ArrayList<>();
    Map<String, Map<String, String>> found = byOrigin(run);
    for (var series : byOrigin(ordered).entrySet()) {
      Instant from = START.plusSeconds(3600L * lastSent.get(series.getKey()));
      for (var forecast : series.getValue().entrySet()) {
        if (!Instant.parse(forecast.getKey()).isBefore(from)) {
          compared++;
          if (!forecast.getValue().equals(found.get(series.getKey()).get(forecast.getKey()))) {
            others.add(series.getKey() + " " + forecast.getKey());
          }
        }
      }
    }
    assertEquals(List.of(), others);
    return compared;
  }

  private static long differing() {
    Map<String, Map<String, String>> found = byOrigin(late);
    return byOrigin(ordered).entrySet().stream()
        .flatMap(
            series ->
                series.getValue().entrySet().stream()
                    .filter(
                        one ->
                            !one.getValue().equals(found.get(series.getKey()).get(one.getKey()))))
        .count();
  }

  private static Map<String, Map<String, String>> byOrigin(JobRun run) {
    Map<String, Map<String, String>> found = new TreeMap<>();
    run.forecasts()
        .values()
        .forEach(
            (series, values) -> {
              Map<String, String> own = new TreeMap<>();
              values.forEach(
                  value -> own.put(value.replaceFirst(".*\"origin\":\"([^\"]+)\".*", "$1"), value));
              assertEquals(values.size(), own.size(), series + " has an origin twice");
              found.put(series, own);
            });
    return found;
  }

  @Test
  void everyScenarioGivesTheSameBytes() throws Exception {
    List<Row> rows = delivered(true);
    JobConfig killed = created("killed");
    publish(killed, rows, true);
    try (JobOnCluster job = start(killed, true, 3, null)) {
      job.awaitCheckpoints(1);
      job.kill();
      job.awaitCheckpoints(1);
      job.kill();
      job.awaitEnd();
    }
    new Guarantee.SameAs(late).check(JobRun.of(killed));

    JobConfig rescaled = created("rescaled");
    int[] subtasks = {2, 3, 1};
    String savepoint = null;
    for (int part = 0; part < 3; part++) {
      publish(rescaled, rows.subList(part * rows.size() / 3, (part + 1) * rows.size() / 3), true);
      try (JobOnCluster job = start(rescaled, part == 2, subtasks[part], savepoint)) {
        if (part < 2) {
          job.awaitCheckpoints(3);
          savepoint = job.stop(checkpoints(rescaled));
        } else {
          job.awaitEnd();
        }
      }
    }
    new Guarantee.SameAs(late).check(JobRun.of(rescaled));
  }

  /** Records that go round the partitions: which is appended first is not told by their order. */
  @Test
  void withoutKeysNothingIsLostEither() throws Exception {
    JobConfig first = created("keyless-1");
    publish(first, delivered(false), false);
    JobConfig second = created("keyless-2");
    publish(second, delivered(false), false);

    JobRun run = bounded(first);

    assertTrue(assertSameAfterTheLastCorrection(run) > 150);
    assertEquals(Map.of(), run.deadLetters().values());
    new Guarantee.SameAs(run).check(bounded(second));
  }
}
