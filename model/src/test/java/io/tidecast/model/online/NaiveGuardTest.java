package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Transform;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NaiveGuardTest {
  private final NaiveGuard guard = new NaiveGuard(GeneratedSeries.config(Transform.LEVEL, 24));
  private final Random random = new Random(1);
  private double noise;

  /** Noise that is correlated over about a horizon, as losses of overlapping forecasts are. */
  private boolean observe(int steps, double excess) {
    boolean naiveServed = false;
    for (int t = 0; t < steps; t++) {
      noise = 0.9 * noise + random.nextGaussian();
      guard.observe(excess + noise);
      naiveServed |= guard.naiveServes();
    }
    return naiveServed;
  }

  @Test
  void noiseAloneSeldomSpeaksAgainstTheModel() {
    int verdicts = 0;
    for (int run = 0; run < 100; run++) {
      NaiveGuardTest fresh = new NaiveGuardTest();
      fresh.random.setSeed(run);
      // the model is better by a quarter of the noise
      verdicts += fresh.observe(24 * 40, -0.6) ? 1 : 0;
    }
    assertTrue(verdicts <= 3, verdicts + " of 100");
  }

  @Test
  void naiveServesWhileTheModelIsWorseBeyondNoise() {
    observe(24 * 10, 5);
    assertTrue(guard.naiveServes());

    observe(24 * 20, -5);
    assertFalse(guard.naiveServes());
  }

  @Test
  void fewLossesAreNoVerdict() {
    assertFalse(observe(24 * 8 - 1, 100));
  }
}
