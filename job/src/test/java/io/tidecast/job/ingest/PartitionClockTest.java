package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.Grid;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PartitionClockTest {
  private static final Grid GRID = Grid.of(Duration.ofMillis(5_000));
  private static final long MAX_DELAY = 1_000;

  private final PartitionClock clock = new PartitionClock(GRID, MAX_DELAY);

  @Test
  void theFirstStepOfAPartitionClosesAsAnyOther() {
    clock.observed(52_000, 52_020, false);

    assertEquals(56_000, firstDue());
  }

  /** It had the whole step and the next wait for an observation after them. */
  @Test
  void anObservationThatTakesLongerDelaysItsStepByAsMuchAndNoMore() {
    clock.observed(52_000, 53_200, false);
    assertEquals(56_200, firstDue());

    clock.ticked(55_000);
    clock.observed(57_000, 57_020, false);
    assertEquals(61_200, firstDue());

    clock.ticked(60_000);
    clock.observed(62_000, 62_020, false);
    assertEquals(66_000, firstDue());
  }

  @Test
  void whatAlwaysTakesAsLongIsWaitedForInEachStep() {
    for (long end = 55_000; end < 100_000; end += 5_000) {
      clock.observed(end - 4_000, end - 500, false);

      assertEquals(end + 3_500, firstDue());

      clock.ticked(end);
    }
  }

  @Test
  void nothingIsClosedWhileThePastIsRead() {
    clock.observed(2_000, 52_000, false);
    clock.observed(52_000, 52_010, false);

    assertEquals(62_000, firstDue());
  }

  /** Where there is always a next observation soon, no step was ever closed by the clock. */
  @Test
  void theNextStepBeginsAndTheOneBeforeIsStillClosed() {
    clock.observed(52_000, 52_020, false);
    clock.observed(55_300, 55_310, false);
    clock.observed(54_990, 55_320, false);

    assertEquals(56_000, firstDue());
    assertEquals(55_000, clock.due(56_000));

    clock.ticked(55_000);
    assertEquals(PartitionClock.NOTHING, clock.due(60_900));
    assertEquals(60_000, clock.due(61_000));
  }

  @Test
  void whatIsClosedIsNotDueAgain() {
    clock.observed(55_000, 55_020, true);
    assertEquals(PartitionClock.NOTHING, firstDue());

    clock.observed(57_000, 57_020, false);
    clock.ticked(60_000);
    clock.observed(58_000, 60_500, false);
    assertEquals(PartitionClock.NOTHING, firstDue());
  }

  @Test
  void restoredItWaitsAsLongAsBefore() {
    clock.observed(52_000, 54_500, false);
    clock.observed(56_000, 56_010, false);
    PartitionClock restored = new PartitionClock(GRID, MAX_DELAY);
    restored.restore(clock.last(), clock.closableFrom());
    restored.restore(clock.first(), clock.delay(), clock.step());

    assertEquals(57_500, firstDue());
    assertEquals(57_500, firstDue(restored));
  }

  private long firstDue() {
    return firstDue(clock);
  }

  private static long firstDue(PartitionClock clock) {
    for (long now = 0; now < 200_000; now += 10) {
      if (clock.due(now) != PartitionClock.NOTHING) {
        return now;
      }
    }
    return PartitionClock.NOTHING;
  }
}
