package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
  private static final ForecasterConfig CONFIG = Trainings.CONFIG;

  @Test
  void partsAreSharesOfTheStepsByTheirRankInTime() {
    TimeSplit split = split(Trainings.windows("a", 1000, 100, 1));

    assertEquals(new TimeSplit(0, 650, 750, 999), split);
  }

  @Test
  void aLoneStepFromLongAgoTakesNoShare() {
    List<Stretch> windows = Trainings.windows("a", 1000, 100, 1);
    windows.add(new Stretch("b", -400_000, new float[1][1]));
    windows.add(new Stretch("b", 999, new float[1000][1]));

    TimeSplit split = split(windows);

    assertEquals(650, split.validationStart(), 1);
    assertEquals(750, split.holdOutStart(), 1);
  }

  @Test
  void aHoldOutBeginsWhereTheChampionsTrainingEndedButIsNeverAlmostNothing() {
    List<SeriesRows> series = set(Trainings.windows("a", 1000, 100, 1)).series();
    TrainingConfig.Parts parts = new TrainingConfig.Parts(0.1, 0.15);

    assertEquals(860, TimeSplit.since(859, series, parts).holdOutStart());
    assertEquals(970, TimeSplit.since(998, series, parts).holdOutStart());
    assertEquals(750, TimeSplit.since(20, series, parts).holdOutStart());
  }

  @Test
  void aHoleIsAGapOfTheSamePipelineAsInService() {
    List<Stretch> windows = Trainings.windows("a", 600, 100, 1);
    windows.remove(3);

    TrainingSet set = set(windows);

    assertEquals(1, set.series().size());
    SeriesRows rows = set.series().get(0);
    // a gap of 100 steps is held as one of 76: the same hour, and no longer than what is kept
    assertEquals(
        List.of(new SeriesRows.Segment(0, 300), new SeriesRows.Segment(376, 576)), rows.segments());
    assertEquals(1, set.seriesCount());
    assertEquals(599, rows.steps()[575]);
    assertFalse(rows.observed()[350]);
    // the season before stands in the gap
    assertEquals(rows.x()[350 - CONFIG.season()], rows.x()[350]);
  }

  @Test
  void aGapOfYearsTakesNoMoreRowsThanItsSeriesKeeps() {
    List<Stretch> windows = Trainings.windows("a", 200, 100, 1);
    windows.add(new Stretch("a", 1_000_199, Trainings.windows("a", 100, 100, 1).get(0).values()));

    SeriesRows rows = set(windows).series().get(0);

    assertTrue(rows.rows() < 300 + 2 * CONFIG.history(), "rows " + rows.rows());
    assertEquals(1_000_199, rows.steps()[rows.rows() - 1]);
    assertFalse(rows.hasTarget(199, rows.rows() - 200, rows.rows()), "not that far ahead");
  }

  @Test
  void seriesBeyondTheLimitAreLeftOutAndCounted() {
    List<Stretch> windows = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      windows.addAll(Trainings.windows("s" + i, 1000, 1000, i));
    }

    List<Stretch> kept = TrainingWindows.atMost(10_000, windows);

    assertEquals(10, kept.size());
    assertEquals(1, TrainingWindows.atMost(10, windows).size());
  }

  private static TrainingSet set(List<Stretch> windows) {
    return TrainingSet.of(windows, CONFIG, TrainingConfig.DEFAULT);
  }

  private static TimeSplit split(List<Stretch> windows) {
    return TimeSplit.of(set(windows).series(), new TrainingConfig.Parts(0.1, 0.25));
  }

  @Test
  void rowsAreThoseOfThePipelineInService() {
    List<Stretch> windows = Trainings.windows("a", 200, 100, 1);

    SeriesRows rows = SeriesRows.of(windows, CONFIG);

    SeriesInputs pipeline = new SeriesInputs(CONFIG);
    float[] inputs = new float[InputLayout.of(CONFIG).size()];
    for (int r = 0; r < 200; r++) {
      float value = windows.get(r / 100).values()[r % 100][0];
      pipeline.step(value, new float[0]);
      pipeline.fill(r, inputs);
      assertArrayEquals(inputs, rows.inputs()[r]);
      assertEquals(pipeline.scale(), rows.scale()[r]);
      assertEquals(value, rows.x()[r]);
    }
  }

  /** What came before a meter was replaced has its digits. */
  @Test
  void rowsAreToldFromWhereMostOfThemAre() {
    float[][] counter = new float[900][1];
    for (int t = 0; t < counter.length; t++) {
      counter[t][0] = 60 * t;
    }
    Stretch before = new Stretch("a", 899, counter, 1.7e9);
    Stretch after = new Stretch("a", 999, Arrays.copyOf(counter, 100));

    SeriesRows rows = SeriesRows.of(List.of(before, after), CONFIG);

    for (int r = 1; r < 900; r++) {
      assertEquals(60, rows.x()[r] - rows.x()[r - 1]);
    }
  }

  @Test
  void aMissingTargetIsFilledInAndIsNoOrigin() {
    List<Stretch> windows = Trainings.windows("a", 200, 100, 1);
    windows.get(1).values()[50][0] = Float.NaN;

    SeriesRows rows = SeriesRows.of(windows, CONFIG);

    assertEquals(rows.x()[149], rows.x()[150]);
    assertFalse(rows.observed()[150]);
    assertFalse(rows.isOrigin(150, 1));
    assertTrue(rows.isOrigin(151, 1));
  }

  @Test
  void aStretchBeginsWithItsFirstTarget() {
    List<Stretch> windows = Trainings.windows("a", 200, 100, 1);
    for (int i = 0; i < 30; i++) {
      windows.get(0).values()[i][0] = Float.NaN;
    }

    SeriesRows rows = SeriesRows.of(windows, CONFIG);

    assertEquals(30, rows.steps()[0]);
    assertEquals(170, rows.rows());
  }

  @Test
  void aSensorThatStandsStillGivesNoOrigins() {
    float[][] values = new float[400][1];
    for (int i = 200; i < 400; i++) {
      values[i][0] = (float) Math.sin(i);
    }

    SeriesRows rows = SeriesRows.of(List.of(new Stretch("a", 399, values)), CONFIG);

    double mean = rows.meanScale(400);
    assertFalse(rows.isOrigin(150, mean));
    assertTrue(rows.isOrigin(300, mean));
  }

  @Test
  void settingsOutOfRangeAreRefusedWithKeyValueAndRange() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new TrainingConfig.Parts(0.9, 0))
            .getMessage();

    assertEquals("validation: 0.9; accepted: 0.01 to 0.5", message);
  }
}
