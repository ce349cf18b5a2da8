package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.Grid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionClockTest {
  private static final Grid GRID = Grid.of(Duration.ofMillis(5_000));
  private static final long MAX_DELAY = 1_000;
  private static final long NOTHING_PASSED = Long.MIN_VALUE;

  private final PartitionClock clock = new PartitionClock(GRID, MAX_DELAY);

  @Test
  void theFirstStepOfAPartitionClosesAsAnyOther() {
    clock.observed(52_000, 52_020, NOTHING_PASSED);

    assertEquals(56_000, firstDue());
  }

  /** It had the whole step and the next wait for an observation after them. */
  @Test
  void anObservationThatTakesLongerDelaysItsStepByAsMuchAndNoMore() {
    clock.observed(52_000, 53_200, NOTHING_PASSED);
    assertEquals(56_200, firstDue());

    clock.ticked(55_000);
    clock.observed(57_000, 57_020, NOTHING_PASSED);
    assertEquals(61_200, firstDue());

    clock.ticked(60_000);
    clock.observed(62_000, 62_020, NOTHING_PASSED);
    assertEquals(66_000, firstDue());
  }

  @Test
  void whatAlwaysTakesAsLongIsWaitedForInEachStep() {
    for (long end = 55_000; end < 100_000; end += 5_000) {
      clock.observed(end - 4_000, end - 500, NOTHING_PASSED);

      assertEquals(end + 3_500, firstDue());

      clock.ticked(end);
    }
  }

  @Test
  void nothingIsClosedWhileThePastIsRead() {
    clock.observed(2_000, 52_000, NOTHING_PASSED);
    clock.observed(52_000, 52_010, NOTHING_PASSED);

    assertEquals(62_000, firstDue());
  }

  /** Where there is always a next observation soon, no step was ever closed by the clock. */
  @Test
  void theNextStepBeginsAndTheOneBeforeIsStillClosed() {
    clock.observed(52_000, 52_020, NOTHING_PASSED);
    clock.observed(55_300, 55_310, NOTHING_PASSED);
    clock.observed(54_990, 55_320, NOTHING_PASSED);

    assertEquals(56_000, firstDue());
    assertEquals(55_000, clock.due(56_000));

    clock.ticked(55_000);
    assertEquals(PartitionClock.NOTHING, clock.due(60_900));
    assertEquals(60_000, clock.due(61_000));
  }

  /** Other partitions, and what is decided at a boundary, wait for what this one has passed. */
  @Test
  void aStepThatAnObservationClosesItselfIsTickedToo() {
    clock.observed(55_000, 55_020, NOTHING_PASSED);

    assertEquals(56_000, firstDue());
    assertEquals(55_000, clock.due(56_000));
  }

  @Test
  void whatIsClosedIsNotDueAgain() {
    clock.observed(57_000, 57_020, NOTHING_PASSED);
    clock.ticked(60_000);

    assertEquals(PartitionClock.NOTHING, firstDue());
  }

  /** A series that lies behind its partition opens the step: it closes with the next of all. */
  @Test
  void whatComesForAStepThatIsClosedIsClosedWithTheNext() {
    clock.observed(57_000, 57_020, NOTHING_PASSED);
    clock.ticked(60_000);
    clock.observed(58_000, 60_500, GRID.indexOf(60_000));

    assertEquals(65_000 + 2_500, firstDue());
    assertEquals(65_000, clock.due(67_500));
  }

  /** Several are open at once where the clock waits for longer than a step, or clocks differ. */
  @Test
  void everyOpenStepIsClosedInItsTurn() {
    PartitionClock patient = new PartitionClock(GRID, 24_000);
    List<Long> closed = new ArrayList<>();
    for (long now = 50_000; now < 150_000; now += 1_000) {
      if (now % 5_000 == 2_000 && now < 100_000) {
        patient.observed(now, now, NOTHING_PASSED);
      }
      long due = patient.due(now);
      if (due != PartitionClock.NOTHING) {
        assertEquals(due + 24_000, now);
        closed.add(due);
        patient.ticked(due);
      }
    }

    assertEquals(LongStream.rangeClosed(11, 20).map(i -> i * 5_000).boxed().toList(), closed);
  }

  /** Nothing may come after it for a long time. */
  @Test
  void theLastStepOfAPastIsClosedWhenNoMoreOfItCame() {
    clock.observed(2_000, 52_000, NOTHING_PASSED);
    clock.observed(2_500, 52_500, NOTHING_PASSED);

    assertEquals(62_500, firstDue());
    assertEquals(5_000, clock.due(62_500));
  }

  /** The broker says that a tick came before its time: the clock of this machine is ahead. */
  @Test
  void aClockThatIsAheadOfTheBrokersIsSetBack() {
    clock.observed(52_000, 52_020, NOTHING_PASSED);
    assertEquals(56_000, firstDue());

    clock.refused(55_000, 51_000);

    assertEquals(61_000, firstDue());
  }

  /** Of two subtasks that restored a partition the one that does not read it knows less. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofTwoThatKnowOfAPartitionTheOneThatReadItIsRight(boolean readerFirst) {
    clock.observed(50_000, 50_010, NOTHING_PASSED);
    clock.ticked(50_000);
    PartitionClock reader = restored(clock);
    reader.observed(52_000, 53_900, NOTHING_PASSED);

    PartitionClock again =
        readerFirst ? restored(reader, restored(clock)) : restored(restored(clock), reader);

    assertEquals(56_900, firstDue(reader));
    assertEquals(56_900, firstDue(again));
  }

  private static PartitionClock restored(PartitionClock... known) {
    return restore(new PartitionClock(GRID, MAX_DELAY), known);
  }

  /** By a subtask that is given what all of them knew. */
  static PartitionClock restore(PartitionClock restored, PartitionClock... known) {
    for (PartitionClock one : known) {
      restored.restore(one.last(), one.closableFrom());
    }
    for (PartitionClock one : known) {
      restored.restore(one.first(), one.delay(), one.step());
    }
    return restored;
  }

  @Test
  void restoredItWaitsAsLongAsBefore() {
    clock.observed(52_000, 54_500, NOTHING_PASSED);
    clock.observed(56_000, 56_010, NOTHING_PASSED);

    assertEquals(57_500, firstDue());
    assertEquals(57_500, firstDue(restored(clock)));
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
