package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertLinesMatch;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.CommittedValues;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.Publisher;
import io.tidecast.job.Recipes;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job forecasts what a plain loop over the same observations does, to the bit: closed steps
 * through {@link SeriesForecaster}, trainings by {@link Trainer} and {@link PromotionGate} at the
 * same boundaries.
 */
class JobEqualsPlainLoopITCase {
  private static final long SEED = 7;
  private static final int STEPS = 1100;
  private static final int WINDOW = 24;
  private static final int MINIMUM_HISTORY = 480;
  private static final Duration STEP = Duration.ofHours(1);
  private static final Duration EPOCH = Duration.ofDays(5);
  private static final Duration LEAD = Duration.ofHours(6);
  @TempDir Path directory;

  /** By series: value by index of the step, as text; some are missing, once many in a row. */
  private static Map<String, TreeMap<Long, String>> observations() {
    Random random = new Random(SEED);
    Map<String, TreeMap<Long, String>> series = new TreeMap<>();
    for (String stream : List.of("a", "b")) {
      TreeMap<Long, String> values = new TreeMap<>();
      for (long index = 1; index <= STEPS; index++) {
        // another rhythm, which the first model has not seen
        int period = index < 560 ? 24 : 15;
        double value =
            20 + 4 * Math.sin(2 * Math.PI * index / period) + 0.5 * random.nextGaussian();
        boolean isInLongGap = stream.equals("b") && index > 500 && index <= 540;
        if (random.nextInt(20) > 0 && !isInLongGap) {
          values.put(index, String.format(Locale.ROOT, "%.3f", value));
        }
      }
      series.put(stream, values);
    }
    return series;
  }

  @Test
  void jobForecastsWhatAPlainLoopDoes() throws Exception {
    Map<String, TreeMap<Long, String>> observations = observations();
    try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"))) {
      JobConfig config = config(kafka.bootstrapServers());
      TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
      publish(config, observations);
      run(config);
      CommittedValues found =
          CommittedValues.of(config.kafkaConfig(), config.kafkaConfig().topics().forecast());

      PlainLoop loop = new PlainLoop(config, observations);
      loop.train();
      Map<String, List<String>> expected = loop.forecasts();

      // the last may hold for origins after the end only
      Collection<ForecastModel> served =
          loop.versions.headMap(time(STEPS).toEpochMilli(), true).values();
      assertTrue(served.size() >= 2, "served: " + served.size());
      assertEquals(expected.keySet(), found.values().keySet());
      expected.forEach((key, lines) -> assertLinesMatch(lines, found.values().get(key), key));
      for (ForecastModel model : served) {
        String version = "\"model\":\"" + model.version() + "\"";
        assertTrue(found.all().stream().anyMatch(line -> line.contains(version)), version);
      }
    }
  }

  private JobConfig config(String bootstrapServers) throws Exception {
    return JobConfig.read(
        Files.writeString(
            directory.resolve("config.yaml"),
            """
            domain: parity
            kafka: {bootstrapServers: "%s", partitions: 2}
            series: {step: %s, season: PT24H, targets: [value], history: 48}
            forecast: {horizon: 6}
            model: {hidden: 4}
            retrain: {epoch: %s, lead: %s, minimumHistory: %d, window: %d, seed: %d,
                      drift: false, watch: 0}
            """
                .formatted(bootstrapServers, STEP, EPOCH, LEAD, MINIMUM_HISTORY, WINDOW, SEED)));
  }

  private static void publish(JobConfig config, Map<String, TreeMap<Long, String>> observations)
      throws Exception {
    List<Publisher.Observation> all = new ArrayList<>();
    observations.forEach(
        (stream, values) ->
            values.forEach(
                (index, value) ->
                    all.add(
                        new Publisher.Observation(
                            stream.equals("a") ? 0 : 1,
                            stream,
                            "{\"stream\":\"%s\",\"time\":\"%s\",\"values\":{\"value\":%s}}"
                                .formatted(stream, time(index), value)))));
    Publisher.publish(config, all);
  }

  private static Instant time(long index) {
    return Instant.EPOCH.plus(STEP.multipliedBy(index));
  }

  private void run(JobConfig config) throws Exception {
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "500 ms");
    flink.setString(
        "execution.checkpointing.dir", directory.resolve("checkpoints").toUri().toString());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    ChallengerTrainer trainer =
        new ChallengerTrainer(
            config.groups(),
            Recipes.UNFINISHED,
            new ChallengerTrainer.Rules(0, false, false),
            "test");
    new ForecastJob(config, trainer).addTo(env, KafkaEnds.bounded(config));
    env.execute("parity");
  }

  /** Windows, trainings and forecasts without a stream. */
  private static final class PlainLoop {
    private final ForecasterConfig forecaster;
    private final Map<String, TreeMap<Long, String>> observations;

    /** By first origin, milliseconds. */
    private final TreeMap<Long, ForecastModel> versions = new TreeMap<>();

    private record Known(long knownAt, Stretch window) {}

    PlainLoop(JobConfig config, Map<String, TreeMap<Long, String>> observations) {
      forecaster = config.groups().get("value");
      this.observations = observations;
    }

    /** Stretches of {@link #WINDOW} steps, cut short by a gap that is not bridged. */
    private List<Known> windows() {
      List<Known> windows = new ArrayList<>();
      observations.forEach(
          (stream, values) -> {
            List<float[]> rows = new ArrayList<>();
            long last = values.firstKey() - 1;
            for (Map.Entry<Long, String> entry : values.entrySet()) {
              long index = entry.getKey();
              if (index - last - 1 > forecaster.maxGap()) {
                add(windows, stream, last, index, rows);
              } else {
                for (long missing = last + 1; missing < index; missing++) {
                  rows.add(new float[] {Float.NaN});
                }
              }
              rows.add(new float[] {Float.parseFloat(entry.getValue())});
              last = index;
              if (rows.size() >= WINDOW) {
                add(windows, stream, last, index, rows);
              }
            }
          });
      return windows;
    }

    private static void add(
        List<Known> windows, String stream, long end, long completedBy, List<float[]> rows) {
      if (!rows.isEmpty()) {
        Stretch window = new Stretch(stream + "/value", end, rows.toArray(float[][]::new));
        windows.add(new Known(time(completedBy).toEpochMilli(), window));
        rows.clear();
      }
    }

    void train() {
      List<Known> windows = windows();
      TreeSet<Long> boundaries = new TreeSet<>();
      long epoch = EPOCH.toMillis();
      windows.forEach(known -> boundaries.add((known.knownAt() + epoch - 1) / epoch * epoch));
      Optional<ForecastModel> champion = Optional.empty();
      int sequence = 0;
      for (long boundary : boundaries) {
        List<Stretch> known =
            windows.stream().filter(w -> w.knownAt() <= boundary).map(Known::window).toList();
        if (known.stream().mapToInt(window -> window.values().length).sum() >= MINIMUM_HISTORY) {
          sequence++;
          Optional<ForecastModel> promoted = challenge(known, champion, boundary, sequence);
          promoted.ifPresent(model -> versions.put(boundary + LEAD.toMillis(), model));
          champion = promoted.or(() -> versions.values().stream().reduce((a, b) -> b));
        }
      }
    }

    private Optional<ForecastModel> challenge(
        List<Stretch> windows, Optional<ForecastModel> champion, long boundary, int sequence) {
      TrainingRun run =
          new TrainingRun("value", sequence, Hashing.mix("value@" + boundary, SEED), "test");
      Trainer trainer = new Trainer(forecaster, Recipes.UNFINISHED);
      TrainingResult result =
          champion
              .map(start -> trainer.choose(windows, start, run, TrainingListener.NONE))
              .orElseGet(() -> trainer.choose(windows, run, TrainingListener.NONE));
      if (!(result instanceof TrainingResult.Chosen trained)) {
        return Optional.empty();
      }
      PromotionGate gate = new PromotionGate(forecaster);
      PromotionGate.Scores scores =
          champion
              .map(serving -> gate.score(trained, serving))
              .orElseGet(() -> gate.score(trained));
      return scores.promotes(0)
          ? Optional.of(trainer.complete(trained, TrainingListener.NONE))
          : Optional.empty();
    }

    Map<String, List<String>> forecasts() {
      SeriesForecaster loop = new SeriesForecaster(forecaster, 1);
      Map<String, List<String>> forecasts = new TreeMap<>();
      observations.forEach(
          (stream, values) -> {
            SeriesState state = loop.newState();
            List<String> lines = new ArrayList<>();
            values.forEach(
                (index, value) -> {
                  ClosedStep step = new ClosedStep(index, Float.parseFloat(value), new float[0]);
                  Map.Entry<Long, ForecastModel> version =
                      versions.floorEntry(time(index).toEpochMilli());
                  loop.step(state, step, version == null ? null : version.getValue())
                      .forecast()
                      .ifPresent(forecast -> lines.add(json(stream + "/value", forecast)));
                });
            forecasts.put(stream + "/value", lines);
          });
      return forecasts;
    }

    private String json(String series, Forecast forecast) {
      ForecastRecord record =
          new ForecastRecord(
              series,
              time(forecast.origin()),
              STEP,
              forecaster.horizon(),
              forecaster.levels().values(),
              forecast.quantiles(),
              forecast.version(),
              forecast.quality().label());
      return new String(ForecastJsonV1.write(record), StandardCharsets.UTF_8);
    }
  }
}
