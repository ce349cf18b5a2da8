package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.SourceTopics;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** How far each partition has come, and what that makes of the records behind it. */
class LateRecordsHarnessTest extends IngestHarness {
  @Test
  void whatLiesBeyondTheHistoryBringsItsRecordAlong() throws Exception {
    harness.close();
    IngestFunction reaching =
        new IngestFunction(
            CONFIG,
            CONFIG.ownRecords(),
            SourceTopics.of("topic"),
            3,
            Map.of(),
            StepClock.stopped());
    harness = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(reaching));
    harness.open();

    wind(0, 105, 1); // of step 11
    wind(1, 81, 2); // of step 9
    wind(1, 80, 3); // of step 8, three before
    wind(0, 111, 4);

    assertEquals(
        List.of(
            "",
            "",
            "{\"stream\":\"p1\",\"time\":\"1970-01-01T00:00:00.080Z\",\"values\":{\"wind\":3.0}}",
            ""),
        harness.extractOutputValues().stream()
            .map(o -> o.from().value() == null ? "" : new String(o.from().value()))
            .toList());
  }

  @Test
  void recordTooFarAheadIsRefusedAndMakesNoOtherLate() throws Exception {
    wind(0, APPENDED + MAX_FUTURE + 1, 1);
    wind(0, APPENDED + MAX_FUTURE, 2);
    wind(1, 500, 3);

    assertEquals(
        List.of("wind/p0/wind at 1001000: 2.0 [] from 0-1", "wind/p1/wind at 500: 3.0 [] from 1-2"),
        output());
    assertEquals(List.of("too-far-ahead"), reasons());
  }

  @Test
  void eachSaysWhichStepItsPartitionHadGonePast() throws Exception {
    wind(0, 500, 1);
    wind(1, 100, 2);
    // the watermark of partition 0 stands at 479: the step that ends at 480 is open
    wind(0, 480, 3);
    wind(0, 470, 5);
    wind(1, 90, 6);
    wind(0, 511, 7);
    wind(0, 500, 8);

    assertEquals(List.of(Long.MIN_VALUE, Long.MIN_VALUE, 47L, 47L, 7L, 47L, 49L), passed());
    assertEquals(List.of(), reasons());
  }

  @Test
  void refusedRecordsMakeNoOtherLate() throws Exception {
    wind(0, 500, 1);
    record(
        0, "{\"stream\":\"s\",\"time\":%s,\"values\":{\"wind\":\"x\"}}".formatted(time(900_000)));
    wind(0, 510, 2);

    assertEquals(2, output().size());
    assertEquals(List.of("not-numeric"), reasons());
  }

  @Test
  void tickMakesLateWhatComesAfterItForAStepItClosed() throws Exception {
    wind(0, 500, 1);
    record(0, "{\"type\":\"tidecast-tick\",\"time\":%s}".formatted(time(510)));
    output();
    open(harness.snapshot(1, 1), 1, 0);
    wind(0, 505, 2);
    wind(0, 511, 3);
    wind(1, 505, 4);

    assertEquals(List.of(51L, 51L, Long.MIN_VALUE), passed());
  }

  @Test
  void tickFromTheFutureSaysNothing() throws Exception {
    record(0, "{\"type\":\"tidecast-tick\",\"time\":%s}".formatted(time(APPENDED + 1)));
    wind(0, 505, 2);

    assertEquals(List.of("wind/p0/wind at 505: 2.0 [] from 0-1"), output());
    assertEquals(List.of(), reasons());
  }

  @Test
  void restoredEverySubtaskKnowsHowFarEachPartitionHadCome() throws Exception {
    wind(0, 500, 1);
    wind(1, 900, 1);
    OperatorSubtaskState one = harness.snapshot(1, 1);

    for (int subtask = 0; subtask < 2; subtask++) {
      harness.close();
      open(
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              one, MAX_PARALLELISM, 1, 2, subtask),
          2,
          subtask);
      wind(0, 470, 7);
      wind(1, 870, 7);

      assertEquals(List.of(47L, 87L), passed());
    }
  }

  @Test
  void partitionThatMovedBetweenSubtasksIsAsFarAsTheOneThatReadItCame() throws Exception {
    wind(0, 500, 1);
    OperatorSubtaskState reader = harness.snapshot(1, 1);
    harness.close();
    open(null, 1, 0);
    wind(0, 300, 1);
    OperatorSubtaskState stale = harness.snapshot(1, 1);
    harness.close();

    open(
        AbstractStreamOperatorTestHarness.repartitionOperatorState(
            AbstractStreamOperatorTestHarness.repackageState(stale, reader),
            MAX_PARALLELISM,
            2,
            1,
            0),
        1,
        0);
    wind(0, 470, 7);

    assertEquals(List.of(47L), passed());
  }
}
