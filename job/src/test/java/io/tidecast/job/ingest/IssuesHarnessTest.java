package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of ten milliseconds, and what is known of the next two. */
class IssuesHarnessTest {
  private static final float NONE = Float.NaN;
  private static final FutureColumns COLUMNS =
      new FutureColumns(Map.of("load", new int[] {0}), List.of("sun"), 2);

  private KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> harness;

  @BeforeEach
  void start() throws Exception {
    harness = open(null);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  @Test
  void anOriginKnowsTheNewestIssuesBeforeIt() throws Exception {
    issue(20, 5, Long.MIN_VALUE);
    issue(30, 6, Long.MIN_VALUE);
    target(10, 1);
    issue(30, 7, 0);
    target(20, 2);
    issue(60, 9, 0);
    target(30, 3);
    target(40, 4);

    assertEquals(
        List.of(
            "1: 1.0 [NaN, 5.0, 6.0]",
            "2: 2.0 [5.0, 7.0, NaN]",
            "3: 3.0 [7.0, NaN, NaN]",
            "4: 4.0 [NaN, NaN, 9.0]"),
        output());
  }

  @Test
  void theyAreRestored() throws Exception {
    issue(20, 5, Long.MIN_VALUE);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = open(state);
    target(10, 1);

    assertEquals(List.of("1: 1.0 [NaN, 5.0, NaN]"), output());
  }

  @Test
  void whatCameAfterItsPartitionHadGonePastAnOriginIsNotKnownToIt() throws Exception {
    issue(60, 5, 3);
    harness.processElement(observation(45, 4, NONE, false, 3), 45);
    issue(60, 6, 5);
    harness.processWatermark(50);
    target(60, 1);
    issue(70, 8, 5);

    // whether the watermark or the issue came first
    assertEquals(List.of("5: 4.0 [NaN, 5.0, NaN]", "6: 1.0 [6.0, NaN, NaN]"), output());
  }

  @Test
  void issuesAloneMakeNoStepsAndGoWithTheSeries() throws Exception {
    issue(20, 5, Long.MIN_VALUE);
    issue(900_000, 5, Long.MIN_VALUE);
    harness.processWatermark(1_000_000);
    target(1_000_010, 1);
    issue(1_000_010, 9, 0);

    assertEquals(List.of("100001: 1.0 [NaN, NaN, NaN]"), output());
    harness.processWatermark(3_000_000);
    assertEquals(0, harness.numKeyedStateEntries());
  }

  @Test
  void whatIsSaidOfStepsThatHaveClosedIsForgotten() throws Exception {
    for (int index = 1; index <= 100; index++) {
      issue(10 * index, index, Long.MIN_VALUE);
    }
    for (int index : List.of(3, 4, 6, 90)) {
      target(10 * index, 1);
      harness.processWatermark(10 * index);
      assertEquals(100 - index, kept(), "after step " + index);
    }
  }

  private int kept() throws Exception {
    int kept = 0;
    KeyedStateBackend<String> backend =
        ((AbstractStreamOperator<?>) harness.getOperator()).getKeyedStateBackend();
    backend.setCurrentKey("a/load");
    for (Long index :
        backend
            .getPartitionedState(
                VoidNamespace.INSTANCE,
                VoidNamespaceSerializer.INSTANCE,
                new MapStateDescriptor<>(
                    "issued-by-time sun", Types.LONG, Types.LIST(StoredTypes.SERIES_OBSERVATION)))
            .keys()) {
      kept += index == null ? 0 : 1;
    }
    return kept;
  }

  @Test
  void aLateTargetAmendsAStepThatKeepsWhatItWasTold() throws Exception {
    issue(20, 5, Long.MIN_VALUE);
    harness.processElement(observation(8, 1, NONE, false, Long.MIN_VALUE), 8);
    harness.processWatermark(10);
    harness.processElement(observation(9, 3, NONE, false, 1), 9);
    target(20, 2);
    SeriesStep last = null;
    while (!harness.getOutput().isEmpty()) {
      if (harness.getOutput().poll() instanceof StreamRecord<?> record) {
        last = (SeriesStep) record.getValue();
      }
    }

    assertEquals(List.of(1L), last.past().amended());
    assertEquals(3, last.past().steps().get(0).value());
    assertEquals(5, last.past().steps().get(0).covariates()[1]);
  }

  @ParameterizedTest
  @CsvSource({"MEAN, 3.0", "SUM, 12.0", "LAST, 5.0"})
  void severalTimesOfAStepAreMadeOneAsWhatIsObservedIs(Aggregation aggregation, float known)
      throws Exception {
    harness.close();
    harness = open(null, aggregation);
    for (long time : new long[] {18, 12, 20, 15}) {
      issue(time, Map.of(12L, 1f, 15L, 2f, 18L, 99f, 20L, 5f).get(time), Long.MIN_VALUE);
    }
    // said again, and by a record that was appended before all of them
    issue(18, 4, Long.MIN_VALUE);
    harness.processElement(
        new SeriesObservation(
            "a/load",
            "load",
            18,
            NONE,
            new float[] {50, NONE, NONE},
            false,
            true,
            Long.MIN_VALUE,
            2,
            3,
            0),
        18);
    target(10, 1);
    target(20, 2);

    assertEquals(
        List.of("1: 1.0 [NaN, %s, NaN]".formatted(known), "2: 2.0 [%s, NaN, NaN]".formatted(known)),
        output());
  }

  @Test
  void anIssueInPartsIsWholeHoweverManyThereAre() throws Exception {
    for (int i = 0; i < 9; i++) {
      issue(20, i, Long.MIN_VALUE);
    }
    target(10, 1);

    assertEquals(List.of("1: 1.0 [NaN, 8.0, NaN]"), output());
  }

  @Test
  void whatWasKeptByStepsIsStillKnown() throws Exception {
    MapStateDescriptor<Long, List<Tuple2<Long, float[]>>> before =
        new MapStateDescriptor<>(
            "issued sun",
            Types.LONG,
            Types.LIST(Types.TUPLE(Types.LONG, Types.PRIMITIVE_ARRAY(Types.FLOAT))));
    var writer =
        new KeyedProcessFunction<String, SeriesObservation, SeriesStep>() {
          @Override
          public void processElement(
              SeriesObservation value, Context context, Collector<SeriesStep> out)
              throws Exception {
            getRuntimeContext()
                .getMapState(before)
                .put(2L, List.of(Tuple2.of(Long.MIN_VALUE, new float[] {5})));
          }
        };
    harness.close();
    harness = Harnesses.open(harness(writer), StoredTypes.SERIES_STEP, null);
    harness.processElement(observation(20, NONE, 5, false, 0), 20);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = open(state);
    target(10, 1);
    target(20, 2);

    assertEquals(List.of("1: 1.0 [NaN, 5.0, NaN]", "2: 2.0 [5.0, NaN, NaN]"), output());
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> open(
      OperatorSubtaskState state) throws Exception {
    return open(state, Aggregation.LAST);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep>
      harness(KeyedProcessFunction<String, SeriesObservation, SeriesStep> function)
          throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(function), SeriesObservation::series, Types.STRING);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> open(
      OperatorSubtaskState state, Aggregation aggregation) throws Exception {
    return Harnesses.open(
        harness(
            new StepFunction(
                new Grid.Fixed(10),
                aggregation,
                Duration.ofMillis(1000),
                4,
                SourceTopics.of("topic"),
                COLUMNS)),
        StoredTypes.SERIES_STEP,
        state);
  }

  private void issue(long time, float value, long passed) throws Exception {
    harness.processElement(observation(time, NONE, value, false, passed), time);
  }

  /** One that ends its step. */
  private void target(long time, float value) throws Exception {
    harness.processElement(observation(time, value, NONE, true, Long.MIN_VALUE), time);
  }

  private static SeriesObservation observation(
      long time, float value, float known, boolean endsStep, long passed) {
    return new SeriesObservation(
        "a/load",
        "load",
        time,
        value,
        new float[] {known, NONE, NONE},
        endsStep,
        true,
        passed,
        7,
        3,
        77);
  }

  private List<String> output() {
    return harness.extractOutputValues().stream().map(IssuesHarnessTest::words).toList();
  }

  private static String words(SeriesStep of) {
    ClosedStep step = of.step();
    return step.index() + ": " + step.value() + " " + Arrays.toString(step.covariates());
  }
}
