package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AdamWTest {
  @Test
  void twoStepsFollowTheFormula() {
    AdamW optimizer = new AdamW(1, 0.1);
    float[] p = {2};

    optimizer.step(p, new float[] {0.5f}, 0.01);
    optimizer.step(p, new float[] {-1f}, 0.02);

    // step 1: both corrected moments are g and g^2
    double p1 = 2 - 0.01 * (0.5 / (0.5 + 1e-8) + 0.1 * 2);
    double m = (0.9 * 0.05 - 0.1) / (1 - 0.81);
    double v = (0.999 * 0.00025 + 0.001) / (1 - 0.998001);
    double p2 = p1 - 0.02 * (m / (Math.sqrt(v) + 1e-8) + 0.1 * p1);
    assertEquals(p2, p[0], 1e-6);
  }

  @Test
  void clippingScalesALongGradientAndLeavesAShortOne() {
    float[] gradient = {3, 4};

    assertFalse(AdamW.clip(gradient, AdamW.norm(gradient), 5));
    assertTrue(AdamW.clip(gradient, AdamW.norm(gradient), 1));

    assertArrayEquals(new float[] {0.6f, 0.8f}, gradient, 1e-6f);
  }
}
