package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OpenStepTest {
  private static final float MISSING = Float.NaN;
  private static final Grid HOURS = new Grid.Fixed(3_600_000);

  @ParameterizedTest
  @CsvSource({"SUM, 5", "MEAN, 1", "LAST, 1"})
  void whatIsSentAgainChangesNothing(Aggregation aggregation, float closed) {
    List<SeriesObservation> readings = new ArrayList<>();
    for (int minute = 1; minute <= 5; minute++) {
      readings.add(observation(minute, 1, minute, 0, 2 * minute));
      if (minute % 2 == 0) {
        readings.add(observation(minute, 1, minute, 0, 2 * minute + 1));
      }
    }

    OpenStep step = step(readings, aggregation);

    assertEquals(closed, step.close(7, aggregation).value());
    assertEquals(7, step.seen());
    assertEquals(2, step.replaced());
  }

  @Test
  void outlierThatIsSentSixTimesCountsOnce() {
    List<SeriesObservation> readings = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      readings.add(observation(i, 0, i, 0, i));
    }
    for (int i = 0; i < 6; i++) {
      readings.add(observation(4, 10, 4 + i, 0, 4 + i));
    }

    assertEquals(2, step(readings, Aggregation.MEAN).close(7, Aggregation.MEAN).value());
  }

  @ParameterizedTest
  @CsvSource({
    // append time, partition and offset of the first; of the second; which holds
    "1, 9, 9, 2, 0, 0, 200",
    "2, 0, 0, 1, 9, 9, 100",
    "1, 0, 9, 1, 1, 0, 200",
    "1, 1, 0, 1, 0, 9, 100",
    "1, 0, 4, 1, 0, 5, 200",
    "1, 0, 5, 1, 0, 4, 100"
  })
  void ofTwoOfOneTimeTheOneAppendedLastHoldsInWhicheverOrderTheyAreRead(
      long appended, int partition, long offset, long then, int other, long next, float holds) {
    SeriesObservation one = observation(3, 100, appended, partition, offset);
    SeriesObservation two = observation(3, 200, then, other, next);

    for (Aggregation aggregation : Aggregation.values()) {
      assertEquals(holds, step(List.of(one, two), aggregation).close(7, aggregation).value());
      assertEquals(holds, step(List.of(two, one), aggregation).close(7, aggregation).value());
    }
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void stepFollowsFromItsRecordsAndNotFromTheirOrder(Aggregation aggregation) {
    Random random = new Random(11);
    for (int run = 0; run < 200; run++) {
      List<SeriesObservation> readings =
          new ArrayList<>(
              IntStream.range(0, 12)
                  .mapToObj(
                      i ->
                          observation(
                              random.nextInt(5),
                              random.nextBoolean() ? random.nextFloat() : MISSING,
                              random.nextInt(4),
                              random.nextInt(2),
                              i,
                              random.nextBoolean() ? random.nextFloat() : MISSING))
                  .toList());
      OpenStep first = step(readings, aggregation);
      Collections.shuffle(readings, random);
      OpenStep second = step(readings, aggregation);

      assertClosesAlike(first.close(7, aggregation), second.close(7, aggregation));
      assertEquals(first.seen(), second.seen());
    }
  }

  @Test
  void replacementKeepsWhatItSaysNothingOf() {
    OpenStep step =
        step(
            List.of(observation(3, 1, 1, 0, 1, 5), observation(3, MISSING, 2, 0, 2, 6)),
            Aggregation.SUM);

    ClosedStep closed = step.close(7, Aggregation.SUM);
    assertEquals(1, closed.value());
    assertArrayEquals(new float[] {6}, closed.covariates());
    assertEquals(0, step.replaced());
  }

  @Test
  void lastKeepsOnePartAndKnowsWhereItLies() {
    OpenStep step =
        step(List.of(observation(1, 1, 1, 0, 1), observation(3, 2, 2, 0, 2)), Aggregation.LAST);

    assertEquals(1, step.parts().size());
    assertTrue(step.hasTargetAt(3));
    assertFalse(step.hasTargetAt(1));
    assertTrue(Double.isNaN(OpenStep.empty("g", 1).close(7, Aggregation.SUM).value()));
  }

  private static void assertClosesAlike(ClosedStep one, ClosedStep other) {
    assertEquals(one.value(), other.value());
    assertArrayEquals(one.covariates(), other.covariates());
  }

  private static OpenStep step(List<SeriesObservation> readings, Aggregation aggregation) {
    OpenStep step = OpenStep.empty("g", 1 + readings.get(0).covariates().length);
    for (SeriesObservation reading : readings) {
      step = step.with(reading, aggregation);
    }
    return step;
  }

  private static SeriesObservation observation(
      long time, float value, long appended, int partition, long offset, float... covariates) {
    return new SeriesObservation(
        "a/v",
        "g",
        time,
        value,
        covariates,
        false,
        true,
        Long.MIN_VALUE,
        appended,
        partition,
        offset);
  }

  @ParameterizedTest
  @CsvSource({"64, false", "65, true"})
  void stepIsKeptWithItsPartsUnlessThereAreVeryMany(int parts, boolean isSealed) {
    OpenStep step = OpenStep.empty("g", 2);
    for (int i = 0; i < parts; i++) {
      step = step.with(observation(1_000 * i, 1, 7, i % 3, i, 2), Aggregation.SUM);
    }

    KeptSteps kept =
        KeptSteps.NONE
            .with(-3, KeptSteps.fitting(step, -3, Aggregation.SUM), HOURS)
            .with(5, OpenStep.empty("g", 2), HOURS);
    OpenStep read = kept.steps().get(-3L);

    assertEquals(2, kept.count());
    assertEquals(5, kept.last());
    assertEquals(isSealed, KeptSteps.isSealed(read));
    assertEquals(parts, read.close(-3, Aggregation.SUM).value());
    assertEquals(isSealed ? 1 : parts, read.parts().size());
    assertEquals(KeptSteps.of(kept.steps(), HOURS).steps().keySet(), kept.steps().keySet());
  }

  @Test
  void keptTargetsLoseNoDigit() {
    double[] targets = {
      21.3, -0.07, 1_000_000.01, 1_700_000_060.25, 1e-9, 0.1f, 1.0 / 3, -0.0, 8_388_607.5, 5e10
    };
    TreeMap<Long, OpenStep> steps = new TreeMap<>();
    for (int i = 0; i < targets.length; i++) {
      OpenStep.Part part = new OpenStep.Part(7, 8, 0, i, new double[] {targets[i], 0.5});
      steps.put((long) i, new OpenStep("", 2, List.of(part), 0, 0, Long.MIN_VALUE));
    }

    TreeMap<Long, OpenStep> read = KeptSteps.of(steps, HOURS).steps();
    for (int i = 0; i < targets.length; i++) {
      assertEquals(targets[i], read.get((long) i).close(i, Aggregation.LAST).value());
    }
  }

  @Test
  void keptStepOfOneObservationIsSmall() {
    KeptSteps kept = KeptSteps.NONE;
    for (int i = 0; i < 100; i++) {
      long time = 1_735_689_600_000L + 3_600_000L * i;
      OpenStep step =
          OpenStep.empty("g", 1)
              .with(observation(time, 1, time + 1234, 3, 5_000_000 + i), Aggregation.LAST);
      kept = kept.with(482_136 + i, step, HOURS);
    }

    assertTrue(kept.packed().length <= 12 * 100, "" + kept.packed().length);
  }
}
