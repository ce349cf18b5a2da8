package io.tidecast.job.forecast;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.Harnesses;
import io.tidecast.job.Recipes;
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
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * A forecast operator, the steps and decisions that are put into it, and a plain {@link
 * SeriesForecaster} that its output is held against.
 */
abstract class ForecastOperatorHarness {
  static final int MAX_PARALLELISM = 8;
  static final int EVALUATION_PERIOD = 4;
  static final long TTL_STEPS = 100;
  static final Duration STEP = Duration.ofHours(1);
  static final Grid GRID = Grid.of(STEP);
  static final ForecasterConfig CONFIG = config(3, new CellConfig(CellConfig.Kind.LSTM, 1, 4));
  static final Targets TARGETS =
      new Targets(
          Stream.of("a", "b", "c", "d", "e", "f", "r", "s")
              .collect(toMap(name -> name, name -> new Targets.Target("g", List.of()))));
  static ForecastModel first;
  static ForecastModel second;
  static ForecastModel ofAnotherShape;
  int maxWaiting = 1_000_000;
  long swapKeptSteps = 30;
  StateBackend backend = new HashMapStateBackend();
  int reach;
  KeyedTwoInputStreamOperatorTestHarness<String, SeriesStep, GroupNotice, KeyedBytes> harness;

  @BeforeAll
  static void train() {
    first = trained(CONFIG, 1);
    second = trained(CONFIG, 2);
    ofAnotherShape = trained(config(5, new CellConfig(CellConfig.Kind.RNN, 2, 7)), 2);
  }

  static ForecasterConfig config(int horizon, CellConfig cell) {
    return ForecasterConfig.of(STEP, horizon, 12, 0).toBuilder()
        .cell(cell)
        .history(24)
        .maxGap(8)
        .build();
  }

  /** A small model by the real trainer; another seed gives other weights. */
  static ForecastModel trained(ForecasterConfig config, int sequence) {
    float[][] values = new float[400][];
    for (int i = 0; i < values.length; i++) {
      values[i] = new float[] {value(i)};
    }
    TrainingResult result =
        new Trainer(config, Recipes.TINY)
            .choose(
                List.of(new Stretch("s", values.length, values)),
                new TrainingRun("g", sequence, sequence, "test"),
                TrainingListener.NONE);
    return ((TrainingResult.Chosen) result).model();
  }

  static float value(long index) {
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

  void open(OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
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

  MailboxExecutorImpl mailbox() {
    return new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE);
  }

  void runMails() throws Exception {
    while (mailbox().tryYield()) {
      // the next slice
    }
  }

  void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    open(state, 1, 0);
  }

  static long end(long index) {
    return index * STEP.toMillis();
  }

  static SeriesStep stepOf(String series, long index) {
    return new SeriesStep(series, "g", new ClosedStep(index, value(index), new float[0]));
  }

  void step(String series, long index) throws Exception {
    harness.processElement1(new StreamRecord<>(stepOf(series, index), end(index)));
  }

  void steps(long from, long to) throws Exception {
    for (long index = from; index <= to; index++) {
      step("s", index);
    }
  }

  void decide(long validFrom, long coveredBefore, ForecastModel promoted) throws Exception {
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
            Decision.Basis.NONE));
  }

  /** Nothing is forecast by the hand that covers it. */
  void notice(GroupNotice notice) throws Exception {
    harness.processElement2(new StreamRecord<>(notice));
    runMails();
  }

  void cover(long before) throws Exception {
    notice(new GroupNotice.Covered("g", end(before)));
  }

  void bothWatermarks(long index) throws Exception {
    harness.processWatermark1(new Watermark(end(index)));
    harness.processWatermark2(new Watermark(end(index)));
  }

  /** Forecasts as they came out; watermarks are checked where they say something. */
  List<String> forecasts() {
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
  static List<String> from(long index, List<String> forecasts) {
    String first = Instant.ofEpochMilli(end(index)).toString();
    return forecasts.stream()
        .filter(
            line -> line.replaceFirst(".*\"origin\":\"([^\"]+)\".*", "$1").compareTo(first) >= 0)
        .sorted()
        .toList();
  }

  List<String> evaluations() {
    Queue<StreamRecord<KeyedBytes>> out = harness.getSideOutput(ForecastOperator.EVALUATIONS);
    return out == null
        ? List.of()
        : out.stream()
            .map(r -> text(r.getValue().key()) + " " + text(r.getValue().value()))
            .toList();
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  void assertLeft(int entries, int timers) {
    AbstractStreamOperator<?> operator = (AbstractStreamOperator<?>) harness.getOperator();
    HeapKeyedStateBackend<?> backend = (HeapKeyedStateBackend<?>) operator.getKeyedStateBackend();
    assertEquals(entries, backend.numKeyValueStateEntries());
    assertEquals(timers, harness.numEventTimeTimers());
    assertEquals(0, harness.numProcessingTimeTimers());
  }

  /** What a plain loop gives. */
  static final class Loop {
    final SeriesForecaster forecaster = new SeriesForecaster(CONFIG, EVALUATION_PERIOD);
    final String series;
    final LongFunction<ForecastModel> versions;
    final List<String> forecasts = new ArrayList<>();
    final List<String> evaluations = new ArrayList<>();
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

  static LongFunction<ForecastModel> none() {
    return index -> null;
  }

  /** A model with another bias. */
  static ForecastModel version(ForecastModel first, int number) {
    HeadWeights head = first.head().orElseThrow().moved(number * 0.001f);
    return ModelArtifact.seal(
        first.config(), first.layers(), head, first.highway().orElse(null), first.provenance());
  }
}
