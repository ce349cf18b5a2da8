package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.record.Names;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each promise of the job over each scenario, between real topics and with real trainings. The
 * table of both is printed at the end.
 */
class GuaranteesITCase {
  @TempDir static Path directory;

  private static final Map<String, Map<String, String>> TABLE = new LinkedHashMap<>();

  private static RealTopics topics;
  private static final Map<Shape, JobRun> CLEAN = new TreeMap<>();

  /** How the observations lie in time. */
  private enum Shape {
    ON_THE_GRID("PT0S"),
    OFF_THE_GRID("PT30M");

    private final String maxOutOfOrder;

    Shape(String maxOutOfOrder) {
      this.maxOutOfOrder = maxOutOfOrder;
    }

    World world() {
      return this == ON_THE_GRID ? World.onTheGrid() : World.offTheGrid();
    }

    JobConfig created(String domain, World world, String ingest) throws Exception {
      return topics.created(domain, world, ", maxOutOfOrder: " + maxOutOfOrder + ingest);
    }
  }

  private enum Scenario {
    ONE_SUBTASK(Shape.ON_THE_GRID, true),
    ROCKSDB(Shape.ON_THE_GRID, true),
    ALIGNED_CHECKPOINTS_THREE_SUBTASKS(Shape.ON_THE_GRID, true),
    ONE_PARTITION(Shape.ON_THE_GRID, true),
    KILLED_WHILE_TRAININGS_ARE_PENDING(Shape.ON_THE_GRID, true),
    KILLED_AGAIN_AND_AGAIN(Shape.ON_THE_GRID, true),
    BACKLOG_WITH_LONG_TRAININGS_THEN_LIVE(Shape.ON_THE_GRID, false),
    SAVEPOINTS_AND_RESCALING(Shape.ON_THE_GRID, false),
    A_SILENT_AND_A_POISONED_PARTITION(Shape.ON_THE_GRID, false),
    OFF_THE_GRID_ONE_SUBTASK(Shape.OFF_THE_GRID, true),
    OFF_THE_GRID_KILLED(Shape.OFF_THE_GRID, true);

    private final Shape shape;
    private final boolean ends;

    Scenario(Shape shape, boolean ends) {
      this.shape = shape;
      this.ends = ends;
    }
  }

  @BeforeAll
  static void runOnceWithoutFailures() throws Exception {
    topics = RealTopics.start(directory);
    for (Shape shape : Shape.values()) {
      JobConfig config = shape.created("clean-" + shape.ordinal(), shape.world(), "");
      Publisher.publish(config, shape.world().observations());
      CLEAN.put(shape, topics.bounded(config, 2, new Configuration()));
    }
  }

  @AfterAll
  static void printTable() throws Exception {
    topics.close();
    StringBuilder table = new StringBuilder("\nscenario x guarantee\n");
    TABLE.forEach(
        (scenario, results) ->
            table.append("  %-40s %s%n".formatted(scenario, results.toString())));
    System.out.println(table);
  }

  @Test
  void everyGroupIsForecastByModelsTrainedInTheStream() {
    for (Shape shape : Shape.values()) {
      JobRun clean = CLEAN.get(shape);
      check("CLEAN_" + shape, clean, shape.world().origins(), clean, true);
      assertEquals(Map.of(), clean.deadLetters().values());
      String last = clean.forecasts().values().get(World.series(0, World.A)).get(300);
      assertTrue(last.contains("\"model\":\"PM2.5_2m__ug_-"), last);
      assertTrue(trainings(clean, World.A).size() >= 3, trainings(clean, World.A).toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void outputIsAFunctionOfTheInput(Scenario scenario) throws Exception {
    JobRun run = run(scenario);

    World world = scenario.shape.world();
    boolean isWhole = scenario.ends || scenario.shape == Shape.ON_THE_GRID;
    check(
        scenario.name(),
        run,
        isWhole ? world.origins() : world.originsButTheLast(),
        CLEAN.get(scenario.shape),
        scenario.ends);
  }

  private static void check(
      String scenario,
      JobRun run,
      Map<String, List<Instant>> origins,
      JobRun clean,
      boolean ended) {
    List<Guarantee> guarantees =
        List.of(
            new Guarantee.OneForecastPerOrigin(origins),
            new Guarantee.OrderPerSeries(),
            new Guarantee.VersionsServeFromTheirDecisionOn(),
            new Guarantee.SameAs(clean, ended));
    Map<String, String> results = new LinkedHashMap<>();
    TABLE.put(scenario.toLowerCase().replace('_', ' '), results);
    AssertionError broken = null;
    for (Guarantee guarantee : guarantees) {
      String name = guarantee.getClass().getSimpleName();
      try {
        guarantee.check(run);
        results.put(name, "holds");
      } catch (AssertionError e) {
        results.put(name, "BROKEN");
        broken = broken == null ? e : broken;
      }
    }
    if (broken != null) {
      throw broken;
    }
  }

  private static List<Instant> trainings(JobRun run, String target) {
    return run.decisions().stream()
        .filter(
            decision -> decision.windows() > 0 && decision.group().equals(Names.toGroup(target)))
        .map(ModelRecord::boundary)
        .toList();
  }

  /** {@code -Dseeds=20} tries as many ways to pause, from {@code -DfirstSeed=1} on. */
  static IntStream seeds() {
    int first = Integer.getInteger("firstSeed", 1);
    return IntStream.range(first, first + Integer.getInteger("seeds", 1));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void pausesChangeNothing(int seed) throws Exception {
    for (Shape shape : Shape.values()) {
      World world = shape.world();
      JobConfig config = shape.created("pauses-" + shape.ordinal() + "-" + seed, world, "");
      boolean isWhole = shape == Shape.ON_THE_GRID;
      check(
          "LIVE_WITH_PAUSES_" + shape + "_SEED_" + seed,
          liveWithPauses(config, world, new Random(seed)),
          isWhole ? world.origins() : world.originsButTheLast(),
          CLEAN.get(shape),
          false);
    }
  }

  private static JobRun run(Scenario scenario) throws Exception {
    Shape shape = scenario.shape;
    World world =
        switch (scenario) {
          case ONE_PARTITION -> shape.world().inOnePartition();
          case A_SILENT_AND_A_POISONED_PARTITION -> shape.world().withAPoisonedPartition();
          default -> shape.world();
        };
    String idle =
        scenario == Scenario.A_SILENT_AND_A_POISONED_PARTITION ? ", idleTimeout: PT8S" : "";
    JobConfig config = shape.created(scenario.name().toLowerCase().replace('_', '-'), world, idle);
    if (scenario != Scenario.SAVEPOINTS_AND_RESCALING) {
      Publisher.publish(config, world.observations());
    }
    return switch (scenario) {
      case ONE_SUBTASK, ONE_PARTITION, OFF_THE_GRID_ONE_SUBTASK ->
          topics.bounded(config, 1, new Configuration());
      case ROCKSDB -> topics.bounded(config, 2, setting("state.backend.type", "rocksdb"));
      case ALIGNED_CHECKPOINTS_THREE_SUBTASKS ->
          topics.bounded(config, 3, setting("execution.checkpointing.unaligned.enabled", "false"));
      case KILLED_WHILE_TRAININGS_ARE_PENDING -> killedWhileTraining(config);
      case KILLED_AGAIN_AND_AGAIN, OFF_THE_GRID_KILLED -> killedAtTrainings(config);
      case BACKLOG_WITH_LONG_TRAININGS_THEN_LIVE -> backlogWithLongTrainings(config, world);
      case SAVEPOINTS_AND_RESCALING -> rescaled(config, world);
      case A_SILENT_AND_A_POISONED_PARTITION -> live(config, world);
    };
  }

  private static Configuration setting(String key, String value) {
    Configuration settings = new Configuration();
    settings.setString(key, value);
    return settings;
  }

  private static JobRun killedWhileTraining(JobConfig config) throws Exception {
    JobRun clean = CLEAN.get(Shape.ON_THE_GRID);
    List<Instant> boundaries = trainings(clean, World.B);
    HeldTrainer trainer = new HeldTrainer(RealTopics.trainer(config));
    List<CountDownLatch> moments =
        List.of(
            trainer.hold(World.A, boundaries.get(0)),
            trainer.hold(World.B, boundaries.get(1)),
            trainer.hold(World.B, boundaries.get(boundaries.size() - 1)));
    return killedAt(config, trainer, moments);
  }

  private static JobRun killedAtTrainings(JobConfig config) throws Exception {
    Shape shape =
        config.series().targets().contains(World.B) ? Shape.ON_THE_GRID : Shape.OFF_THE_GRID;
    HeldTrainer trainer = new HeldTrainer(RealTopics.trainer(config));
    List<CountDownLatch> moments = new ArrayList<>();
    // each costs one of the restarts that the job is given
    List<Instant> boundaries = trainings(CLEAN.get(shape), World.A);
    for (Instant boundary : boundaries.subList(0, Math.min(6, boundaries.size()))) {
      moments.add(trainer.hold(World.A, boundary));
    }
    return killedAt(config, trainer, moments);
  }

  private static JobRun killedAt(
      JobConfig config, GroupTrainer trainer, List<CountDownLatch> moments) throws Exception {
    try (JobOnCluster job = topics.start(config, KafkaEnds.bounded(config), trainer, 2, null)) {
      for (CountDownLatch moment : moments) {
        assertTrue(moment.await(2, TimeUnit.MINUTES));
        job.kill();
      }
      job.awaitEnd();
    }
    return JobRun.of(config);
  }

  private static JobRun live(JobConfig config, World world) throws Exception {
    try (JobOnCluster job =
        topics.start(config, KafkaEnds.unbounded(config), RealTopics.trainer(config), 2, null)) {
      awaitForecasts(config, world);
      job.stop(topics.checkpoints(config));
    }
    return JobRun.of(config);
  }

  private static void awaitForecasts(JobConfig config, World world) {
    boolean isWhole = config.ingest().maxOutOfOrder().isZero();
    int count =
        (isWhole ? world.origins() : world.originsButTheLast())
            .values().stream().mapToInt(List::size).sum();
    CommittedValues.await(config.kafkaConfig(), config.kafkaConfig().topics().forecast(), count);
  }

  private static JobRun backlogWithLongTrainings(JobConfig config, World world) throws Exception {
    HeldTrainer trainer = new HeldTrainer(RealTopics.trainer(config));
    try (JobOnCluster job = topics.start(config, KafkaEnds.unbounded(config), trainer, 2, null)) {
      // a training that no checkpoint passed would never end; to look at a model is none
      trainer.before(
          request -> {
            if (request.errand() instanceof GroupTrainer.Errand.Train) {
              job.awaitCheckpoints(2);
            }
          });
      awaitForecasts(config, world);
      job.stop(topics.checkpoints(config));
    }
    return JobRun.of(config);
  }

  private static JobRun liveWithPauses(JobConfig config, World world, Random random)
      throws Exception {
    try (JobOnCluster job =
        topics.start(config, KafkaEnds.unbounded(config), RealTopics.trainer(config), 2, null)) {
      for (List<Publisher.Observation> part : parts(world, 12, random)) {
        Publisher.publish(config, part);
        job.awaitCheckpoints(random.nextInt(3));
      }
      awaitForecasts(config, world);
      job.stop(topics.checkpoints(config));
    }
    return JobRun.of(config);
  }

  private static JobRun rescaled(JobConfig config, World world) throws Exception {
    List<List<Publisher.Observation>> parts = parts(world, 3, new Random(1));
    int[] subtasks = {2, 3, 1};
    String savepoint = null;
    for (int i = 0; i < subtasks.length; i++) {
      Publisher.publish(config, parts.get(i));
      try (JobOnCluster job =
          topics.start(
              config,
              KafkaEnds.unbounded(config),
              RealTopics.trainer(config),
              subtasks[i],
              savepoint)) {
        job.awaitCheckpoints(3);
        if (i == subtasks.length - 1) {
          awaitForecasts(config, world);
        }
        savepoint = job.stop(topics.checkpoints(config));
      }
    }
    return JobRun.of(config);
  }

  /** Each partition in its order, but none at the pace of the others. */
  private static List<List<Publisher.Observation>> parts(World world, int count, Random random) {
    List<List<Publisher.Observation>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(new ArrayList<>());
    }
    Map<Integer, List<Publisher.Observation>> byPartition = new TreeMap<>();
    world
        .observations()
        .forEach(
            one -> byPartition.computeIfAbsent(one.partition(), p -> new ArrayList<>()).add(one));
    for (List<Publisher.Observation> own : byPartition.values()) {
      for (int i = 0; i < own.size(); i++) {
        double at = count * (double) i / own.size() + (i == 0 ? 0 : random.nextDouble() - 0.5);
        int earliest = i == 0 ? 0 : last(parts, own.get(i - 1));
        parts.get(Math.max(earliest, Math.min(count - 1, (int) at))).add(own.get(i));
      }
    }
    return parts;
  }

  private static int last(
      List<List<Publisher.Observation>> parts, Publisher.Observation observation) {
    for (int i = parts.size() - 1; i >= 0; i--) {
      if (parts.get(i).contains(observation)) {
        return i;
      }
    }
    return 0;
  }
}
