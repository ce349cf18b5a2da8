package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepFunctionHarnessTest {
  private static final int MAX_PARALLELISM = 8;
  private static final long TTL = 1_000;

  /** Steps that an observation may come late. */
  private int reach;

  private KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> harness;

  @BeforeEach
  void start() throws Exception {
    harness = open(Aggregation.LAST, null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  private KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> open(
      Aggregation aggregation, OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, SeriesObservation, SeriesStep> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new StepFunction(
                    new Grid.Fixed(10),
                    aggregation,
                    Duration.ofMillis(TTL),
                    reach,
                    SourceTopics.of("topic"))),
            SeriesObservation::series,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    return Harnesses.open(harness, StoredTypes.SERIES_STEP, state);
  }

  private static SeriesObservation observation(
      String series, long time, float value, float... beside) {
    return new SeriesObservation(
        series, "g", time, value, beside, false, true, Long.MIN_VALUE, 7, 3, 77);
  }

  /** One of a partition that had gone past a step; its records are not keyed unless told so. */
  private void observe(long time, float value, long passed, boolean isKeyed, long offset)
      throws Exception {
    harness.processElement(
        new SeriesObservation(
            "s", "g", time, value, new float[0], false, isKeyed, passed, 100 + offset, 3, offset),
        time);
  }

  private void reach(int steps, Aggregation aggregation) throws Exception {
    reach = steps;
    harness.close();
    harness = open(aggregation, null, 1, 0);
  }

  private void observe(String series, long time, float value, float... beside) throws Exception {
    harness.processElement(observation(series, time, value, beside), time);
  }

  /** One that ends its step. */
  private void end(String series, long time, float value) throws Exception {
    harness.processElement(
        new SeriesObservation(
            series, "g", time, value, new float[0], true, true, Long.MIN_VALUE, 7, 3, 77),
        time);
  }

  private void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = open(Aggregation.LAST, state, 1, 0);
  }

  /** Every step and watermark in order, what went to the side, and what is left. */
  private List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record && record.getValue() instanceof SeriesStep step) {
        ClosedStep closed = step.step();
        lines.add(
            "%s/%s #%d %s %s @%d"
                    .formatted(
                        step.group(),
                        step.series(),
                        closed.index(),
                        closed.value(),
                        Arrays.toString(closed.covariates()),
                        record.getTimestamp())
                + amended(step));
      } else if (out instanceof Watermark mark) {
        lines.add("watermark " + mark.getTimestamp());
      } else {
        lines.add(out.toString());
      }
    }
    harness.getOutput().clear();
    return lines;
  }

  private static String amended(SeriesStep step) {
    StringBuilder text = new StringBuilder(step.knownAt() == step.step().index() ? "" : " late");
    if (!step.past().isEmpty()) {
      text.append(" amends ").append(step.past().amended()).append(" of");
      step.past()
          .steps()
          .forEach(s -> text.append(' ').append(s.index()).append('=').append(s.value()));
    }
    return text.toString();
  }

  private List<DeadLetter> late() {
    Queue<StreamRecord<DeadLetter>> late = harness.getSideOutput(StepFunction.LATE);
    return late == null ? List.of() : late.stream().map(StreamRecord::getValue).toList();
  }

  /** Of so many series how far they have closed, and the timers that drop that. */
  private void assertOnlyProgressIsLeft(int series) {
    assertEquals(series, harness.numKeyedStateEntries());
    assertEquals(series, harness.numEventTimeTimers());
    assertEquals(0, harness.numProcessingTimeTimers());
  }

  @Test
  void lateObservationAmendsItsStepWithTheNextOne() throws Exception {
    reach(5, Aggregation.LAST);
    end("s", 10, 1);
    end("s", 20, 2);
    end("s", 30, 3);
    output();

    observe("s", 12, 7);
    observe("s", 20, 8);
    observe("s", 5, 9);
    restore();
    assertEquals(List.of(), output());
    end("s", 40, 4);
    end("s", 50, 5);

    assertEquals(
        List.of("g/s #4 4.0 [] @40 amends [2] of 1=1.0 2=8.0 3=3.0", "g/s #5 5.0 [] @50"),
        output());
    assertEquals(List.of(), late());
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void whatIsTheSameAgainAmendsNothing(Aggregation aggregation) throws Exception {
    reach(5, aggregation);
    observe("s", 8, 1);
    end("s", 10, 1);
    end("s", 20, 2);
    observe("s", 8, 1);
    observe("s", 10, 1);
    end("s", 30, 3);

    assertEquals("g/s #3 3.0 [] @30", output().get(2));
    assertEquals(List.of(), late());
  }

  @Test
  void stepThatWasEmptyIsThereFromNowOn() throws Exception {
    reach(5, Aggregation.MEAN);
    end("s", 10, 1);
    end("s", 30, 3);
    observe("s", 12, 4);
    observe("s", 14, 6);
    end("s", 40, 4);

    assertEquals("g/s #4 4.0 [] @40 amends [2] of 1=1.0 2=5.0 3=3.0", output().get(2));
  }

  @Test
  void whatComesLaterThanThatIsADeadLetterAndNothingElse() throws Exception {
    reach(5, Aggregation.LAST);
    for (int i = 1; i <= 12; i++) {
      end("s/v", 10 * i, i);
    }
    output();
    observe("s/v", 70, 9);
    observe("s/v", 71, 9);
    end("s/v", 130, 13);

    assertEquals(List.of("g/s/v #13 13.0 [] @130"), output());
    assertEquals(1, late().size());
  }

  /** Whatever has closed by then, as other partitions were read: the same comes out. */
  @ParameterizedTest
  @ValueSource(longs = {0, 19, 20, 30})
  void latenessIsThatOfItsPartition(long watermark) throws Exception {
    reach(5, Aggregation.LAST);
    observe(11, 2, 0, false, 1);
    observe(21, 3, 1, false, 2);
    harness.processWatermark(watermark);
    // its partition has gone past step 2, and may have read all the others or none
    observe(12, 7, Math.max(2, watermark / 10), false, 3);
    observe(31, 4, Math.max(2, watermark / 10), false, 4);
    harness.processWatermark(100);

    List<String> steps = output();
    steps.removeIf(line -> line.startsWith("watermark"));
    assertEquals(
        watermark == 30
            ? List.of(
                "g/s #2 2.0 [] @20",
                "g/s #3 3.0 [] @30",
                "g/s #4 4.0 [] @40 amends [2] of 2=7.0 3=3.0")
            : List.of(
                "g/s #2 2.0 [] @20", "g/s #3 3.0 [] @30 amends [2] of 2=7.0", "g/s #4 4.0 [] @40"),
        steps);
  }

  @Test
  void seriesBehindItsPartitionIsNotLateForThat() throws Exception {
    reach(5, Aggregation.MEAN);
    harness.processWatermark(95);
    observe(11, 2, 9, true, 1);
    observe(12, 4, 9, true, 2);
    observe(21, 5, 10, true, 3);
    // its step closes when the partition has gone past step 10
    observe(13, 99, 10, true, 4);
    harness.processWatermark(100);
    harness.processWatermark(200);

    assertEquals(
        List.of(
            "watermark 95",
            "g/s #2 3.0 [] @100 late",
            "watermark 100",
            "g/s #3 5.0 [] @110 late amends [2] of 2=35.0",
            "watermark 200"),
        output());
    assertEquals(List.of(), late());
  }

  @Test
  void stepClosesWhenTheWatermarkReachesItsEnd() throws Exception {
    observe("s", 11, 1);
    harness.processWatermark(19);
    assertEquals(List.of("watermark 19"), output());
    assertEquals(2, harness.numKeyedStateEntries());
    assertEquals(1, harness.numEventTimeTimers());

    harness.processWatermark(20);
    assertEquals(List.of("g/s #2 1.0 [] @20", "watermark 20"), output());
    assertOnlyProgressIsLeft(1);
  }

  @Test
  void stepHoldsItsEndAndNotItsStart() throws Exception {
    observe("s", 10, 1);
    observe("s", 20, 2);
    harness.processWatermark(20);

    assertEquals(List.of("g/s #1 1.0 [] @10", "g/s #2 2.0 [] @20", "watermark 20"), output());
  }

  @Test
  void timesBeforeTheEpochHaveStepsToo() throws Exception {
    observe("s", -10, 1);
    observe("s", -9, 2);
    observe("s", 0, 3);
    harness.processWatermark(0);

    assertEquals(List.of("g/s #-1 1.0 [] @-10", "g/s #0 3.0 [] @0", "watermark 0"), output());
  }

  @Test
  void stepsOfEachSeriesComeOutInOrderWhateverOrderTheyCameIn() throws Exception {
    observe("s", 35, 4);
    observe("r", 25, 30);
    observe("s", 15, 2);
    observe("s", 25, 3);
    observe("r", 15, 20);
    harness.processWatermark(40);

    List<String> output = output();
    assertEquals(
        List.of("g/s #2 2.0 [] @20", "g/s #3 3.0 [] @30", "g/s #4 4.0 [] @40"),
        output.stream().filter(line -> line.startsWith("g/s")).toList());
    assertEquals(
        List.of("g/r #2 20.0 [] @20", "g/r #3 30.0 [] @30"),
        output.stream().filter(line -> line.startsWith("g/r")).toList());
    assertEquals("watermark 40", output.get(5));
    assertEquals(6, output.size());
    assertOnlyProgressIsLeft(2);
  }

  @Test
  void stepWithoutAnObservationDoesNotComeOut() throws Exception {
    observe("s", 15, 1);
    observe("s", 55, 2);
    harness.processWatermark(100);

    assertEquals(List.of("g/s #2 1.0 [] @20", "g/s #6 2.0 [] @60", "watermark 100"), output());
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void observationsOfAStepAreAggregated(Aggregation aggregation) throws Exception {
    harness.close();
    harness = open(aggregation, null, 1, 0);

    observe("s", 12, 1, 10);
    observe("s", 18, 5, Float.NaN);
    observe("s", 15, 3, 20);
    harness.processWatermark(20);

    String expected =
        switch (aggregation) {
          case LAST -> "5.0 [20.0]";
          case MEAN -> "3.0 [15.0]";
          case SUM -> "9.0 [30.0]";
        };
    assertEquals(List.of("g/s #2 " + expected + " @20", "watermark 20"), output());
  }

  @Test
  void ofEqualTimesTheLastToArriveCounts() throws Exception {
    observe("s", 15, 1);
    observe("s", 15, 2);
    harness.processWatermark(20);

    assertEquals(List.of("g/s #2 2.0 [] @20", "watermark 20"), output());
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void missingValuesAreNoNumbers(Aggregation aggregation) throws Exception {
    harness.close();
    harness = open(aggregation, null, 1, 0);

    observe("s", 15, Float.NaN, 7);
    observe("s", 25, 8, Float.NaN);
    harness.processWatermark(30);

    assertEquals(List.of("g/s #2 NaN [7.0] @20", "g/s #3 8.0 [NaN] @30", "watermark 30"), output());
  }

  @Test
  void lateObservationGoesToTheSideAndLeavesStateAlone() throws Exception {
    observe("a station/temperature", 15, 1);
    harness.processWatermark(20);
    observe("a station/temperature", 20, 5);
    harness.processWatermark(30);

    assertEquals(
        List.of("g/a station/temperature #2 1.0 [] @20", "watermark 20", "watermark 30"), output());
    DeadLetter letter = late().get(0);
    assertEquals(1, late().size());
    assertEquals(IngestFunction.LATE, letter.reason());
    assertEquals("a station", new String(letter.key(), StandardCharsets.UTF_8));
    assertEquals(
        "{\"stream\":\"a station\",\"time\":\"1970-01-01T00:00:00.020Z\","
            + "\"values\":{\"temperature\":5.0}}",
        new String(letter.value(), StandardCharsets.UTF_8));
    assertEquals("topic 3 77", letter.topic() + " " + letter.partition() + " " + letter.offset());
    assertOnlyProgressIsLeft(1);
  }

  @Test
  void observationAtTheEndClosesItsStepAtOnce() throws Exception {
    observe("s", 12, 1);
    end("s", 20, 2);
    end("s", 30, 3);

    assertEquals(List.of("g/s #2 2.0 [] @20", "g/s #3 3.0 [] @30"), output());
    harness.processWatermark(29);
    assertEquals(List.of("watermark 29"), output());
    assertOnlyProgressIsLeft(1);
  }

  @Test
  void earlierStepsCloseBeforeTheOneThatEnds() throws Exception {
    observe("s", 25, 3);
    observe("s", 12, 2);
    end("s", 40, 4);

    assertEquals(List.of("g/s #2 2.0 [] @40", "g/s #3 3.0 [] @40", "g/s #4 4.0 [] @40"), output());
  }

  @Test
  void observationOfAStepThatHasEndedIsLate() throws Exception {
    end("s/a", 20, 1);
    observe("s/a", 15, 7);
    end("s/a", 20, 8);

    assertEquals(List.of("g/s/a #2 1.0 [] @20"), output());
    assertEquals(2, late().size());
  }

  /** The partition of a series was idle, and the job has restarted: its records lay in Kafka. */
  @Test
  void lateObservationAfterARestoreDoesNotOpenAClosedStepAgain() throws Exception {
    observe("s/a", 42, 1);
    harness.processWatermark(100);
    assertEquals(List.of("g/s/a #5 1.0 [] @50", "watermark 100"), output());

    restore();
    observe("s/a", 44, 2);
    observe("s/a", 50, 3);
    observe("s/a", 55, 4);
    harness.processWatermark(60);

    assertEquals(List.of("g/s/a #6 4.0 [] @60", "watermark 60"), output());
    assertEquals(2, late().size());
    assertOnlyProgressIsLeft(1);
  }

  /** Its partition was idle, and the watermark of the others has gone past its steps. */
  @Test
  void seriesBehindTheWatermarkLosesNothing() throws Exception {
    harness.processWatermark(1_000);
    observe("s", 12, 1);
    observe("s", 18, 2);
    observe("s", 23, 3);
    harness.processWatermark(1_001);

    assertEquals(
        List.of("watermark 1000", "g/s #2 2.0 [] @1001", "g/s #3 3.0 [] @1001", "watermark 1001"),
        output());
    assertEquals(List.of(), late());
  }

  @Test
  void silentSeriesIsForgottenAfterItsTtl() throws Exception {
    end("s", 20, 1);
    end("s", 30, 1);
    harness.processWatermark(20 + TTL);
    assertOnlyProgressIsLeft(1);

    harness.processWatermark(30 + TTL);
    assertOnlyProgressIsLeft(0);
  }

  @Test
  void endOfInputClosesWhatIsOpenAndNoMore() throws Exception {
    observe("s", 15, 1);
    observe("s", 25, 2);
    harness.processWatermark(Watermark.MAX_WATERMARK);
    harness.endInput();

    assertEquals(
        List.of("g/s #2 1.0 [] @20", "g/s #3 2.0 [] @30", "watermark " + Long.MAX_VALUE), output());
    assertOnlyProgressIsLeft(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void restoredItGoesOnAsIfNothingHadHappened(int failAfter) throws Exception {
    List<Event> events =
        List.of(
            () -> observe("s", 12, 1, 10),
            () -> observe("s", 25, 2, 20),
            () -> observe("s", 18, 3, Float.NaN),
            () -> harness.processWatermark(20),
            () -> observe("s", 21, 4, 40),
            () -> harness.processWatermark(30));
    List<String> output = new ArrayList<>();

    for (int i = 0; i < events.size(); i++) {
      if (i == failAfter) {
        output.addAll(output());
        OperatorSubtaskState state = harness.snapshot(1, 1);
        harness.close();
        harness = open(Aggregation.LAST, state, 1, 0);
      }
      events.get(i).run();
    }

    output.addAll(output());
    assertEquals(
        List.of("g/s #2 3.0 [10.0] @20", "watermark 20", "g/s #3 2.0 [20.0] @30", "watermark 30"),
        output);
    assertOnlyProgressIsLeft(1);
  }

  @FunctionalInterface
  private interface Event {
    void run() throws Exception;
  }

  @Test
  void rescaledEachSeriesClosesOnceOnOneSubtask() throws Exception {
    List<String> series = List.of("a", "b", "c", "d", "e", "f");
    for (String name : series) {
      observe(name, 15, 1);
    }
    OperatorSubtaskState state = harness.snapshot(1, 1);

    List<String> closed = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, MAX_PARALLELISM, 1, 2, subtask);
      harness.close();
      harness = open(Aggregation.LAST, part, 2, subtask);
      int held = harness.numKeyedStateEntries();
      assertTrue(held > 0 && held < 2 * series.size(), "subtask " + subtask + " holds " + held);
      harness.processWatermark(20);
      closed.addAll(output());
      assertOnlyProgressIsLeft(held / 2);
    }

    closed.removeIf("watermark 20"::equals);
    assertEquals(
        series.stream().map(name -> "g/" + name + " #2 1.0 [] @20").toList(),
        closed.stream().sorted().toList());
  }
}
