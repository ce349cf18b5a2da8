package io.tidecast.job.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions that take over from each other, and what comes late beside that. */
class ModelSwapHarnessTest extends ForecastOperatorHarness {
  @Test
  void promotionLeavesNothingCoveredBehind() throws Exception {
    swapKeptSteps = 0;
    stop();
    open(null, 1, 0);
    decide(1, 100, first);
    decide(100, 101, null);
    for (long index = 101; index <= 200; index++) {
      step("s", index);
    }
    harness.processElement2(new StreamRecord<>(new GroupNotice.Covered("g", end(150))));
    decide(150, 160, second);
    decide(160, 170, first);
    decide(170, 180, second);
    decide(180, 201, first);

    List<String> expected =
        new Loop(
                "s",
                index ->
                    index < 150 || index >= 160 && index < 170 || index >= 180 ? first : second)
            .over(101, 200)
            .forecasts;
    assertEquals(expected, forecasts());
  }

  @Test
  void versionHoldsFromItsFirstOriginToThatOfTheNext() throws Exception {
    decide(40, 60, first);
    steps(1, 59);
    decide(60, 80, null);
    steps(60, 79);
    decide(80, 100, second);
    steps(80, 99);

    List<String> expected =
        new Loop("s", index -> index < 40 ? null : index < 80 ? first : second)
            .over(1, 99)
            .forecasts;
    assertEquals(expected, forecasts());
    assertTrue(expected.get(97).contains(second.version()), expected.get(97));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void swapForecastsAsIfTheKeptHistoryHadBeenSteppedByTheNewVersion(boolean ofAnother)
      throws Exception {
    ForecastModel next = ofAnother ? ofAnotherShape : second;
    decide(1, 80, first);
    steps(1, 79);
    decide(80, 100, next);
    steps(80, 82);
    restore();
    steps(83, 99);

    List<String> expected = new Loop("s", index -> index < 80 ? first : next).over(1, 99).forecasts;
    assertEquals(expected.subList(82, 99), forecasts());
    assertTrue(expected.get(98).contains(next.version()), expected.get(98));
  }

  /** A version that serves again finds its series where it would have been had it never stopped. */
  @ParameterizedTest
  @CsvSource({
    "-1, false",
    "80, false",
    "85, true",
    "95, false",
    "100, false",
    "100, true",
    "104, true"
  })
  void rolledBackSeriesForecastsAsIfItHadNeverLeftTheVersion(int restoredBefore, boolean ofAnother)
      throws Exception {
    List<String> found = new ArrayList<>();
    decide(1, 80, first);
    decide(80, 100, ofAnother ? ofAnotherShape : second);
    decide(100, 150, first);
    for (long index = 1; index <= 120; index++) {
      if (index == restoredBefore) {
        found.addAll(forecasts());
        restore();
      }
      if (index != 97) {
        step("s", index);
      }
      if (index >= 90) {
        // begins under the version that is given up
        step("r", index);
      }
    }

    found.addAll(forecasts());
    List<String> expected =
        new ArrayList<>(new Loop("s", index -> first).over(1, 96).over(98, 120).forecasts);
    expected.addAll(new Loop("r", index -> first).over(90, 120).forecasts);
    assertEquals(from(100, expected), from(100, found));
    assertEquals(2, harness.numEventTimeTimers());
  }

  /** A step as it is known at first, and what has turned out when another comes. */
  private void stepBefore(long index, float wrong) throws Exception {
    ClosedStep step = new ClosedStep(index, wrong, new float[0]);
    harness.processElement1(new StreamRecord<>(new SeriesStep("s", "g", step), end(index)));
  }

  private void stepAmending(long index, Long... amended) throws Exception {
    List<ClosedStep> steps = new ArrayList<>();
    for (long i = Math.floorDiv(amended[0], reach) * reach; i < index; i++) {
      steps.add(stepOf("s", i).step());
    }
    steps.removeIf(step -> step.index() < 1);
    SeriesStep.Amendment past = new SeriesStep.Amendment(List.of(amended), steps);
    ClosedStep step = stepOf("s", index).step();
    harness.processElement1(
        new StreamRecord<>(new SeriesStep("s", "g", step, index, past), end(index)));
  }

  /** Before, in and after a swap, and once the version before has come back. */
  @ParameterizedTest
  @CsvSource({
    "20, 24, -1",
    "39, 44, 42",
    "35, 47, 44",
    "75, 85, 80",
    "75, 85, 86",
    "95, 106, 105",
    "99, 104, -1",
    "78, 88, 83"
  })
  void whatComesLateLeavesNoTrace(int wrong, int corrected, int restoredBefore) throws Exception {
    reach = 12;
    harness.close();
    open(null, 1, 0);
    List<String> found = new ArrayList<>();
    decide(40, 80, first);
    decide(80, 100, second);
    decide(100, 150, first);
    for (long index = 1; index <= 130; index++) {
      if (index == restoredBefore) {
        found.addAll(forecasts());
        restore();
      }
      if (index == wrong) {
        stepBefore(index, 30);
      } else if (index == corrected) {
        stepAmending(index, (long) wrong, index - 1);
      } else if (index != wrong + 2) {
        step("s", index);
      }
    }
    found.addAll(forecasts());

    List<String> expected =
        new Loop("s", index -> index < 40 ? null : index < 80 || index >= 100 ? first : second)
            .over(1, 130)
            .forecasts;
    List<String> neverLeft =
        new Loop("s", index -> index < 40 ? null : first).over(1, 130).forecasts;
    assertEquals(between(corrected, 99, expected), between(corrected, 99, found));
    assertEquals(from(Math.max(100, corrected), neverLeft), from(Math.max(100, corrected), found));
    assertEquals(1, harness.numEventTimeTimers());
  }

  private static List<String> between(long first, long last, List<String> forecasts) {
    List<String> all = new ArrayList<>(from(first, forecasts));
    all.removeAll(from(last + 1, forecasts));
    return all;
  }

  @Test
  void correctionThatNoKeptStateReachesChangesNothing() throws Exception {
    decide(1, 200, first);
    steps(1, 20);
    List<String> found = forecasts();
    reach = 12;
    restore();

    stepAmending(21, 20L);
    steps(22, 40);

    found.addAll(forecasts());
    assertEquals(new Loop("s", index -> first).over(1, 40).forecasts, found);
  }

  @Test
  void stateBeforeASwapIsGivenUpAfterAWhile() throws Exception {
    decide(1, 40, first);
    decide(40, 200, second);
    steps(1, 40 + (int) swapKeptSteps - 1);
    assertLeft(3, 1);

    steps(40 + (int) swapKeptSteps, 100);
    assertLeft(1, 1);
  }

  /** Bytes that a series has more while an anomaly may still turn out to be a spike or a shift. */
  private static final int OPEN_ANOMALY = 36;

  /** A year of weekly swaps, and more. */
  @Test
  void fiftySwapsAndTenRollbacksLeaveNothingBehind() throws Exception {
    List<Long> bytes = new ArrayList<>();
    for (int swap = 1; swap <= 50; swap++) {
      serveFor20Steps(20L * swap, version(swap));
      if (swap % 10 == 0) {
        bytes.add(harness.snapshot(1, 1).getStateSize());
      }
    }
    for (int i = 51; i <= 70; i++) {
      serveFor20Steps(20L * i, i % 2 == 1 ? version(i) : version(50));
    }
    long bytesAfterRollback = harness.snapshot(1, 1).getStateSize();

    long least = Collections.min(bytes);
    long most = Math.max(Collections.max(bytes), bytesAfterRollback);
    assertTrue(most - least <= OPEN_ANOMALY, bytesAfterRollback + " " + bytes);
  }

  private void serveFor20Steps(long from, ForecastModel model) throws Exception {
    decide(from, from + 20, model);
    steps(from, from + 19);
    bothWatermarks(from + 19);
    forecasts();
    evaluations();
  }

  private static ForecastModel version(int number) {
    return version(number % 5 == 1 ? ofAnotherShape : first, number);
  }
}
