package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole graph between real topics with real trainings, and failures at the worst moments. */
class ForecastJobITCase {
  private static final int STREAMS = 3;
  private static final int STEPS = 900;

  /** The series fall silent for longer than their state is kept. */
  private static final int GAP_AFTER = 600;

  private static final int GAP = 600;

  @TempDir static Path directory;

  private static EmbeddedKafka kafka;
  private static JobRun clean;

  @BeforeAll
  static void runOnceWithoutFailures() throws Exception {
    kafka = EmbeddedKafka.start(directory.resolve("kafka"));
    JobConfig config = published("clean");
    clean = bounded(config, 2, new JobParts(config).trainer());
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  private static void checkGuarantees(JobRun run) {
    List<Guarantee> guarantees =
        List.of(
            new Guarantee.OneForecastPerOrigin(origins(STEPS)),
            new Guarantee.OrderPerSeries(),
            new Guarantee.VersionsServeFromTheirDecisionOn(),
            new Guarantee.SameAs(clean));
    guarantees.forEach(guarantee -> guarantee.check(run));
  }

  @Test
  void everyGroupIsForecastByModelsTrainedInTheStream() {
    checkGuarantees(clean);

    assertEquals(Map.of(), clean.deadLetters().values());
    for (String group : List.of("a", "b")) {
      long promoted =
          clean.decisions().stream()
              .filter(d -> d.group().equals(group) && d.decision().equals("promoted"))
              .count();
      assertTrue(promoted >= 1, group + ": " + promoted);
      String last = clean.forecasts().values().get("s0/" + group).get(STEPS - 1);
      assertTrue(last.contains("\"model\":\"" + group + "-"), last);
    }
  }

  @Test
  void failuresAtTheWorstMomentsLeaveNoTrace() throws Exception {
    List<Instant> trainings =
        clean.decisions().stream()
            .filter(decision -> decision.windows() > 0 && decision.group().equals("b"))
            .map(ModelRecord::boundary)
            .toList();
    assertTrue(trainings.size() >= 3, trainings.toString());
    Set<BreakingTrainer.Break> breaks =
        Set.of(
            // both trainings are pending
            new BreakingTrainer.Break("a", trainings.get(0), "a"),
            // a's decision is out, b's is not
            new BreakingTrainer.Break("b", trainings.get(1), "a"),
            // the input has ended
            new BreakingTrainer.Break("b", trainings.get(trainings.size() - 1), "a"));

    JobConfig config = published("failed");
    JobRun failed = bounded(config, 2, new BreakingTrainer(new JobParts(config).trainer(), breaks));

    assertTrue(BreakingTrainer.allBroken());
    checkGuarantees(failed);
  }

  @Test
  void anotherParallelismCommitsTheSame() throws Exception {
    JobConfig config = published("alone");

    checkGuarantees(bounded(config, 1, new JobParts(config).trainer()));
  }

  @Test
  void startedBeforeAnythingIsPublishedItForecastsTheSameUpToTheOpenStep() throws Exception {
    JobConfig config = created("early");
    StreamExecutionEnvironment env = environment(config, 2);
    new ForecastJob(config, new JobParts(config).trainer()).addTo(env, KafkaEnds.unbounded(config));
    JobClient job = env.executeAsync("early");
    CommittedValues forecasts;
    try {
      publish(config);
      forecasts =
          CommittedValues.await(
              config.kafkaConfig(),
              config.kafkaConfig().topics().forecast(),
              2 * STREAMS * (STEPS - 1));
    } finally {
      job.cancel().get(1, TimeUnit.MINUTES);
    }

    Map<String, List<String>> expected = new TreeMap<>();
    clean.forecasts().values().forEach((key, v) -> expected.put(key, v.subList(0, STEPS - 1)));
    assertEquals(expected, forecasts.values());
  }

  private static Instant time(int step) {
    return Instant.EPOCH.plus(Duration.ofHours(step < GAP_AFTER ? step + 1 : step + 1 + GAP));
  }

  private static Map<String, List<Instant>> origins(int steps) {
    List<Instant> origins = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      origins.add(time(step));
    }
    Map<String, List<Instant>> bySeries = new TreeMap<>();
    for (int stream = 0; stream < STREAMS; stream++) {
      bySeries.put("s" + stream + "/a", origins);
      bySeries.put("s" + stream + "/b", origins);
    }
    return bySeries;
  }

  private static JobConfig published(String domain) throws Exception {
    JobConfig config = created(domain);
    publish(config);
    return config;
  }

  private static JobConfig created(String domain) throws Exception {
    Path file = directory.resolve(domain + ".yaml");
    Files.writeString(
        file,
        """
        domain: %s
        kafka: {bootstrapServers: "%s", partitions: %d}
        series: {step: PT1H, season: PT24H, targets: [a, b], history: 48}
        forecast: {horizon: 6, evaluationPeriod: PT6H}
        model: {cell: none}
        retrain: {epoch: P1D, lead: PT1H, every: P4D, minimumHistory: 720, window: 6}
        ingest: {ttl: P20D, idleTimeout: PT0S}
        """
            .formatted(domain, kafka.bootstrapServers(), STREAMS));
    JobConfig config = JobConfig.read(file);
    TopicCreator.createMissing(config.kafkaConfig(), config.topicsConfig());
    return config;
  }

  /** Each stream in a partition of its own. */
  private static void publish(JobConfig config) throws Exception {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      for (int stream = 0; stream < STREAMS; stream++) {
        double value = 10 + 5 * Math.sin(step * Math.PI / 12 + stream) + (step * 31 % 17) * 0.1;
        observations.add(
            new Publisher.Observation(
                stream,
                "s" + stream,
                String.format(
                    Locale.ROOT,
                    "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":%.3f,\"b\":%.3f}}",
                    stream,
                    time(step),
                    value,
                    -value)));
      }
    }
    Publisher.publish(config, observations);
  }

  private static StreamExecutionEnvironment environment(JobConfig config, int parallelism) {
    Configuration flink = new JobParts(config).flink();
    flink.setString("execution.checkpointing.interval", "200 ms");
    flink.setString(
        "execution.checkpointing.dir", directory.resolve(config.domain()).toUri().toString());
    flink.setString("restart-strategy.type", "fixed-delay");
    flink.setString("restart-strategy.fixed-delay.attempts", "10");
    flink.setString("restart-strategy.fixed-delay.delay", "10 ms");
    return StreamExecutionEnvironment.createLocalEnvironment(parallelism, flink);
  }

  private static JobRun bounded(JobConfig config, int parallelism, GroupTrainer trainer)
      throws Exception {
    StreamExecutionEnvironment env = environment(config, parallelism);
    new ForecastJob(config, trainer).addTo(env, KafkaEnds.bounded(config));
    env.execute(config.domain());
    return JobRun.of(config);
  }
}
