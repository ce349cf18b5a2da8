package io.tidecast.job.forecast;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.Targets;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.online.StepResult;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out is held against the same steps through a plain {@link SeriesForecaster}. */
class ForecastOperatorHarnessTest {
  private static final int MAX_PARALLELISM = 8;
  private static final int EVALUATION_PERIOD = 4;
  private static final long TTL_STEPS = 100;
  private static final Duration STEP = Duration.ofHours(1);
  private static final Grid GRID = Grid.of(STEP);

  static final ForecasterConfig CONFIG = config(3, new CellConfig(CellConfig.Kind.LSTM, 1, 4));

  private static final Targets TARGETS =
      new Targets(
          Stream.of("a", "b", "c", "d", "e", "f", "r", "s")
              .collect(toMap(name -> name, name -> new Targets.Target("g", List.of()))));

  private static ForecastModel first;
  private static ForecastModel second;
  private static ForecastModel ofAnotherShape;

  private int maxWaiting = 1_000_000;
  private long swapKeptSteps = 30;
  private StateBackend backend = new HashMapStateBackend();
  private int reach;
  private KeyedTwoInputStreamOperatorTestHarness<String, SeriesStep, GroupNotice, KeyedBytes>
      harness;

  @BeforeAll
  static void train() {
    first = trained(CONFIG, 1);
    second = trained(CONFIG, 2);
    ofAnotherShape = trained(config(5, new CellConfig(CellConfig.Kind.RNN, 2, 7)), 2);
  }

  private static ForecasterConfig config(int horizon, CellConfig cell) {
    return ForecasterConfig.of(STEP, horizon, 12, 0).toBuilder()
        .cell(cell)
        .history(24)
        .maxGap(8)
        .build();
  }

  /** A small model by the real trainer; another seed gives other weights. */
  static ForecastModel trained(ForecasterConfig config, int sequence) {
    TrainingConfig training =
        new TrainingConfig(
            new TrainingConfig.Windows(8, 24, 4),
            new TrainingConfig.Schedule(2, 1, 1000, 4, 8, 2),
            new TrainingConfig.Optimizer(3e-3, 1e-3, 2, 1e-4, 1.0, 10),
            new TrainingConfig.Parts(0.15, 0.15),
            300,
            new TrainingConfig.History(64, 50, 1_000_000));
    float[][] values = new float[400][];
    for (int i = 0; i < values.length; i++) {
      values[i] = new float[] {value(i)};
    }
    TrainingResult result =
        new Trainer(config, training)
            .choose(
                List.of(new Stretch("s", values.length, values)),
                new TrainingRun("g", sequence, sequence, "test"),
                TrainingListener.NONE);
    return ((TrainingResult.Chosen) result).model();
  }

  private static float value(long index) {
    return (float) (10 + 4 * Math.sin(index * Math.PI / 6) + index * 31 % 17 * 0.1);
  }

  @BeforeEach
  void start() throws Exception {
    open(null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  private void open(OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    ForecastOperator.Config config =
        new ForecastOperator.Config(
            GRID,
            Map.of("g", CONFIG),
            EVALUATION_PERIOD,
            TTL_STEPS,
            swapKeptSteps,
            reach,
            maxWaiting,
            TARGETS,
            Format.JSON);
    ForecastOperator operator = new ForecastOperator(config, Champions.NONE);
    harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            operator,
            SeriesStep::series,
            null,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    harness.setStateBackend(backend);
    operator.setMailboxExecutor(mailbox());
    Harnesses.open(harness, TypeInformation.of(KeyedBytes.class), state);
    runMails();
  }

  private MailboxExecutorImpl mailbox() {
    return new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE);
  }

  private void runMails() throws Exception {
    while (mailbox().tryYield()) {
      // the next slice
    }
  }

  private void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    open(state, 1, 0);
  }

  private static long end(long index) {
    return index * STEP.toMillis();
  }

  private static SeriesStep stepOf(String series, long index) {
    return new SeriesStep(series, "g", new ClosedStep(index, value(index), new float[0]));
  }

  private void step(String series, long index) throws Exception {
    harness.processElement1(new StreamRecord<>(stepOf(series, index), end(index)));
  }

  private void steps(long from, long to) throws Exception {
    for (long index = from; index <= to; index++) {
      step("s", index);
    }
  }

  private void decide(long validFrom, long coveredBefore, ForecastModel promoted) throws Exception {
    notice(
        new Decision(
            "g",
            end(validFrom) - 1,
            end(validFrom),
            end(coveredBefore),
            promoted == null
                ? new Outcome.Kept("", Outcome.Losses.NONE)
                : new Outcome.Promoted(
                    promoted.version(), ModelArtifact.write(promoted), "", Outcome.Losses.NONE),
            promoted == null ? "" : promoted.version(),
            "",
            1,
            1));
  }

  /** Nothing is forecast by the hand that covers it. */
  private void notice(GroupNotice notice) throws Exception {
    harness.processElement2(new StreamRecord<>(notice));
    runMails();
  }

  private void cover(long before) throws Exception {
    notice(new GroupNotice.Covered("g", end(before)));
  }

  private void bothWatermarks(long index) throws Exception {
    harness.processWatermark1(new Watermark(end(index)));
    harness.processWatermark2(new Watermark(end(index)));
  }

  /** Forecasts as they came out; watermarks are checked where they say something. */
  private List<String> forecasts() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record) {
        KeyedBytes keyed = (KeyedBytes) record.getValue();
        lines.add(text(keyed.key()) + " " + text(keyed.value()));
      }
    }
    harness.getOutput().clear();
    return lines;
  }

  /** Those from an origin on, by series. */
  private static List<String> from(long index, List<String> forecasts) {
    String first = Instant.ofEpochMilli(end(index)).toString();
    return forecasts.stream()
        .filter(
            line -> line.replaceFirst(".*\"origin\":\"([^\"]+)\".*", "$1").compareTo(first) >= 0)
        .sorted()
        .toList();
  }

  private List<String> evaluations() {
    Queue<StreamRecord<KeyedBytes>> out = harness.getSideOutput(ForecastOperator.EVALUATIONS);
    return out == null
        ? List.of()
        : out.stream()
            .map(r -> text(r.getValue().key()) + " " + text(r.getValue().value()))
            .toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void assertLeft(int entries, int timers) {
    AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) harness.getOperator();
    HeapKeyedStateBackend<?> backend = (HeapKeyedStateBackend<?>) operator.getKeyedStateBackend();
    assertEquals(entries, backend.numKeyValueStateEntries());
    assertEquals(timers, harness.numEventTimeTimers());
    assertEquals(0, harness.numProcessingTimeTimers());
  }

  /** What a plain loop gives. */
  private static final class Loop {
    private final SeriesForecaster forecaster = new SeriesForecaster(CONFIG, EVALUATION_PERIOD);
    private final String series;
    private final LongFunction<ForecastModel> versions;
    private final List<String> forecasts = new ArrayList<>();
    private final List<String> evaluations = new ArrayList<>();
    private SeriesState state = forecaster.newState();

    /** Versions by origin; null where none serves. */
    Loop(String series, LongFunction<ForecastModel> versions) {
      this.series = series;
      this.versions = versions;
    }

    Loop over(long from, long to) {
      List<Double> levels = CONFIG.levels().values();
      for (long index = from; index <= to; index++) {
        StepResult result =
            forecaster.step(state, stepOf(series, index).step(), versions.apply(index));
        result
            .forecast()
            .map(f -> ForecastJsonV1.write(ForecastRecords.of(series, f, GRID, levels)))
            .ifPresent(bytes -> forecasts.add(series + " " + text(bytes)));
        add(result.evaluations());
      }
      return this;
    }

    private void add(List<Evaluation> more) {
      more.stream()
          .map(
              e -> ForecastRecords.of(series, e, GRID, EVALUATION_PERIOD, CONFIG.levels().values()))
          .forEach(e -> evaluations.add(series + " " + text(EvaluationJsonV1.write(e))));
    }

    Loop anew() {
      add(forecaster.flush(state));
      state = forecaster.newState();
      return this;
    }
  }

  private static LongFunction<ForecastModel> none() {
    return index -> null;
  }

  @Test
  void originThatADecisionCoversIsForecastAtOnce() throws Exception {
    decide(10, 20, null);
    steps(1, 19);

    List<String> forecasts = forecasts();
    assertEquals(new Loop("s", none()).over(1, 19).forecasts, forecasts);
    assertTrue(
        forecasts.get(4).startsWith("s {\"series\":\"s\",\"origin\":\"1970-01-01T05:00:00Z\""),
        forecasts.get(4));
    assertLeft(1, 1);
  }

  @Test
  void originThatNoDecisionCoversWaitsForOneThatDoesWhateverTimeItIs() throws Exception {
    decide(10, 20, null);
    step("s", 20);
    bothWatermarks(500);
    harness.processWatermarkStatus1(WatermarkStatus.IDLE);
    harness.processWatermarkStatus2(WatermarkStatus.IDLE);
    assertEquals(List.of(), forecasts());

    decide(20, 30, first);
    assertEquals(new Loop("s", index -> first).over(20, 20).forecasts, forecasts());
    // the state of the series, and the timer that drops it
    assertLeft(1, 1);
  }

  @Test
  void seriesOfAGroupWithoutDecisionsWaitUntilTheyAreCovered() throws Exception {
    steps(1, 3);
    assertEquals(List.of(), forecasts());

    cover(3);
    assertEquals(new Loop("s", none()).over(1, 2).forecasts, forecasts());
    cover(4);
    assertEquals(new Loop("s", none()).over(1, 3).forecasts.subList(2, 3), forecasts());
    assertLeft(1, 1);
  }

  /**
   * As when a job is stopped with a savepoint while it catches up: mails are still run, none taken.
   */
  @Test
  void whatWaitsWhenTheTaskEndsIsInTheSavepoint() throws Exception {
    cover(1);
    for (long index = 1; index <= 200; index++) {
      step("s", index);
    }
    harness.processElement2(new StreamRecord<>(new GroupNotice.Covered("g", end(201))));
    OperatorSubtaskState savepoint = harness.snapshot(1, 1);
    harness.getTaskMailbox().quiesce();
    mailbox().tryYield();
    harness.close();

    open(savepoint, 1, 0);
    cover(201);
    assertEquals(new Loop("s", none()).over(1, 200).forecasts, forecasts());
  }

  @Test
  void releaseLetsOtherMailsAndRecordsPass() throws Exception {
    cover(1);
    for (long index = 1; index <= 200; index++) {
      step("s", index);
      step("r", index);
    }
    harness.processElement2(new StreamRecord<>(new GroupNotice.Covered("g", end(201))));
    assertEquals(0, forecasts().size());
    mailbox().tryYield();
    int some = forecasts().size();
    assertTrue(some > 0 && some < 100, some + " in one slice");

    // comes after what waits of its series
    step("s", 201);
    cover(202);
    assertEquals(401, some + forecasts().size());
    assertLeft(2, 2);
  }

  @Test
  void promotionLeavesNothingCoveredBehind() throws Exception {
    swapKeptSteps = 0;
    stop();
    open(null, 1, 0);
    decide(1, 100, first);
    decide(100, 101, null);
    for (long index = 101; index <= 200; index++) {
      step("s", index);
    }
    harness.processElement2(new StreamRecord<>(new GroupNotice.Covered("g", end(150))));
    decide(150, 160, second);
    decide(160, 170, first);
    decide(170, 180, second);
    decide(180, 201, first);

    List<String> expected =
        new Loop(
                "s",
                index ->
                    index < 150 || index >= 160 && index < 170 || index >= 180 ? first : second)
            .over(101, 200)
            .forecasts;
    assertEquals(expected, forecasts());
  }

  @Test
  void gapsAmongWaitingStepsAreNoHindrance() throws Exception {
    List<Long> indices = List.of(1L, 2L, 50_000L, 50_001L, 90_000L);
    for (long index : List.of(50_000L, 2L, 90_000L, 1L, 50_001L)) {
      step("s", index);
    }
    cover(50_001);
    cover(90_001);

    List<String> origins =
        forecasts().stream()
            .map(line -> line.replaceAll(".*origin\":\"([^\"]*)\".*", "$1"))
            .toList();
    assertEquals(
        indices.stream().map(i -> Instant.ofEpochMilli(end(i)).toString()).toList(), origins);
    assertLeft(1, 1);
  }

  /** As after a restart, when something upstream had forgotten how far it was. */
  @Test
  void stepThatIsNotNewIsDropped() throws Exception {
    decide(1, 20, null);
    steps(1, 10);
    step("s", 10);
    step("s", 4);
    steps(20, 21);
    step("s", 21);
    step("s", 9);
    cover(30);

    List<String> expected = new Loop("s", none()).over(1, 10).over(20, 21).forecasts;
    assertEquals(expected, forecasts());
    assertLeft(1, 1);
  }

  @Test
  void tooManyWaitingStepsSlowTheInputDownButAllAreKept() throws Exception {
    harness.close();
    maxWaiting = 5;
    open(null, 1, 0);
    long start = System.nanoTime();
    steps(1, 25);
    long took = System.nanoTime() - start;
    restore();
    cover(30);

    assertTrue(took >= 20_000_000, took + " ns for twenty steps too many");
    assertEquals(new Loop("s", none()).over(1, 25).forecasts, forecasts());
  }

  @Test
  void silentSeriesIsNotDroppedWhileOneOfItsStepsWaits() throws Exception {
    decide(1, 51, first);
    steps(1, 51);
    bothWatermarks(60 + TTL_STEPS);
    cover(52);

    assertEquals(new Loop("s", index -> first).over(1, 51).forecasts, forecasts());
    assertLeft(1, 1);
    bothWatermarks(60 + 2 * TTL_STEPS);
    assertLeft(0, 0);
  }

  @Test
  void waitingOriginsComeBeforeALaterOneThatIsCovered() throws Exception {
    steps(1, 3);
    decide(3, 10, first);
    steps(4, 5);

    assertEquals(
        new Loop("s", index -> index >= 3 ? first : null).over(1, 5).forecasts, forecasts());
  }

  @Test
  void versionHoldsFromItsFirstOriginToThatOfTheNext() throws Exception {
    decide(40, 60, first);
    steps(1, 59);
    decide(60, 80, null);
    steps(60, 79);
    decide(80, 100, second);
    steps(80, 99);

    List<String> expected =
        new Loop("s", index -> index < 40 ? null : index < 80 ? first : second)
            .over(1, 99)
            .forecasts;
    assertEquals(expected, forecasts());
    assertTrue(expected.get(97).contains(second.version()), expected.get(97));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void swapForecastsAsIfTheKeptHistoryHadBeenSteppedByTheNewVersion(boolean ofAnother)
      throws Exception {
    ForecastModel next = ofAnother ? ofAnotherShape : second;
    decide(1, 80, first);
    steps(1, 79);
    decide(80, 100, next);
    steps(80, 82);
    restore();
    steps(83, 99);

    List<String> expected = new Loop("s", index -> index < 80 ? first : next).over(1, 99).forecasts;
    assertEquals(expected.subList(82, 99), forecasts());
    assertTrue(expected.get(98).contains(next.version()), expected.get(98));
  }

  /** A version that serves again finds its series where it would have been had it never stopped. */
  @ParameterizedTest
  @CsvSource({
    "-1, false",
    "80, false",
    "85, true",
    "95, false",
    "100, false",
    "100, true",
    "104, true"
  })
  void rolledBackSeriesForecastsAsIfItHadNeverLeftTheVersion(int restoredBefore, boolean ofAnother)
      throws Exception {
    List<String> found = new ArrayList<>();
    decide(1, 80, first);
    decide(80, 100, ofAnother ? ofAnotherShape : second);
    decide(100, 150, first);
    for (long index = 1; index <= 120; index++) {
      if (index == restoredBefore) {
        found.addAll(forecasts());
        restore();
      }
      if (index != 97) {
        step("s", index);
      }
      if (index >= 90) {
        // begins under the version that is given up
        step("r", index);
      }
    }

    found.addAll(forecasts());
    List<String> expected =
        new ArrayList<>(new Loop("s", index -> first).over(1, 96).over(98, 120).forecasts);
    expected.addAll(new Loop("r", index -> first).over(90, 120).forecasts);
    assertEquals(from(100, expected), from(100, found));
    assertEquals(2, harness.numEventTimeTimers());
  }

  /** A step as it is known at first, and what has turned out when another comes. */
  private void stepBefore(long index, float wrong) throws Exception {
    ClosedStep step = new ClosedStep(index, wrong, new float[0]);
    harness.processElement1(new StreamRecord<>(new SeriesStep("s", "g", step), end(index)));
  }

  private void stepAmending(long index, Long... amended) throws Exception {
    List<ClosedStep> steps = new ArrayList<>();
    for (long i = Math.floorDiv(amended[0], reach) * reach; i < index; i++) {
      steps.add(stepOf("s", i).step());
    }
    steps.removeIf(step -> step.index() < 1);
    SeriesStep.Amendment past = new SeriesStep.Amendment(List.of(amended), steps);
    ClosedStep step = stepOf("s", index).step();
    harness.processElement1(
        new StreamRecord<>(new SeriesStep("s", "g", step, index, past), end(index)));
  }

  /** Before, in and after a swap, and once the version before has come back. */
  @ParameterizedTest
  @CsvSource({
    "20, 24, -1",
    "39, 44, 42",
    "35, 47, 44",
    "75, 85, 80",
    "75, 85, 86",
    "95, 106, 105",
    "99, 104, -1",
    "78, 88, 83"
  })
  void whatComesLateLeavesNoTrace(int wrong, int corrected, int restoredBefore) throws Exception {
    reach = 12;
    harness.close();
    open(null, 1, 0);
    List<String> found = new ArrayList<>();
    decide(40, 80, first);
    decide(80, 100, second);
    decide(100, 150, first);
    for (long index = 1; index <= 130; index++) {
      if (index == restoredBefore) {
        found.addAll(forecasts());
        restore();
      }
      if (index == wrong) {
        stepBefore(index, 30);
      } else if (index == corrected) {
        stepAmending(index, (long) wrong, index - 1);
      } else if (index != wrong + 2) {
        step("s", index);
      }
    }
    found.addAll(forecasts());

    List<String> expected =
        new Loop("s", index -> index < 40 ? null : index < 80 || index >= 100 ? first : second)
            .over(1, 130)
            .forecasts;
    List<String> neverLeft =
        new Loop("s", index -> index < 40 ? null : first).over(1, 130).forecasts;
    assertEquals(between(corrected, 99, expected), between(corrected, 99, found));
    assertEquals(from(Math.max(100, corrected), neverLeft), from(Math.max(100, corrected), found));
    assertEquals(1, harness.numEventTimeTimers());
  }

  private static List<String> between(long first, long last, List<String> forecasts) {
    List<String> all = new ArrayList<>(from(first, forecasts));
    all.removeAll(from(last + 1, forecasts));
    return all;
  }

  @Test
  void correctionThatNoKeptStateReachesChangesNothing() throws Exception {
    decide(1, 200, first);
    steps(1, 20);
    List<String> found = forecasts();
    reach = 12;
    restore();

    stepAmending(21, 20L);
    steps(22, 40);

    found.addAll(forecasts());
    assertEquals(new Loop("s", index -> first).over(1, 40).forecasts, found);
  }

  @Test
  void stateBeforeASwapIsGivenUpAfterAWhile() throws Exception {
    decide(1, 40, first);
    decide(40, 200, second);
    steps(1, 40 + (int) swapKeptSteps - 1);
    assertLeft(3, 1);

    steps(40 + (int) swapKeptSteps, 100);
    assertLeft(1, 1);
  }

  /** Bytes that a series has more while an anomaly may still turn out to be a spike or a shift. */
  private static final int OPEN_ANOMALY = 36;

  /** A year of weekly swaps, and more. */
  @Test
  void fiftySwapsAndTenRollbacksLeaveNothingBehind() throws Exception {
    List<Long> bytes = new ArrayList<>();
    for (int swap = 1; swap <= 50; swap++) {
      serveFor20Steps(20L * swap, version(swap));
      if (swap % 10 == 0) {
        bytes.add(harness.snapshot(1, 1).getStateSize());
      }
    }
    for (int i = 51; i <= 70; i++) {
      serveFor20Steps(20L * i, i % 2 == 1 ? version(i) : version(50));
    }
    long bytesAfterRollback = harness.snapshot(1, 1).getStateSize();

    long least = Collections.min(bytes);
    long most = Math.max(Collections.max(bytes), bytesAfterRollback);
    assertTrue(most - least <= OPEN_ANOMALY, bytesAfterRollback + " " + bytes);
  }

  private void serveFor20Steps(long from, ForecastModel model) throws Exception {
    decide(from, from + 20, model);
    steps(from, from + 19);
    bothWatermarks(from + 19);
    forecasts();
    evaluations();
  }

  private static ForecastModel version(int number) {
    return version(number % 5 == 1 ? ofAnotherShape : first, number);
  }

  /** A model with another bias. */
  static ForecastModel version(ForecastModel first, int number) {
    HeadWeights head = first.head().orElseThrow();
    float[] bias = head.bias().clone();
    bias[0] += number * 0.001f;
    HeadWeights other =
        new HeadWeights(
            head.horizon(),
            head.levels(),
            head.hidden(),
            head.weight(),
            bias,
            head.blend(),
            head.unit());
    return ModelArtifact.seal(
        first.config(), first.layers(), other, first.highway().orElse(null), first.provenance());
  }

  @Test
  void evaluationsGoToTheSideByPeriodAndVersion() throws Exception {
    decide(40, 60, first);
    steps(1, 59);

    List<String> expected =
        new Loop("s", index -> index < 40 ? null : first).over(1, 59).evaluations;
    assertEquals(expected, evaluations());
    assertTrue(expected.size() >= 59 / EVALUATION_PERIOD - 1, expected.size() + " evaluations");
  }

  @Test
  void seriesDoNotMixTheirStates() throws Exception {
    decide(1, 100, first);
    for (long index = 1; index <= 50; index++) {
      step("s", index);
      step("r", index + 7);
    }

    List<String> forecasts = forecasts();
    assertEquals(
        new Loop("s", index -> first).over(1, 50).forecasts,
        forecasts.stream().filter(line -> line.startsWith("s ")).toList());
    assertEquals(
        new Loop("r", index -> first).over(8, 57).forecasts,
        forecasts.stream().filter(line -> line.startsWith("r ")).toList());
    assertLeft(2, 2);
  }

  /** Steps wait, are covered, are swapped; a restore comes after each of these moments. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void restoredKeyForecastsExactlyAsBefore(int failAfter) throws Exception {
    List<Event> events =
        List.of(
            () -> steps(1, 30),
            () -> cover(21),
            () -> decide(31, 60, first),
            () -> steps(31, 50),
            () -> bothWatermarks(50),
            () -> steps(51, 65),
            () -> decide(61, 90, second),
            () -> steps(66, 70),
            () -> bothWatermarks(70),
            () -> steps(71, 75));
    List<String> forecasts = new ArrayList<>();
    List<String> evaluations = new ArrayList<>();

    for (int i = 0; i < events.size(); i++) {
      if (i == failAfter) {
        forecasts.addAll(forecasts());
        evaluations.addAll(evaluations());
        restore();
      }
      events.get(i).run();
    }

    forecasts.addAll(forecasts());
    evaluations.addAll(evaluations());
    Loop expected =
        new Loop("s", index -> index < 31 ? null : index < 61 ? first : second).over(1, 75);
    assertEquals(expected.forecasts, forecasts);
    assertEquals(expected.evaluations, evaluations);
    assertLeft(3, 1);
  }

  /** Bytes are stored in two parts, objects as one: either goes on from the other. */
  @Test
  void stateMovesBetweenBackendsAndBack() throws Exception {
    List<String> forecasts = new ArrayList<>();
    decide(1, 10_000, first);
    steps(1, 60);

    forecasts.addAll(movedTo(new EmbeddedRocksDBStateBackend()));
    steps(61, 77);
    forecasts.addAll(movedTo(new EmbeddedRocksDBStateBackend()));
    steps(78, 90);
    forecasts.addAll(movedTo(new HashMapStateBackend()));
    steps(91, 95);
    assertLeft(1, 1);
    forecasts.addAll(movedTo(new EmbeddedRocksDBStateBackend()));
    steps(96, 120);

    forecasts.addAll(forecasts());
    assertEquals(new Loop("s", index -> first).over(1, 120).forecasts, forecasts);
  }

  /** What came out before the move. */
  private List<String> movedTo(StateBackend other) throws Exception {
    List<String> before = forecasts();
    OperatorSubtaskState savepoint =
        harness
            .snapshotWithLocalState(1, 1, SavepointType.savepoint(SavepointFormatType.CANONICAL))
            .getJobManagerOwnedState();
    harness.close();
    backend = other;
    open(savepoint, 1, 0);
    return before;
  }

  @FunctionalInterface
  private interface Event {
    void run() throws Exception;
  }

  @Test
  void silentSeriesIsDroppedAfterItsTtlAndStartsAnew() throws Exception {
    decide(1, 10_000, first);
    steps(1, 50);
    bothWatermarks(50 + TTL_STEPS);
    assertLeft(1, 1);

    bothWatermarks(51 + TTL_STEPS);
    assertLeft(0, 0);

    steps(200, 240);
    Loop expected = new Loop("s", index -> first).over(1, 50).anew().over(200, 240);
    assertEquals(expected.forecasts, forecasts());
    assertEquals(expected.evaluations, evaluations());
    assertLeft(1, 1);
  }

  @Test
  void silentSeriesStartsAnewThoughNoWatermarkHasDroppedItYet() throws Exception {
    decide(1, 10_000, first);
    steps(1, 50);
    steps(200, 240);

    Loop expected = new Loop("s", index -> first).over(1, 50).anew().over(200, 240);
    assertEquals(expected.forecasts, forecasts());
    assertEquals(expected.evaluations, evaluations());
    bothWatermarks(240);
    assertLeft(1, 1);
    bothWatermarks(241 + TTL_STEPS);
    assertLeft(0, 0);
  }

  @Test
  void seriesThatGoesOnIsKept() throws Exception {
    decide(1, 10_000, first);
    steps(1, 50);
    steps(50 + TTL_STEPS, 50 + TTL_STEPS);
    bothWatermarks(51 + TTL_STEPS);

    assertLeft(1, 1);
    assertEquals(
        new Loop("s", index -> first).over(1, 50).over(50 + TTL_STEPS, 50 + TTL_STEPS).forecasts,
        forecasts());
  }

  @Test
  void endOfInputForecastsWhatWaitsAndLeavesNothing() throws Exception {
    steps(1, 30);
    harness.processWatermark1(Watermark.MAX_WATERMARK);
    harness.processWatermark2(Watermark.MAX_WATERMARK);
    harness.endInput2();
    steps(31, 32);
    harness.endInput1();

    Loop expected = new Loop("s", none()).over(1, 32).anew();
    assertEquals(expected.forecasts, forecasts());
    assertEquals(expected.evaluations, evaluations());
  }

  /** Two subtasks hold both, which have dropped none yet; each is written by one of them. */
  @Test
  void aModelIsInACheckpointOnceHoweverManySubtasksHoldIt() throws Exception {
    List<OperatorSubtaskState> states = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      harness.close();
      open(null, 2, subtask);
      decide(1, 30, first);
      decide(30, 60, second);
      states.add(harness.snapshot(1, 1));
    }
    long models = ModelArtifact.write(first).length + ModelArtifact.write(second).length;
    long written =
        states.stream()
            .flatMap(state -> state.getManagedOperatorState().stream())
            .mapToLong(StateObject::getStateSize)
            .sum();
    assertTrue(written > models && written < 1.5 * models, written + " bytes for " + models);

    OperatorSubtaskState state =
        AbstractStreamOperatorTestHarness.repackageState(
            states.toArray(OperatorSubtaskState[]::new));
    for (int subtask = 0; subtask < 3; subtask++) {
      harness.close();
      open(
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, MAX_PARALLELISM, 2, 3, subtask),
          3,
          subtask);
      String series = seriesOf(subtask, 3);
      for (long index = 1; index <= 40; index++) {
        step(series, index);
      }
      assertEquals(
          new Loop(series, index -> index < 30 ? first : second).over(1, 40).forecasts,
          forecasts());
    }
  }

  /** One whose key a subtask owns. */
  private static String seriesOf(int subtask, int parallelism) {
    return TARGETS.byName().keySet().stream()
        .filter(
            name ->
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        name, MAX_PARALLELISM, parallelism)
                    == subtask)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void rescaledEachSeriesGoesOnWithTheModelsOnOneSubtask() throws Exception {
    List<String> series = List.of("a", "b", "c", "d", "e", "f");
    decide(1, 30, first);
    for (String name : series) {
      for (long index = 1; index <= 30; index++) {
        step(name, index);
      }
    }
    // the last one waits
    assertEquals(29 * series.size(), forecasts().size());
    OperatorSubtaskState state = harness.snapshot(1, 1);

    List<String> after = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      harness.close();
      open(
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, MAX_PARALLELISM, 1, 2, subtask),
          2,
          subtask);
      cover(31);
      after.addAll(forecasts());
    }

    assertEquals(
        series.stream()
            .map(name -> new Loop(name, index -> first).over(1, 30).forecasts.get(29))
            .toList(),
        after.stream().sorted().toList());
  }
}
