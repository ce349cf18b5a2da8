package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.connectors.serde.ObservationJsonV1;
import io.tidecast.job.CommittedValues;
import io.tidecast.job.ForecastJob;
import io.tidecast.job.JobParts;
import io.tidecast.job.KafkaEnds;
import io.tidecast.job.Recipes;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.ChallengerTrainer;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.Grid;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an online backtest measures is what the job serves. */
class OnlineReplayITCase {
  private static final int STEPS = 1000;
  private static final Duration STEP = Duration.ofHours(1);
  private static final long HIDDEN = 350;
  @TempDir static Path directory;
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
  }

  @AfterAll
  static void stopBroker() throws Exception {
    kafka.close();
  }

  @Test
  void onlineBacktestForecastsWhatTheJobDoes() throws Exception {
    JobConfig config = config("online");

    Map<String, ForecastRecord> served = assertServesWhatIsReplayed(config, observations());

    Set<String> versions = versions(served);
    assertTrue(versions.size() >= 3, "no model, a first and a second one: " + versions);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "months|step: P1M, season: P1Y, zone: Europe/Berlin|P10Y",
        "days|step: P1D, season: P1W, sessions: {holidays: [1970-12-25, 1971-01-01]}|P6M"
      })
  void stepsOfTheCalendarAreForecastWithTheirTargetTimes(String domain, String steps, String epoch)
      throws Exception {
    JobConfig config =
        parse(domain, steps, "retrain: {epoch: %s, minimumHistory: 500}".formatted(epoch));
    Grid grid = config.series().grid();
    List<ObservationRecord> observations = new ArrayList<>();
    for (long index = 1; index <= 500; index++) {
      double load = 20 + 4 * Math.sin(2 * Math.PI * index / 12) + index % 7;
      for (String stream : List.of("a", "b")) {
        observations.add(
            new ObservationRecord(
                stream, Instant.ofEpochMilli(grid.end(index)), Map.of("load", load)));
      }
    }

    Map<String, ForecastRecord> served = assertServesWhatIsReplayed(config, observations);

    assertTrue(versions(served).size() >= 2, "no model and one: " + versions(served));
    for (ForecastRecord record : served.values()) {
      long origin = grid.indexOf(record.origin().toEpochMilli());
      for (int lead = 1; lead <= 6; lead++) {
        assertEquals(Instant.ofEpochMilli(grid.end(origin + lead)), record.targets().get(lead - 1));
      }
    }
  }

  @Test
  void aFileThatTellsOfThePricesToComeIsForecastAsInABacktest() throws Exception {
    Path file = Files.writeString(directory.resolve("prices.csv"), prices());
    JobConfig config =
        JobConfig.read(
            Files.writeString(
                directory.resolve("known.yaml"),
                """
                domain: known
                kafka: {bootstrapServers: "%s", partitions: 2}
                series:
                  step: PT1H
                  season: PT12H
                  targets: [load]
                  covariates: [wind, price]
                  knownFuture: [price]
                  history: 48
                forecast: {horizon: 6}
                model: {hidden: 4}
                retrain: {epoch: P10D, lead: PT6H, minimumHistory: 600, window: 24}
                feed:
                  type: file
                  file: %s
                  time: {column: time, format: rfc3339}
                  stream: stream
                  values: {load: load, wind: wind, price: price}
                """
                    .formatted(kafka.bootstrapServers(), file)));
    List<ObservationRecord> rows = config.fileFeed().observations();
    List<ObservationRecord> published = new ArrayList<>();
    new JobParts(config)
        .feed(Instant.EPOCH)
        .rows()
        .forEachRemaining(row -> published.add(row.observation()));
    // of a step that is closed nothing can be known beforehand: the origins had to do without it
    published.add(
        published.size() / 2, new ObservationRecord("a", time(HIDDEN), Map.of("price", 50.0)));

    Map<String, ForecastRecord> served = assertServesWhatIsReplayed(config, published, rows);

    // a load of noise of deviation 1 and twice a price of deviation 1: told, the mean error is 0.8,
    // and 1.8 without
    assertEquals(0.8, error(served, rows, record -> true), 0.3);
    // where nothing was told of the target there is less to go by
    assertTrue(error(served, rows, OnlineReplayITCase::isHidden) > 1.2);
  }

  /** Of all steps but a few the price is known. */
  private static boolean isHidden(long index) {
    return index % 10 == 0;
  }

  /** Mean error of the medians since there has been a model. */
  private static double error(
      Map<String, ForecastRecord> served, List<ObservationRecord> rows, LongPredicate targets) {
    Map<String, Double> loads = new TreeMap<>();
    for (ObservationRecord row : rows) {
      if (row.values().containsKey("load")) {
        loads.put(row.stream() + "/load@" + row.time(), row.values().get("load"));
      }
    }
    double sum = 0;
    int count = 0;
    for (ForecastRecord record : served.values()) {
      for (int lead = 1; lead <= 6 && record.quality().equals("model"); lead++) {
        Instant target = record.origin().plus(STEP.multipliedBy(lead));
        Double load = loads.get(record.series() + "@" + target);
        if (load != null && targets.test(Duration.between(Instant.EPOCH, target).toHours())) {
          sum += Math.abs(load - record.quantiles()[3][lead - 1]);
          count++;
        }
      }
    }
    assertTrue(count > 100, count + " targets");
    return sum / count;
  }

  /** Two streams; now and then a price is missing or no number; the last ones are of the future. */
  private static String prices() {
    Random random = new Random(7);
    StringBuilder csv = new StringBuilder("time,stream,load,wind,price\n");
    for (long index = 1; index <= STEPS + 6; index++) {
      for (String stream : List.of("a", "b")) {
        double price = random.nextGaussian();
        double load = 20 + 2 * price + random.nextGaussian();
        String told = !isHidden(index) ? String.valueOf(price) : index % 20 == 0 ? "" : "NA";
        String seen = index <= STEPS ? load + "," + random.nextGaussian() : ",";
        csv.append(time(index)).append(',').append(stream).append(',').append(seen);
        csv.append(',').append(told).append('\n');
      }
    }
    return csv.toString();
  }

  private static Set<String> versions(Map<String, ForecastRecord> served) {
    return served.values().stream().map(ForecastRecord::model).collect(Collectors.toSet());
  }

  /** The forecasts of the job, which are those of an online backtest. */
  private static Map<String, ForecastRecord> assertServesWhatIsReplayed(
      JobConfig config, List<ObservationRecord> observations) throws Exception {
    return assertServesWhatIsReplayed(config, observations, observations);
  }

  /**
   * @param published to the job, in order
   * @param observations that an online backtest reads
   */
  private static Map<String, ForecastRecord> assertServesWhatIsReplayed(
      JobConfig config, List<ObservationRecord> published, List<ObservationRecord> observations)
      throws Exception {
    ChallengerTrainer trainer =
        new ChallengerTrainer(
            config.groups(),
            Recipes.UNFINISHED,
            new ChallengerTrainer.Rules(0, false, true),
            "test");
    Map<String, ForecastRecord> served = run(config, published, new ForecastJob(config, trainer));
    Grid grid = config.series().grid();
    List<SeriesHistory> series = SeriesHistory.byGroup(config, observations).get("load");
    OnlineReplay replay =
        OnlineReplay.of(config, trainer, "load", series, Long.MAX_VALUE, Phases.SILENT);
    int count = 0;
    for (SeriesHistory history : series) {
      SeriesForecaster forecaster =
          new SeriesForecaster(config.groups().get("load"), Integer.MAX_VALUE);
      SeriesState state = forecaster.newState();
      for (SeriesStep step : history.steps()) {
        long origin = step.step().index();
        Optional<Forecast> forecast =
            forecaster.step(state, step.step(), replay.serving(origin).orElse(null)).forecast();
        if (forecast.isPresent()) {
          ForecastRecord record =
              served.get(history.series() + "@" + Instant.ofEpochMilli(grid.end(origin)));
          assertEquals(forecast.get().version(), record.model(), record.toString());
          float[][] written = asWritten(record, forecast.get().quantiles());
          for (int j = 0; j < record.quantiles().length; j++) {
            assertArrayEquals(written[j], record.quantiles()[j], 0);
          }
          count++;
        }
      }
    }
    assertEquals(served.size(), count);
    return served;
  }

  /** With the digits that the wire has. */
  private static float[][] asWritten(ForecastRecord like, float[][] quantiles) {
    ForecastRecord record =
        new ForecastRecord(
            like.series(),
            like.origin(),
            like.step(),
            like.horizon(),
            like.levels(),
            quantiles,
            like.model(),
            like.quality());
    return ForecastJsonV1.read(ForecastJsonV1.write(record)).quantiles();
  }

  @Test
  void aJobThatStartsWithAModelServesItFromTheBeginning() throws Exception {
    JobConfig config = config("started");
    List<ObservationRecord> observations = observations();
    ForecastModel model =
        new OfflineTraining(config, Phases.SILENT).train(observations).get(0).model();
    Path file = Files.write(directory.resolve("model.safetensors"), ModelArtifact.write(model));
    Champions champions = Champions.read(List.of(file), config.groups());
    ChallengerTrainer trainer =
        new ChallengerTrainer(
            config.groups(),
            Recipes.UNFINISHED,
            new ChallengerTrainer.Rules(0, false, true),
            "test");

    Map<String, ForecastRecord> served =
        run(config, observations, new ForecastJob(config, trainer, champions));

    for (ForecastRecord record : served.values()) {
      if (record.origin().isBefore(time(400))) {
        assertTrue(
            record.model().equals(model.version()) || record.quality().equals("naive"),
            record.toString());
      }
    }
    long early =
        served.values().stream()
            .filter(record -> record.origin().isBefore(time(400)))
            .filter(record -> record.model().equals(model.version()))
            .count();
    assertTrue(early > 500, early + " of the first 800 forecasts");
  }

  private static JobConfig config(String domain) throws Exception {
    return parse(
        domain,
        "step: %s, season: PT12H, covariates: [wind]".formatted(STEP),
        "retrain: {epoch: P5D, lead: PT6H, minimumHistory: 900, window: 24}");
  }

  private static JobConfig parse(String domain, String series, String retrain) throws Exception {
    return JobConfig.read(
        Files.writeString(
            directory.resolve(domain + ".yaml"),
            """
            domain: %s
            kafka: {bootstrapServers: "%s", partitions: 2}
            series: {targets: [load], history: 48, %s}
            forecast: {horizon: 6}
            model: {hidden: 4}
            %s
            """
                .formatted(domain, kafka.bootstrapServers(), series, retrain)));
  }

  /** Two streams, in order of time; values are missing, once more than are bridged. */
  private static List<ObservationRecord> observations() {
    Random random = new Random(5);
    List<ObservationRecord> observations = new ArrayList<>();
    for (long index = 1; index <= STEPS; index++) {
      // another rhythm, which the first model has not seen
      int period = index < 500 ? 12 : 9;
      for (String stream : List.of("a", "b")) {
        double load = 20 + 4 * Math.sin(2 * Math.PI * index / period) + random.nextGaussian();
        double wind = random.nextGaussian();
        boolean inGap = stream.equals("b") && index > 600 && index < 640;
        if (random.nextInt(20) > 0 && !inGap) {
          observations.add(
              new ObservationRecord(
                  stream,
                  time(index),
                  random.nextInt(20) > 0
                      ? Map.of("load", load, "wind", wind)
                      : Map.of("wind", wind)));
        }
      }
    }
    return observations;
  }

  private static Instant time(long index) {
    return Instant.EPOCH.plus(STEP.multipliedBy(index));
  }

  /** Forecasts by series and origin. */
  private static Map<String, ForecastRecord> run(
      JobConfig config, List<ObservationRecord> observations, ForecastJob job) throws Exception {
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    String topic = config.kafkaConfig().topics().observation();
    Properties properties = config.kafkaConfig().clientProperties();
    // of several requests under way to a topic just created the first may be refused and come last
    properties.put("max.in.flight.requests.per.connection", "1");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ObservationRecord record : observations) {
        producer.send(
            new ProducerRecord<>(
                topic,
                record.stream().equals("a") ? 0 : 1,
                record.stream().getBytes(StandardCharsets.UTF_8),
                ObservationJsonV1.write(record)));
      }
    }
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "500 ms");
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2, flink);
    job.addTo(env, KafkaEnds.bounded(config));
    env.execute(config.domain());
    Map<String, ForecastRecord> forecasts = new TreeMap<>();
    for (String line :
        CommittedValues.of(config.kafkaConfig(), config.kafkaConfig().topics().forecast()).all()) {
      ForecastRecord record = ForecastJsonV1.read(line.getBytes(StandardCharsets.UTF_8));
      forecasts.put(record.series() + "@" + record.origin(), record);
    }
    return forecasts;
  }
}
