package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.QuantileLevels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
  void naiveErrorsAreOfThePairsThatAreBothThere() {
    float[] x = {1, 2, 4, 3, Float.NaN, 7, 6};

    // |4 - 1|, |3 - 2|, |7 - 3|; the other pairs lack one
    SeriesScale scale = SeriesScale.of(x, 2);
    assertEquals(8.0 / 3, scale.naiveAbsolute(), 1e-12);
    assertEquals(26.0 / 3, scale.naiveSquared(), 1e-12);
    assertTrue(Double.isNaN(SeriesScale.of(new float[] {1, 2, 1, 2}, 2).naiveAbsolute()));
    assertTrue(Double.isNaN(SeriesScale.of(new float[] {1}, 2).naiveSquared()));
    assertTrue(Double.isNaN(SeriesScale.of(new float[] {3, 3, 3}, 1).deviation()));
  }

  /**
   * By hand: mean 3, autocovariances 10 / 6 and 1 / 6, so that the variance of the mean is 1 / 3,
   * and the correction 5 / 9. Student's law of 5 degrees by Abramowitz and Stegun 26.7.3.
   */
  @Test
  void dieboldMarianoIsThatOfTheDefinition() {
    DieboldMariano test = DieboldMariano.of(new double[] {1, 2, 4, 3, 5, 3}, 2);

    assertEquals(Math.sqrt(15), test.statistic(), 1e-12);
    double angle = Math.PI / 3;
    double inside =
        2 / Math.PI * (angle + Math.sin(angle) * (Math.cos(angle) + Math.pow(0.5, 3) * 2 / 3));
    assertEquals(1 - inside, test.p(), 1e-9);
    assertEquals(6, test.origins());
  }

  /** Autocovariances 1 and -3 / 4: Bartlett's weight of a half leaves 1 / 4. */
  @Test
  void aVarianceThatIsNotPositiveIsBartletts() {
    DieboldMariano test = DieboldMariano.of(new double[] {2, 0, 2, 0}, 2);

    assertEquals(Math.sqrt(6), test.statistic(), 1e-12);
    double inside = 2 / Math.PI * (Math.atan(Math.sqrt(2)) + Math.sqrt(2) / 3);
    assertEquals(1 - inside, test.p(), 1e-9);
  }

  @Test
  void whatCannotBeTestedIsUndefined() {
    double[] same = {0, 0, 0, 0};

    assertTrue(Double.isNaN(DieboldMariano.of(same, 1).statistic()));
    assertTrue(Double.isNaN(DieboldMariano.of(new double[] {1, 2}, 2).p()));
    assertTrue(Double.isNaN(DieboldMariano.of(new double[0], 1).statistic()));
  }

  @Test
  void lossesThatOverlapAreSeldomTakenForADifference() {
    Random random = new Random(1);
    int overlap = 12;
    int found = 0;
    for (int run = 0; run < 500; run++) {
      double[] noise = random.doubles(400 + overlap, -1, 1).toArray();
      double[] differences = new double[400];
      for (int t = 0; t < differences.length; t++) {
        differences[t] = Arrays.stream(noise, t, t + overlap).sum();
      }
      found += DieboldMariano.of(differences, overlap).p() < 0.05 ? 1 : 0;
    }

    // 25 expected; a test that takes each for itself finds 300 and more
    assertTrue(found > 10 && found < 50, "found " + found);
  }
}
