package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.Harnesses;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowFunctionHarnessTest {
  private static final int MAX_PARALLELISM = 8;
  private static final int MAX_GAP = 4;

  private static final Targets TARGETS = targets();

  private KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> harness;

  @BeforeEach
  void start() throws Exception {
    harness = open(1, null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  private static Targets targets() {
    Map<String, Targets.Target> targets = new HashMap<>();
    targets.put("s", new Targets.Target("g", List.of()));
    targets.put("t", new Targets.Target("g", List.of("x", "y")));
    targets.put("u", new Targets.Target("g", List.of("x")));
    Stream.concat(
            Stream.of("a", "b", "c", "d", "e", "f"),
            IntStream.range(0, 40).mapToObj(number -> "s" + number))
        .forEach(name -> targets.put(name, new Targets.Target("g", List.of())));
    return new Targets(targets);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> open(
      double sample, OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    return open(TARGETS, sample, state, parallelism, subtask);
  }

  /** Windows of three steps on a grid of ten milliseconds. */
  private static KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> open(
      Targets targets, double sample, OperatorSubtaskState state, int parallelism, int subtask)
      throws Exception {
    RetrainConfig config =
        new RetrainConfig(
            Duration.ofMillis(1000),
            Duration.ofMillis(10),
            Duration.ofMillis(1000),
            0,
            false,
            Duration.ZERO,
            0,
            3,
            3,
            Duration.ofMillis(1000),
            1_000,
            sample,
            1,
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            1);
    KeyedOneInputStreamOperatorTestHarness<String, SeriesStep, SeriesWindow> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(
                new WindowFunction(new Grid.Fixed(10), config, MAX_GAP, targets)),
            SeriesStep::series,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    return Harnesses.open(harness, StoredTypes.SERIES_WINDOW, state);
  }

  private void step(String series, long index, float value, float... beside) throws Exception {
    harness.processElement(
        new SeriesStep(series, "g", new ClosedStep(index, value, beside)), 10 * index);
  }

  private List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record
          && record.getValue() instanceof SeriesWindow window) {
        lines.add(
            "%s/%s to #%d known at %d: %d x %d %s @%d"
                    .formatted(
                        window.group(),
                        window.series(),
                        window.end(),
                        window.knownAt(),
                        window.steps(),
                        window.width(),
                        Arrays.toString(window.values()),
                        record.getTimestamp())
                + (window.amends() ? " amends" : ""));
      } else if (out instanceof Watermark mark) {
        lines.add("watermark " + mark.getTimestamp());
      } else {
        lines.add(out.toString());
      }
    }
    harness.getOutput().clear();
    return lines;
  }

  private static Targets other(String group, String... covariates) {
    return new Targets(Map.of("u", new Targets.Target(group, List.of(covariates))));
  }

  private void goOnWith(Targets targets) throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness = open(targets, 1, state, 1, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void windowThatLayOpenForTheWholeHistoryIsDropped(boolean watermarkFirst) throws Exception {
    step("s/a", 1, 1);
    step("s/a", 2, 2);
    if (watermarkFirst) {
      harness.processWatermark(20 + 1_000);
      assertEquals(0, harness.numKeyedStateEntries());
      assertEquals(0, harness.numEventTimeTimers());
    }
    harness.getOutput().clear();
    for (long index = 102; index <= 104; index++) {
      step("s/a", index, 3);
    }

    assertEquals(List.of("g/s/a to #104 known at 1040: 3 x 1 [3.0, 3.0, 3.0] @1040"), output());
  }

  @Test
  void amendedStepIsSoInTheOpenWindowAndFollowsOneThatIsGone() throws Exception {
    for (long index = 1; index <= 4; index++) {
      step("s/a", index, index);
    }
    harness.getOutput().clear();
    List<ClosedStep> past =
        List.of(
            new ClosedStep(2, 20, new float[0]),
            new ClosedStep(3, 3, new float[0]),
            new ClosedStep(4, 40, new float[0]));

    harness.processElement(
        new SeriesStep(
            "s/a",
            "g",
            new ClosedStep(6, 6, new float[0]),
            8,
            new SeriesStep.Amendment(List.of(2L, 4L), past)),
        80);

    assertEquals(
        List.of(
            "g/s/a to #2 known at 80: 1 x 1 [20.0] @80 amends",
            "g/s/a to #6 known at 80: 3 x 1 [40.0, NaN, 6.0] @80"),
        output());
  }

  @Test
  void stepThatComesTwiceIsNoNews() throws Exception {
    step("s/a", 1, 1);
    step("s/a", 2, 2);
    step("s/a", 2, 9);
    step("s/a", 1, 9);
    step("s/a", 3, 3);

    assertEquals(List.of("g/s/a to #3 known at 30: 3 x 1 [1.0, 2.0, 3.0] @30"), output());
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

  @Test
  void windowsFollowEachOtherWithoutOverlap() throws Exception {
    for (int index = 1; index <= 7; index++) {
      step("s", index, index);
      harness.processWatermark(10 * index);
    }

    assertEquals(
        List.of(
            "watermark 10",
            "watermark 20",
            "g/s to #3 known at 30: 3 x 1 [1.0, 2.0, 3.0] @30",
            "watermark 30",
            "watermark 40",
            "watermark 50",
            "g/s to #6 known at 60: 3 x 1 [4.0, 5.0, 6.0] @60",
            "watermark 60",
            "watermark 70"),
        output());
    assertEquals(1, harness.numKeyedStateEntries());
    assertEquals(1, harness.numEventTimeTimers());
  }

  @Test
  void covariatesStandBesideTheirTarget() throws Exception {
    step("t", 1, 1, 10, Float.NaN);
    step("t", 2, Float.NaN, 20, 200);
    step("t", 3, 3, 30, 300);

    assertEquals(
        List.of(
            "g/t to #3 known at 30: 3 x 3"
                + " [1.0, 10.0, NaN, NaN, 20.0, 200.0, 3.0, 30.0, 300.0] @30"),
        output());
  }

  @Test
  void missingStepsAreInTheWindowAsMissing() throws Exception {
    step("u", 1, 1, 10);
    step("u", 3, 3, 30);

    assertEquals(
        List.of("g/u to #3 known at 30: 3 x 2 [1.0, 10.0, NaN, NaN, 3.0, 30.0] @30"), output());
  }

  @Test
  void windowGrowsByAGapThatIsBridged() throws Exception {
    step("s", 1, 1);
    step("s", 2, 2);
    step("s", 3 + MAX_GAP, 7);

    assertEquals(
        List.of("g/s to #7 known at 70: 7 x 1 [1.0, 2.0, NaN, NaN, NaN, NaN, 7.0] @70"), output());
  }

  @Test
  void gapAfterAWholeWindowBelongsToTheNext() throws Exception {
    for (int index = 1; index <= 3; index++) {
      step("s", index, index);
    }
    step("s", 5, 5);
    step("s", 6, 6);

    assertEquals(
        List.of(
            "g/s to #3 known at 30: 3 x 1 [1.0, 2.0, 3.0] @30",
            "g/s to #6 known at 60: 3 x 1 [NaN, 5.0, 6.0] @60"),
        output());
  }

  @Test
  void longGapEndsTheOpenWindowShortAsItIs() throws Exception {
    step("s", 1, 1);
    step("s", 2, 2);
    step("s", 90, 5);
    step("s", 91, 6);
    step("s", 92, 7);

    assertEquals(
        List.of(
            "g/s to #2 known at 900: 2 x 1 [1.0, 2.0] @900",
            "g/s to #92 known at 920: 3 x 1 [5.0, 6.0, 7.0] @920"),
        output());
  }

  @Test
  void longGapAfterAWholeWindowLeavesNothingToEnd() throws Exception {
    for (int index = 1; index <= 3; index++) {
      step("s", index, index);
    }
    output();

    step("s", 100, 5);

    assertEquals(List.of(), output());
    assertEquals(1, harness.numKeyedStateEntries());
  }

  @Test
  void openWindowIsNoOutputAtTheEndOfTheInput() throws Exception {
    step("s", 1, 1);
    harness.processWatermark(Watermark.MAX_WATERMARK);
    harness.endInput();

    assertEquals(List.of("watermark " + Long.MAX_VALUE), output());
  }

  @Test
  void onlyTheSampledSeriesAreCollectedAndTheyAreTheSameInEveryRun() throws Exception {
    List<List<String>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      harness.close();
      harness = open(0.5, null, 1, 0);
      for (int series = 0; series < 40; series++) {
        for (int index = 1; index <= 3; index++) {
          step("s" + series, index, index);
        }
      }
      assertEquals(harness.getOutput().size(), harness.numKeyedStateEntries());
      runs.add(output());
    }

    assertEquals(runs.get(0), runs.get(1));
    int sampled = runs.get(0).size();
    assertTrue(sampled > 10 && sampled < 30, "sampled " + sampled + " of 40");
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
