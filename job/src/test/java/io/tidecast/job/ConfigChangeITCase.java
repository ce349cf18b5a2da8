package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.DeadLetterSink;
import io.tidecast.connectors.kafka.ExactlyOnce;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.KeyedBytesSink;
import io.tidecast.connectors.kafka.RawRecordSource;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.kafka.Ticks;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One savepoint, gone on from under another configuration each time; and savepoints that earlier
 * versions made of the same observations, under the same one.
 *
 * <p>{@code -Dsavepoint.keep=FILE} stores the savepoint of this version, for the resources of this
 * package: one more whenever what is stored has changed.
 */
class ConfigChangeITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int STREAMS = 2;

  /** Steps before the savepoint, a training among them, and after it. */
  private static final int BEFORE = 500;

  private static final int AFTER = 30;

  @TempDir static Path directory;

  private static EmbeddedKafka kafka;
  private static ConfigFile file;
  private static String savepoint;
  private static int run;

  @BeforeAll
  static void takeASavepoint() throws Exception {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
    file =
        ConfigFile.parse(
            """
            domain: plant
            kafka: {bootstrapServers: "%s", partitions: 1}
            series:
              step: PT1H
              season: PT24H
              targets: ["load (kW)"]
              history: 48
              variables: {"load (kW)": {maximum: 100}}
            forecast: {horizon: 6, evaluationPeriod: PT6H}
            model: {cell: none}
            retrain: {epoch: P10D, lead: PT1H, every: P10D, minimumHistory: 700, window: 6}
            """
                .formatted(kafka.bootstrapServers()),
            Map.of());
    JobConfig config = file.job();
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    publish(config, 0, BEFORE);
    Running running = start(config, null);
    try {
      List<ForecastRecord> before = running.await(time(BEFORE - 2));
      assertEquals(
          "model",
          before.get(before.size() - 1).quality(),
          () -> CommittedValues.of(running.out, running.out.topics().model()).all().toString());
      savepoint =
          running
              .job
              .stopWithSavepoint(
                  false,
                  directory.resolve("savepoints").toUri().toString(),
                  SavepointFormatType.CANONICAL)
              .get(1, TimeUnit.MINUTES);
    } finally {
      running.end();
    }
    String keep = System.getProperty("savepoint.keep");
    if (keep != null) {
      try (OutputStream kept = new GZIPOutputStream(Files.newOutputStream(Path.of(keep)))) {
        Files.copy(Path.of(URI.create(savepoint)).resolve("_metadata"), kept);
      }
    }
    publish(config, BEFORE, BEFORE + AFTER);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  private static void publish(JobConfig config, int from, int to) throws Exception {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int step = from; step < to; step++) {
      for (int stream = 0; stream < STREAMS; stream++) {
        double value = 10 + 5 * Math.sin(step * Math.PI / 12 + stream) + (step * 31 % 17) * 0.1;
        observations.add(
            new Publisher.Observation(
                0,
                "s" + stream,
                String.format(
                    Locale.ROOT,
                    "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"load (kW)\":%.3f,\"sun\":%.3f}}",
                    stream,
                    time(step),
                    value,
                    value * step % 7)));
      }
    }
    Publisher.publish(config, observations);
  }

  private static Instant time(int step) {
    return Instant.EPOCH.plus(Duration.ofHours(step + 1));
  }

  /** A job, and the topics that it alone writes to. */
  private record Running(KafkaConfig out, JobClient job, CompletableFuture<?> done) {
    /** Its forecasts in order of origin and series, as soon as each series has come so far. */
    List<ForecastRecord> await(Instant origin) throws Exception {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        List<ForecastRecord> found = inOrder(CommittedValues.of(out, out.topics().forecast()));
        if (found.stream().filter(one -> one.origin().equals(origin)).count() == STREAMS) {
          return found;
        }
        if (done.isDone()) {
          done.get();
        }
        assertTrue(System.nanoTime() < deadline, found.size() + " forecasts");
      }
    }

    private static List<ForecastRecord> inOrder(CommittedValues found) {
      Map<String, ForecastRecord> sorted = new TreeMap<>();
      for (String json : found.all()) {
        ForecastRecord forecast = ForecastJsonV1.read(json.getBytes(StandardCharsets.UTF_8));
        ForecastRecord twice = sorted.put(forecast.origin() + forecast.series(), forecast);
        assertEquals(null, twice);
      }
      return List.copyOf(sorted.values());
    }

    void end() {
      if (!done.isDone()) {
        job.cancel().join();
      }
      done.exceptionally(failed -> null).join();
    }
  }

  private static Running start(JobConfig config, String from) throws Exception {
    KafkaConfig out = new KafkaConfig(kafka.bootstrapServers(), "out" + run++, Map.of());
    TopicCreator.createMissing(out, config.topicsConfig());
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "200 ms");
    flink.setString(
        "execution.checkpointing.dir", directory.resolve(out.domain()).toUri().toString());
    flink.setString("restart-strategy.type", "fixed-delay");
    flink.setString("restart-strategy.fixed-delay.attempts", "2");
    flink.setString("restart-strategy.fixed-delay.delay", "10 ms");
    // a savepoint is one file
    flink.setString("execution.checkpointing.data-inline-threshold", "1 mb");
    if (from != null) {
      flink.set(StateRecoveryOptions.SAVEPOINT_PATH, from);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, flink);
    KafkaConfig in = new KafkaConfig(kafka.bootstrapServers(), "plant", Map.of());
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, ends(in, out));
    JobClient job = env.executeAsync(out.domain());
    return new Running(out, job, job.getJobExecutionResult());
  }

  private static ForecastJob.Ends ends(KafkaConfig in, KafkaConfig out) {
    Topics topics = out.topics();
    return new ForecastJob.Ends(
        RawRecordSource.unbounded(in, in.topics().observation(), "plant"),
        SourceTopics.of(in.topics().observation()),
        1,
        RawRecordSource.unbounded(in, in.topics().control(), "plant"),
        0,
        KeyedBytesSink.create(out, topics.forecast(), once(topics.forecast())),
        KeyedBytesSink.create(out, topics.evaluation(), once(topics.evaluation())),
        KeyedBytesSink.create(out, topics.anomaly(), once(topics.anomaly())),
        KeyedBytesSink.create(out, topics.model(), once(topics.model())),
        DeadLetterSink.create(out, once(topics.deadLetter())),
        new Ticks(in));
  }

  private static ExactlyOnce once(String topic) {
    return new ExactlyOnce("test-" + topic, Duration.ofMinutes(10));
  }

  private static ConfigFile with(String changes) {
    ConfigFile changed = file;
    for (String change : changes.split(" & ")) {
      int at = change.indexOf('=');
      changed = changed.with(change.substring(0, at), change.substring(at + 1));
    }
    return changed;
  }

  /** The forecasts of the steps after the savepoint, each origin once for each stream. */
  private static List<ForecastRecord> goOn(String changes) throws Exception {
    return goOn(with(changes), savepoint);
  }

  private static List<ForecastRecord> goOn(ConfigFile changed, String from) throws Exception {
    Running running = start(changed.job(), from);
    try {
      List<ForecastRecord> found = running.await(time(BEFORE + AFTER - 2));
      for (int step = BEFORE; step < BEFORE + AFTER - 1; step++) {
        Instant origin = time(step);
        assertEquals(STREAMS, found.stream().filter(f -> f.origin().equals(origin)).count());
      }
      return found;
    } finally {
      running.end();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "series.variables.load (kW).maximum=120 & series.variables.load (kW).unit=kW",
        "ingest.maxGap=P2D & ingest.ttl=P30D & ingest.maxFuture=PT1H & ingest.idleTimeout=PT1H",
        "forecast.evaluationPeriod=PT3H & ingest.maxDrift=PT0S",
        "series.aggregation=mean",
        "series.history=72",
        "retrain.epoch=P2D & retrain.every=P2D & retrain.window=9 & retrain.sample=0.9"
      })
  void modelServesOn(String changes) throws Exception {
    List<ForecastRecord> forecasts = goOn(changes);

    for (ForecastRecord forecast : forecasts) {
      assertEquals("model", forecast.quality(), forecast.origin().toString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "forecast.horizon=9 | 9",
        "forecast.levels=[0.1, 0.5, 0.9] | 6",
        "series.history=36 | 6",
        "series.season=PT12H | 6",
        "series.transform=random-walk | 6",
        "series.variables.load (kW).group=renamed | 6"
      })
  void naiveServesUntilTheNextTraining(String changes, int horizon) throws Exception {
    List<ForecastRecord> forecasts = goOn(changes);

    for (ForecastRecord forecast : forecasts) {
      assertEquals("naive", forecast.quality(), forecast.origin().toString());
      assertEquals(horizon, forecast.horizon());
    }
  }

  /** Rows of other covariates are of no use; the model reads fewer, and serves. */
  @Test
  void seriesBeginAnewUnderTheModelWithMoreCovariates() throws Exception {
    for (ForecastRecord forecast : goOn("series.covariates=[sun]")) {
      boolean hasSeason = forecast.origin().isAfter(time(BEFORE + 22));
      assertEquals(
          hasSeason ? "warming" : "naive", forecast.quality(), forecast.origin().toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = "savepoint-1.gz")
  void savepointsOfEarlierVersionsAreGoneOnFrom(String stored) throws Exception {
    Path unpacked = Files.createDirectories(directory.resolve(stored + ".d"));
    try (InputStream kept =
        new GZIPInputStream(getClass().getResourceAsStream("savepoints/" + stored))) {
      Files.copy(kept, unpacked.resolve("_metadata"));
    }

    for (ForecastRecord forecast : goOn(file, unpacked.toUri().toString())) {
      assertEquals("model", forecast.quality(), forecast.origin().toString());
    }
  }

  @Test
  void anotherTargetBeginsAndTheOneBeforeEnds() throws Exception {
    List<ForecastRecord> forecasts =
        goOn("series.targets=[sun] & series.variables={} & series.covariates=[load (kW)]");

    assertEquals("s1/sun", forecasts.get(forecasts.size() - 1).series());
  }

  @Test
  void anotherStepIsRefusedForGood() throws Exception {
    Running running = start(with("series.step=PT2H & ingest.maxGap=P2D").job(), savepoint);
    try {
      running.done.get(1, TimeUnit.MINUTES);
    } catch (ExecutionException e) {
      String found = ExceptionUtils.stringifyException(e);
      assertTrue(found.contains("series.step: PT2H; accepted: PT1H, as in the state"), found);
      return;
    } finally {
      running.end();
    }
    throw new AssertionError("the job goes on with another step");
  }
}
