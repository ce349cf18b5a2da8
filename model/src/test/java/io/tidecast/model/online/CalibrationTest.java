package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  @Test
  void aPhaseMovesAgainstTheOthersOfItsSide() {
    int noon = calibration.phase(12);
    int night = calibration.phase(0);

    calibration.movePhase(noon, 0.01f, false);

    assertTrue(calibration.ofPhase(noon) > 1.01, "further than it was pushed");
    assertTrue(calibration.ofPhase(night) < 1, "the other way");
    assertEquals(1, calibration.ofPhase(noon + 1));
    assertEquals(1, calibration.ofPhase(night + 1));
  }

  @Test
  void anOutcomeOnALimitSaysNothingOfTheOtherPhases() {
    int noon = calibration.phase(12);

    calibration.movePhase(noon, 0.01f, true);

    assertEquals(1.01, calibration.ofPhase(noon), 1e-6);
    assertEquals(1, calibration.ofPhase(calibration.phase(0)));
  }
}
