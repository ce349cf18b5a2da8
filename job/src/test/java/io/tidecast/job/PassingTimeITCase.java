package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.config.JobConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How the job goes with time as it passes: partitions that fall silent, a restart between, the
 * clock that closes steps.
 */
class PassingTimeITCase {
  @TempDir static Path directory;

  /** A stream whose observations lie at the ends of their steps, in a partition of its own. */
  private static final int AT_ENDS = 4;

  private static RealTopics topics;

  @BeforeAll
  static void start() {
    topics = RealTopics.start(directory);
  }

  @AfterAll
  static void stop() {
    topics.close();
  }

  /**
   * Several observations per step in two partitions; one falls idle, and the other closes its step.
   * What then comes lies in Kafka when the job starts again.
   */
  @Test
  void lateObservationsAfterARestartAmendTheirStepAndTheRestIsForecast() throws Exception {
    World world =
        new World(
            """
            series: {step: PT1H, targets: [a]}
            forecast: {horizon: 2}
            model: {cell: none}
            """,
            minutes(0, 10, 600),
            Map.of());
    List<Publisher.Observation> before = minutes(1, 10, 280);
    List<Publisher.Observation> after = minutes(1, 290, 480);
    JobConfig config =
        topics.created("late", twoPartitions(world), ", maxOutOfOrder: PT0S, idleTimeout: PT0.5S");
    Publisher.publish(config, world.observations());
    Publisher.publish(config, before);
    String savepoint;
    try (JobOnCluster job =
        topics.start(config, KafkaEnds.unbounded(config), RealTopics.trainer(config), 2, null)) {
      CommittedValues.await(config.kafkaConfig(), config.kafkaConfig().topics().forecast(), 10 + 5);
      savepoint = job.stop(topics.checkpoints(config));
    }
    Publisher.publish(config, after);
    try (JobOnCluster job =
        topics.start(
            config, KafkaEnds.unbounded(config), RealTopics.trainer(config), 2, savepoint)) {
      CommittedValues.await(
          config.kafkaConfig(), config.kafkaConfig().topics().forecast(), 10 + 5 + 3);
      assertEquals(JobStatus.RUNNING, job.status());
      job.stop(topics.checkpoints(config));
    }

    JobRun run = JobRun.of(config);
    Map<String, List<Instant>> origins = new TreeMap<>();
    origins.put("s0/a", hours(10));
    origins.put("s1/a", hours(8));
    new Guarantee.OneForecastPerOrigin(origins).check(run);
    new Guarantee.OrderPerSeries().check(run);
    assertEquals(Map.of(), run.deadLetters().values());
  }

  /** A partition is idle while the other goes on for a day, and then comes the day of the first. */
  @Test
  void partitionsThatTakeTurnsLoseNothing() throws Exception {
    World world =
        new World(
            """
            series: {step: PT1H, targets: [a]}
            forecast: {horizon: 2}
            model: {cell: none}
            """,
            minutes(0, 10, 10),
            Map.of());
    JobConfig config =
        topics.created("turns", twoPartitions(world), ", maxOutOfOrder: PT0S, idleTimeout: PT0.5S");
    String forecasts = config.kafkaConfig().topics().forecast();
    try (JobOnCluster job =
        topics.start(config, KafkaEnds.unbounded(config), RealTopics.trainer(config), 2, null)) {
      for (int hours = 4; hours <= 20; hours += 4) {
        for (int stream = 0; stream < 2; stream++) {
          Publisher.publish(config, minutes(stream, (hours - 4) * 60 + 10, hours * 60));
          int count = hours + (stream == 0 ? hours - 4 : hours);
          CommittedValues.await(config.kafkaConfig(), forecasts, count);
        }
      }
      job.stop(topics.checkpoints(config));
    }

    JobRun run = JobRun.of(config);
    new Guarantee.OneForecastPerOrigin(Map.of("s0/a", hours(20), "s1/a", hours(20))).check(run);
    assertEquals(Map.of(), run.deadLetters().values());
  }

  /**
   * Observations inside their steps as time passes, early in a step and late, beside a partition
   * with one at the end of each step, and after the last of them none: each step is forecast soon
   * after its end, also the last, where the next has begun already and at a boundary, and the same
   * records give the same again.
   */
  @Test
  void stepsCloseByTheClockAndAReplayClosesTheSame() throws Exception {
    Duration step = Duration.ofSeconds(3);
    String yaml =
        """
        series: {step: PT3S, targets: [a]}
        forecast: {horizon: 2, evaluationPeriod: PT3S}
        model: {cell: none}
        retrain: {epoch: PT6S}
        """;
    World world = new World(yaml, List.of(inside(AT_ENDS, Instant.EPOCH)), Map.of());
    JobConfig config = topics.created("clock", world, "");
    int steps = 4;
    Duration soon = Duration.ofMillis(200);
    Duration inStep = Duration.ofMillis(2_500);
    Map<String, List<Instant>> origins = new TreeMap<>();
    try (JobOnCluster job =
        topics.start(config, KafkaEnds.unbounded(config), RealTopics.trainer(config), 2, null)) {
      job.awaitCheckpoints(1);
      long first = System.currentTimeMillis() / step.toMillis() + 1;
      for (long index = first; index < first + steps; index++) {
        Instant end = Instant.ofEpochMilli((index + 1) * step.toMillis());
        for (int stream = 0; stream <= AT_ENDS; stream++) {
          Duration beforeEnd = step.minus(stream < 2 ? soon : inStep);
          Instant time = stream == AT_ENDS ? end : end.minus(beforeEnd);
          LockSupport.parkUntil(time.toEpochMilli());
          Publisher.publish(config, List.of(inside(stream, time)));
          origins.computeIfAbsent("s" + stream + "/a", key -> new ArrayList<>()).add(end);
        }
      }
      String forecasts = config.kafkaConfig().topics().forecast();
      CommittedValues.await(config.kafkaConfig(), forecasts, (AT_ENDS + 1) * steps);
      job.stop(topics.checkpoints(config));
    }

    JobRun live = JobRun.of(config);
    new Guarantee.OneForecastPerOrigin(origins).check(live);
    new Guarantee.OrderPerSeries().check(live);
    assertEquals(Map.of(), live.deadLetters().values());
    // half of them: a machine that stands still for a moment proves nothing
    List<Duration> waits = fromStepToAppend(config);
    assertTrue(waits.get(waits.size() / 2).compareTo(inStep) < 0, waits::toString);
    JobConfig again = topics.created("clock-again", world, "");
    Publisher.publish(again, published(config));
    new Guarantee.SameAs(live).check(topics.bounded(again, 1, new Configuration()));
  }

  /** From the end of each step to the append of its forecast, in order of length. */
  private static List<Duration> fromStepToAppend(JobConfig config) {
    List<Duration> waits = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().forecast(),
        record ->
            waits.add(
                Duration.between(
                    ForecastJsonV1.read(record.value()).origin(),
                    Instant.ofEpochMilli(record.timestamp()))));
    waits.sort(null);
    return waits;
  }

  private static Publisher.Observation inside(int stream, Instant time) {
    return new Publisher.Observation(
        stream == AT_ENDS ? 2 : stream % 2,
        "s" + stream,
        "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":1}}".formatted(stream, time));
  }

  /** All that lies in the topic, ticks included, by partition. */
  private static List<Publisher.Observation> published(JobConfig config) {
    List<Publisher.Observation> all = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().observation(),
        record ->
            all.add(
                new Publisher.Observation(
                    record.partition(),
                    record.key() == null ? null : new String(record.key()),
                    new String(record.value()))));
    return all;
  }

  private static World twoPartitions(World world) {
    List<Publisher.Observation> all = new ArrayList<>(world.observations());
    all.addAll(minutes(1, 10, 10));
    return new World(world.yaml(), all, world.origins());
  }

  private static List<Publisher.Observation> minutes(int stream, int from, int to) {
    List<Publisher.Observation> observations = new ArrayList<>();
    for (int minute = from; minute <= to; minute += 10) {
      observations.add(
          new Publisher.Observation(
              stream,
              "s" + stream,
              "{\"stream\":\"s%d\",\"time\":\"%s\",\"values\":{\"a\":%d}}"
                  .formatted(stream, Instant.EPOCH.plus(Duration.ofMinutes(minute)), minute % 7)));
    }
    return observations;
  }

  private static List<Instant> hours(int count) {
    List<Instant> hours = new ArrayList<>();
    for (int hour = 1; hour <= count; hour++) {
      hours.add(Instant.EPOCH.plus(Duration.ofHours(hour)));
    }
    return hours;
  }
}
