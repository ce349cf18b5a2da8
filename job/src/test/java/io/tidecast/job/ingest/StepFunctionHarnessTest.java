package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.OpenStep.Aggregation;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepFunctionHarnessTest extends StepFunctionHarness {
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
  void noDigitOfATargetIsLost() throws Exception {
    observe("s", 11, 1_000_000.01);
    observe("s", 22, 1_000_000.02);
    restore();
    harness.processWatermark(30);

    assertEquals(
        List.of("g/s #2 1000000.01 [] @20", "g/s #3 1000000.02 [] @30", "watermark 30"), output());
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
