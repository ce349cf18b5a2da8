package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.ClosedStep;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where windows begin and end, and what is in them. */
class WindowFunctionHarnessTest extends WindowHarness {
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
  void windowOfACounterIsWhatItHasAboveItsMedian() throws Exception {
    step("s/a", 1, 1_700_000_000.25);
    step("s/a", 2, 1_700_000_060.5);
    step("s/a", 4, 1_700_000_180);
    step("s/a", 5, 21.3);

    assertEquals(
        List.of("g/s/a to #4 known at 40: 4 x 1 [-59.75, 0.5, NaN, 120.0] @40 above 1.70000006E9"),
        output());
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
}
