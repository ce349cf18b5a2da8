package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.ForecasterConfig;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 24, 24, 0);
  private static final LeadKnots KNOTS = LeadKnots.of(CONFIG);

  private final Calibration calibration = new Calibration(CONFIG);

  private void learnAFactorOfFour() {
    float[] pushed = new float[KNOTS.count() * CONFIG.levels().size()];
    Arrays.fill(pushed, 3);
    calibration.move(pushed);
    calibration.movePhase(0, 3, true);
  }

  private float factor() {
    float[] factors = new float[CONFIG.horizon() * CONFIG.levels().size()];
    calibration.factors(KNOTS.interpolation(CONFIG.levels().size()), factors);
    return factors[0];
  }

  @Test
  void theFirstModelOwesNothingToTheErrorsOfTheNaives() {
    learnAFactorOfFour();

    calibration.serve("a");

    assertEquals(1, factor());
    assertEquals(1, calibration.ofPhase(0));
  }

  @Test
  void aSuccessorKeepsHalfOfWhatWasLearntOfTheOneBefore() {
    calibration.serve("a");
    learnAFactorOfFour();

    calibration.serve("b");

    assertEquals(2, factor(), 1e-6);
    assertEquals(2, calibration.ofPhase(0), 1e-6);
  }
}
