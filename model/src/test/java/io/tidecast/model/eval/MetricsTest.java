package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void crpsIsTwiceTheMeanPinballLoss() {
    assertEquals(0.5, Crps.ofMeanPinball(0.25));
  }

  @Test
  void smapeIsPercentOfTheMeanSize() {
    assertEquals(200.0 / 3, Smape.of(2, 1), 1e-12);
    assertEquals(200, Smape.of(1, -1), 1e-12);
    assertEquals(0, Smape.of(0, 0));
  }

  @Test
  void maseScaleIsTheErrorOfTheSeasonalNaiveWhereBothAreThere() {
    float[] x = {1, 2, 4, 3, Float.NaN, 7, 6};

    // |4 - 1|, |3 - 2|, |7 - 3|; the other pairs lack one
    assertEquals(8.0 / 3, Mase.scale(x, 2), 1e-12);
    assertTrue(Double.isNaN(Mase.scale(new float[] {1, 2, 1, 2}, 2)));
    assertTrue(Double.isNaN(Mase.scale(new float[] {1}, 2)));
  }
}
