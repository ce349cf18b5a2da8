package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Stretch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class CleaningTest {
  private static final int STEPS = 2_400;
  private static final int WINDOW = 24;

  private static List<Stretch> windows(IntToDoubleFunction value) {
    List<Stretch> windows = new ArrayList<>();
    for (int start = 0; start < STEPS; start += WINDOW) {
      float[][] rows = new float[WINDOW][];
      for (int i = 0; i < WINDOW; i++) {
        rows[i] = new float[] {(float) value.applyAsDouble(start + i)};
      }
      windows.add(new Stretch("s", start + WINDOW - 1, rows));
    }
    return windows;
  }

  private static double usual(int t) {
    return 20 + 5 * Math.sin(t * Math.PI / 12) + new Random(t).nextGaussian();
  }

  @Test
  void usualSeriesStaysAsItIs() {
    List<Stretch> windows = windows(CleaningTest::usual);
    Cleaning cleaning = Cleaning.of(windows);

    assertEquals(0, cleaning.leftOut());
    assertEquals(STEPS, cleaning.observed());
    assertSame(windows.get(3), cleaning.windows().get(3));
  }

  @Test
  void stuckSensorIsLeftOutAcrossWindows() {
    Cleaning cleaning = Cleaning.of(windows(t -> t >= 500 && t < 700 ? 17.25 : usual(t)));

    assertEquals(200, cleaning.stuck());
    assertTrue(Float.isNaN(cleaning.windows().get(25).values()[0][0]));
  }

  @Test
  void outageOfZerosIsLeftOut() {
    assertEquals(60, Cleaning.of(windows(t -> t >= 900 && t < 960 ? 0 : usual(t))).stuck());
  }

  @Test
  void absurdSpikesAreLeftOutAndShiftsAreNot() {
    Cleaning spikes = Cleaning.of(windows(t -> t % 400 == 77 ? 9_999 : usual(t)));
    Cleaning shift = Cleaning.of(windows(t -> t < 1_000 ? usual(t) : usual(t) + 900));

    assertEquals(6, spikes.spikes());
    assertEquals(0, shift.leftOut());
  }

  /** Nights of zeros, dry weeks with storms, and a setting that seldom changes. */
  @Test
  void habitsStay() {
    assertEquals(
        0, Cleaning.of(windows(t -> Math.max(0, usual(t) - 20) * (t % 24 > 8 ? 1 : 0))).leftOut());
    assertEquals(
        0,
        Cleaning.of(windows(t -> t % 90 > 80 ? Math.exp(2 * new Random(t).nextGaussian()) : 0))
            .leftOut());
    assertEquals(0, Cleaning.of(windows(t -> t / 200)).leftOut());
  }

  @Test
  void nextToNothingIsJudgedByNothing() {
    assertEquals(0, Cleaning.of(windows(t -> 1).subList(0, 2)).leftOut());
    assertEquals(0, Cleaning.of(List.of()).observed());
  }
}
