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
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSetTest {
  private static final ForecasterConfig CONFIG = TrainerTest.CONFIG;

  @Test
  void partsAreSharesOfTheTimeSpanOfAllSeries() {
    List<Stretch> windows = new ArrayList<>(TrainerTest.windows("a", 1000, 100, 1));
    windows.add(new Stretch("b", 1999, new float[500][1]));

    TimeSplit split = TimeSplit.of(windows, new TrainingConfig.Parts(0.1, 0.25));

    assertEquals(new TimeSplit(0, 1300, 1500, 1999), split);
  }

  @Test
  void adjoiningWindowsAreOneStretchAndAHoleBeginsAnother() {
    List<Stretch> windows = TrainerTest.windows("a", 600, 100, 1);
    windows.remove(3);

    TrainingSet set = TrainingSet.of(windows, CONFIG, TrainingConfig.DEFAULT);

    assertEquals(List.of(300, 200), set.series().stream().map(SeriesRows::rows).toList());
    assertEquals(List.of(0L, 400L), set.series().stream().map(SeriesRows::start).toList());
    assertEquals(1, set.seriesCount());
  }

  @Test
  void rowsAreThoseOfThePipelineInService() {
    List<Stretch> windows = TrainerTest.windows("a", 200, 100, 1);

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

  @Test
  void aMissingTargetIsFilledInAndIsNoOrigin() {
    List<Stretch> windows = TrainerTest.windows("a", 200, 100, 1);
    windows.get(1).values()[50][0] = Float.NaN;

    SeriesRows rows = SeriesRows.of(windows, CONFIG);

    assertEquals(rows.x()[149], rows.x()[150]);
    assertFalse(rows.observed()[150]);
    assertFalse(rows.isOrigin(150, 1));
    assertTrue(rows.isOrigin(151, 1));
  }

  @Test
  void aStretchBeginsWithItsFirstTarget() {
    List<Stretch> windows = TrainerTest.windows("a", 200, 100, 1);
    for (int i = 0; i < 30; i++) {
      windows.get(0).values()[i][0] = Float.NaN;
    }

    SeriesRows rows = SeriesRows.of(windows, CONFIG);

    assertEquals(30, rows.start());
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
