package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.job.state.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Open windows through a stop: as they were, on other subtasks, for other targets. */
class WindowRestoreHarnessTest extends WindowHarness {
  private static Targets other(String group, String... covariates) {
    return new Targets(Map.of("u", new Targets.Target(group, List.of(covariates))));
  }

  private void goOnWith(Targets targets) throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = open(targets, 1, state, 1, 0);
  }

  @Test
  void otherCovariatesBeginAnotherWindow() throws Exception {
    step("u", 1, 1, 10);
    step("u", 2, 2, 20);
    goOnWith(other("g", "y"));
    step("u", 3, 3, 30);
    step("u", 4, 4, 40);
    step("u", 5, 5, 50);

    assertEquals(
        List.of("g/u to #5 known at 50: 3 x 2 [3.0, 30.0, 4.0, 40.0, 5.0, 50.0] @50"), output());
  }

  @Test
  void stepUnderWayWithMoreCovariatesThanThereAreNowCountsThemAsMissing() throws Exception {
    goOnWith(other("g", "x", "y"));
    step("u", 1, 1, 10);
    step("u", 2, 2, 20, 200);
    step("u", 3, 3, 30, 300);

    assertEquals(
        List.of(
            "g/u to #3 known at 30: 3 x 3"
                + " [1.0, NaN, NaN, 2.0, 20.0, 200.0, 3.0, 30.0, 300.0] @30"),
        output());
  }

  @Test
  void windowIsOfTheGroupThatItsSeriesHasNow() throws Exception {
    step("u", 1, 1, 10);
    goOnWith(other("renamed", "x"));
    step("u", 2, 2, 20);
    step("u", 3, 3, 30);

    assertEquals(
        List.of("renamed/u to #3 known at 30: 3 x 2 [1.0, 10.0, 2.0, 20.0, 3.0, 30.0] @30"),
        output());
  }

  @Test
  void seriesThatIsNotForecastAnyMoreGivesNoWindow() throws Exception {
    step("s", 1, 1);
    step("s", 2, 2);
    goOnWith(other("g", "x"));
    step("s", 3, 3);

    assertEquals(List.of(), output());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void restoredItGoesOnAsIfNothingHadHappened(int failAfter) throws Exception {
    List<String> output = new ArrayList<>();
    long[] indices = {1, 2, 3, 5, 6, 90, 91};

    for (int i = 0; i < indices.length; i++) {
      if (i == failAfter) {
        output.addAll(output());
        OperatorSubtaskState state = harness.snapshot(1, 1);
        harness.close();
        harness = open(1, state, 1, 0);
      }
      step("s", indices[i], indices[i]);
    }

    output.addAll(output());
    assertEquals(
        List.of(
            "g/s to #3 known at 30: 3 x 1 [1.0, 2.0, 3.0] @30",
            "g/s to #6 known at 60: 3 x 1 [NaN, 5.0, 6.0] @60"),
        output);
  }

  private static boolean isOwn(String key, int subtask) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, MAX_PARALLELISM, 2) == subtask;
  }

  @Test
  void rescaledEachSeriesCompletesItsWindowOnOneSubtask() throws Exception {
    List<String> series = List.of("a", "b", "c", "d", "e", "f");
    for (String name : series) {
      step(name, 1, 1);
      step(name, 2, 2);
    }
    OperatorSubtaskState state = harness.snapshot(1, 1);

    List<String> completed = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, MAX_PARALLELISM, 1, 2, subtask);
      harness.close();
      harness = open(1, part, 2, subtask);
      for (String name : series) {
        if (isOwn(name, subtask)) {
          step(name, 3, 3);
        }
      }
      completed.addAll(output());
    }

    assertEquals(
        series.stream()
            .map(name -> "g/" + name + " to #3 known at 30: 3 x 1 [1.0, 2.0, 3.0] @30")
            .toList(),
        completed.stream().sorted().toList());
  }
}
