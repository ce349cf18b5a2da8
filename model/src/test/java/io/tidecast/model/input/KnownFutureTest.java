package io.tidecast.model.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Holidays;
import io.tidecast.model.Otherwise;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KnownFutureTest {
  private static final int HORIZON = 14;
  private static final int OF_HOLIDAYS = 9;

  /** Thursday, the first of May 2025, and the Saturday after it. */
  private static final Holidays MAY =
      new Holidays(List.of("May"), List.of(LocalDate.of(2025, 5, 1), LocalDate.of(2025, 5, 3)));

  @Test
  void eachLeadIsToldOfItsOwnDay() {
    ForecasterConfig config = config(Duration.ofDays(1), ZoneOffset.UTC);
    // the step that ends at midnight is the day before
    float[] out = fill(config, Duration.ofDays(1), LocalDate.of(2025, 4, 29));

    assertKinds(out, 1, 0, 0, 0, 1); // the eve of the Thursday
    assertKinds(out, 2, 1, 0, 0, 0);
    assertKinds(out, 3, 0, 0, 1, 1); // between the Thursday and the weekend, before the Saturday
    assertKinds(out, 4, 0, 1, 0, 0);
    assertKinds(out, 5, 0, 0, 0, 0);
  }

  @Test
  void aHolidayIsComparedWithTheLastSundayAndItsOwnWeekday() {
    ForecasterConfig config = config(Duration.ofDays(1), ZoneOffset.UTC);
    float[] out = fill(config, Duration.ofDays(1), LocalDate.of(2025, 4, 29));

    // values are their day of April: the Sunday was the 27th, the Thursday before the 24th
    assertEquals((27 - 24) / 2f, out[OF_HOLIDAYS + 4]);
    assertEquals(0, out[2 * OF_HOLIDAYS + 4], "no holiday");
    // a week after the Thursday: its weekday before was a holiday, which is not seen yet
    assertEquals(0, out[8 * OF_HOLIDAYS + 5]);
  }

  @Test
  void afterAHolidayTheOriginAndTheWeekdayBeforeTellOfIt() {
    ForecasterConfig config = config(Duration.ofDays(1), ZoneOffset.UTC);
    float[] out = fill(config, Duration.ofDays(1), LocalDate.of(2025, 5, 1));

    for (int lead = 1; lead <= HORIZON; lead++) {
      int at = (lead - 1) * OF_HOLIDAYS;
      assertEquals(1, out[at + 7], "lead " + lead);
      assertEquals((31 - 24) / 2f, out[at + 8], "lead " + lead);
    }
    assertEquals(1, out[6 * OF_HOLIDAYS + 5]);
    assertEquals((31 - 24) / 2f, out[6 * OF_HOLIDAYS + 6]);
  }

  @Test
  void hoursBelongToTheirLocalDay() {
    ZoneId tokyo = ZoneId.of("Asia/Tokyo");
    ForecasterConfig config = config(Duration.ofHours(1), tokyo);
    // in Tokyo the first of May begins at 15:00 of the day before: that hour's step is number 16
    long origin = LocalDate.of(2025, 4, 30).toEpochDay() * 24 + 14;
    float[] out = new float[HORIZON * OF_HOLIDAYS];
    new KnownFuture(config).fill(counting(100), origin, out);

    assertKinds(out, 1, 0, 0, 0, 1);
    assertKinds(out, 2, 1, 0, 0, 0);
  }

  @Test
  void whatIsKnownOfAStepDoesNotDependOnWhatWasAskedBefore() {
    ForecasterConfig config = config(Duration.ofDays(1), ZoneOffset.UTC);
    KnownFuture known = new KnownFuture(config);
    float[] again = new float[HORIZON * OF_HOLIDAYS];
    long first = LocalDate.of(2025, 1, 1).toEpochDay();
    for (long origin = first; origin < first + 800; origin += 7) {
      known.fill(counting(100), origin, again);
      float[] fresh = new float[again.length];
      new KnownFuture(config).fill(counting(100), origin, fresh);
      assertArrayEquals(fresh, again, "origin " + origin);
    }
  }

  @Test
  void withoutCalendarAndHolidaysNothingIsKnown() {
    assertEquals(0, KnownFuture.size(ForecasterConfig.of(Duration.ofDays(1), HORIZON, 7, 0)));
  }

  private static float[] fill(ForecasterConfig config, Duration step, LocalDate origin) {
    float[] out = new float[HORIZON * OF_HOLIDAYS];
    Arrays.fill(out, 99);
    long days = origin.toEpochDay() + 1;
    int dayOfApril = (int) (origin.toEpochDay() - LocalDate.of(2025, 3, 31).toEpochDay());
    new KnownFuture(config).fill(counting(dayOfApril), days, out);
    return out;
  }

  /** Values that rise by one a step, in running scales of two. */
  private static KnownFuture.Origin counting(int last) {
    return new KnownFuture.Origin() {
      @Override
      public float past(int steps) {
        return last - steps;
      }

      @Override
      public int length() {
        return 1000;
      }

      @Override
      public float scale() {
        return 2;
      }
    };
  }

  private static void assertKinds(float[] out, int lead, float... kinds) {
    int at = (lead - 1) * OF_HOLIDAYS;
    assertArrayEquals(kinds, Arrays.copyOfRange(out, at, at + 4), "lead " + lead);
  }

  private static ForecasterConfig config(Duration step, ZoneId zone) {
    ForecasterConfig plain = ForecasterConfig.of(step, HORIZON, 7, 0);
    return Otherwise.calendar(plain, new Calendar(zone, List.of(), MAY));
  }
}
