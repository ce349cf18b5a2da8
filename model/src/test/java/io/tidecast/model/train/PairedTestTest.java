package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.online.BlockLosses;
import org.junit.jupiter.api.Test;

class PairedTestTest {
  /** Mean 3, variance 2; Student's quantile of 5 degrees at 0.99 from the tables is 3.36493. */
  @Test
  void noiseIsTheBoundOfStudentsTest() {
    PairedTest test = PairedTest.of(losses(0, 0, 0, 0, 0, 0), losses(1, 2, 4, 3, 5, 3), 1);

    assertEquals(3, test.gain(), 1e-12);
    assertEquals(3.36493 * Math.sqrt(2 / 6.0), test.noise(), 1e-5);
  }

  @Test
  void fewBlocksAreNoEvidence() {
    PairedTest test = PairedTest.of(losses(0, 0, 0, 0), losses(1, 1, 1, 1), 1);

    assertEquals(1, test.gain(), 1e-12);
    assertTrue(Double.isInfinite(test.noise()));
  }

  private static BlockLosses losses(double... means) {
    return new BlockLosses(0, 1, means, new double[means.length]);
  }
}
