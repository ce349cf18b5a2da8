package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.QuantileLevels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  /** Of a standard normal law: pinball loss at level p is the density at its quantile. */
  @Test
  void crpsOfAPerfectNormalForecastIsNearlyThatOfTheLaw() {
    QuantileLevels levels = QuantileLevels.DEFAULT;
    double[] densities = {0.103136, 0.175498, 0.317777, 0.398942, 0.317777, 0.175498, 0.103136};
    double[] weights = Crps.weights(levels);

    double crps = 0;
    for (int j = 0; j < levels.size(); j++) {
      crps += weights[j] * densities[j];
    }

    // 1 / sqrt(pi)
    assertEquals(0.5642, crps, 0.036 * 0.5642);
  }

  @Test
  void weightsOfAFineEvenGridAreThoseOfTheMean() {
    List<Double> levels = new ArrayList<>();
    for (int i = 1; i < 100; i++) {
      levels.add(i / 100.0);
    }
    for (double weight : Crps.weights(new QuantileLevels(levels))) {
      assertEquals(2 / 100.0, weight, 1e-12);
    }
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
