package io.tidecast.job.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.GroupNotice;
import io.tidecast.model.artifact.ModelArtifact;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.SavepointType;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept per series and of the models: restored, moved, rescaled, dropped. */
class ForecastStateHarnessTest extends ForecastOperatorHarness {
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
