package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftTestTest {
  private static final int JUDGED = 40;

  /** Losses of a model and of the naive that are times what they were from a block on. */
  private static BlockLosses losses(long seed, int blocks, int from, double model, double naive) {
    Random random = new Random(seed);
    double[] ofModel = new double[blocks];
    double[] ofNaive = new double[blocks];
    for (int i = 0; i < blocks; i++) {
      double shared = Math.exp(0.3 * random.nextGaussian());
      ofModel[i] = shared * Math.exp(0.1 * random.nextGaussian()) * (i < from ? 1 : model);
      ofNaive[i] = 1.3 * shared * (i < from ? 1 : naive);
    }
    return new BlockLosses(0, 12, ofModel, ofNaive);
  }

  private static DriftTest judged(long seed) {
    return DriftTest.since(losses(seed, JUDGED, JUDGED, 1, 1));
  }

  @Test
  void alarmsWithoutAChangeAreAsRareAsStated() {
    int blocks = 300;
    int worlds = 100;
    int alarms = 0;
    for (int seed = 0; seed < worlds; seed++) {
      DriftTest test = judged(seed);
      BlockLosses losses = losses(10_000 + seed, blocks, blocks, 1, 1);
      for (int i = 0; i < blocks; i++) {
        double[] model = {losses.model()[i]};
        test = test.after(new BlockLosses(0, 12, model, new double[] {losses.naive()[i]}));
        if (test.hasDrifted()) {
          alarms++;
          test = new DriftTest(test.own(), test.relative(), 1, 1, test.end());
        }
      }
    }

    assertTrue(alarms <= worlds * blocks / DriftTest.ALARM, alarms + " alarms");
  }

  @Test
  void lossThatIsAMultipleIsSeenWithinTwentyBlocks() {
    for (int seed = 0; seed < 20; seed++) {
      assertFalse(judged(seed).after(losses(50 + seed, 5, 5, 1, 1)).hasDrifted());
      assertTrue(judged(seed).after(losses(50 + seed, 25, 5, 2.5, 2.5)).hasDrifted(), "" + seed);
    }
  }

  @Test
  void modelThatFallsBehindTheNaiveIsSeen() {
    assertTrue(judged(1).after(losses(2, 15, 5, 1.6, 1)).hasDrifted());
  }

  @Test
  void nothingIsTestedAgainstNothing() {
    DriftTest test = DriftTest.NONE.after(losses(1, DriftTest.LEAST_BLOCKS, 0, 9, 1));

    assertEquals(1, test.evidence());
    assertEquals(DriftTest.LEAST_BLOCKS, test.own().length);
  }

  @Test
  void blocksInWhichNothingWasScoredAreLeftOut() {
    BlockLosses empty =
        new BlockLosses(0, 12, new double[] {Double.NaN, 1}, new double[] {Double.NaN, 1});

    DriftTest test = DriftTest.NONE.after(empty);
    assertEquals(1, test.own().length);
    assertEquals(24, test.end());
  }

  @Test
  void theEvidenceStandsUntilTheLossesAreUsualOnes() {
    DriftTest drifted = judged(1).after(losses(2, 15, 5, 3, 3));

    assertTrue(drifted.blocksSinceChange() >= 9 && drifted.blocksSinceChange() <= 12);
    assertTrue(drifted.after(losses(3, 5, 0, 3, 3)).hasDrifted());
    assertFalse(drifted.after(losses(3, 60, 60, 1, 1)).hasDrifted());
  }

  @Test
  void memoryIsBounded() {
    assertEquals(
        DriftTest.MAX_BLOCKS, judged(1).after(losses(1, 900, 900, 1, 1)).relative().length);
  }
}
