package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** What a task goes on from after a failure, a stop or on another number of subtasks. */
class RetrainRestoreHarnessTest extends RetrainHarness {
  @Test
  void pendingTrainingStartsAgainOnRestoreAndDecidesTheSame() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    restore();

    harness.processWatermark1(new Watermark(1_050));
    assertEquals(List.of("g covered before 1100", "watermark 1050"), output());
    awaitDecisions(1);
    assertEquals(List.of("g@1000 PROMOTED 'g-1-2'"), output());
  }

  @Test
  void boundariesThatWaitSurviveARestore() throws Exception {
    fourBoundariesFallDue();
    restore();
    awaitDecisions(4);

    assertEquals(FOUR_DECISIONS, output().stream().filter(line -> line.contains("@")).toList());
  }

  @Test
  void decisionThatWasOutButNotCheckpointedFallsOutTheSame() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    OperatorSubtaskState before = harness.snapshot(1, 1);
    awaitDecisions(1);
    List<String> first = output();
    harness.close();

    open(before);
    awaitDecisions(1);
    List<String> second = output();
    assertEquals(first.get(first.size() - 1), second.get(second.size() - 1));
  }

  @Test
  void championSurvivesARestoreAndIsNotTrainedAgainBeforeItsTime() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_100));
    awaitDecisions(1);
    restore();

    window("g", 1_900);
    harness.processWatermark1(new Watermark(2_050));
    assertEquals(List.of("g@2000 NOT_TRIGGERED 'g-1-2'", "watermark 2050"), output());
    window("g", 2_900);
    harness.processWatermark1(new Watermark(3_100));
    awaitDecisions(1);
    assertEquals(
        List.of("watermark 3100", "g@3000 PROMOTED 'g-2-4'"),
        output().stream().filter(line -> !line.contains("covered")).toList());
  }

  @Test
  void rescaledEachGroupGoesOnOnOneSubtask() throws Exception {
    String[] names = {"a", "b", "c", "d", "e", "f"};
    reopen(names);
    for (String name : names) {
      window(name, 400);
      window(name, 800);
    }
    harness.processWatermark1(new Watermark(1_000));
    OperatorSubtaskState state = harness.snapshot(1, 1);

    List<String> decided = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      harness.close();
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, MAX_PARALLELISM, 1, 2, subtask);
      open(part, 2, subtask);
      PERMITS.release(1_000);
      harness.processWatermark1(Watermark.MAX_WATERMARK);
      harness.endInput1();
      harness.endInput2();
      decided.addAll(output().stream().filter(line -> line.contains("@")).toList());
    }

    assertEquals(
        List.of(names).stream().map(n -> n + "@1000 PROMOTED '" + n + "-1-2'").toList(),
        decided.stream().sorted().toList());
  }
}
