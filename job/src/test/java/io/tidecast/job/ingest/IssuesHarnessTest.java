package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Steps of ten milliseconds, and what is known of the next two. */
class IssuesHarnessTest {
  private static final float NONE = Float.NaN;

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

  private static KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> open(
      OperatorSubtaskState state) throws Exception {
    return Harnesses.open(
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new StepFunction(
                    new Grid.Fixed(10),
                    Aggregation.LAST,
                    Duration.ofMillis(1000),
                    4,
                    SourceTopics.of("topic"),
                    new FutureColumns(Map.of("load", new int[] {0}), List.of("sun"), 2))),
            SeriesObservation::series,
            Types.STRING),
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
    return harness.extractOutputValues().stream()
        .map(SeriesStep::step)
        .map(s -> s.index() + ": " + s.value() + " " + Arrays.toString(s.covariates()))
        .toList();
  }
}
