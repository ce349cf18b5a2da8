package io.tidecast.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalendarTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int DAY = 24;

  @Test
  void dayOf23HoursLeavesAnHourOut() {
    // 01:00 UTC on 31 March 2024: from 02:00 to 03:00 in Berlin
    assertEquals(List.of(0, 1, 3, 4), hours("Europe/Berlin", "2024-03-30T23:00:00Z", 4));
    assertEquals(List.of(22, 23, 0), hours("Europe/Berlin", "2024-03-31T20:00:00Z", 3));
  }

  @Test
  void dayOf25HoursHasAnHourTwice() {
    // 01:00 UTC on 27 October 2024: from 03:00 back to 02:00 in Berlin
    assertEquals(List.of(0, 1, 2, 2, 3), hours("Europe/Berlin", "2024-10-26T22:00:00Z", 5));
    assertEquals(List.of(22, 23, 0), hours("Europe/Berlin", "2024-10-27T21:00:00Z", 3));
  }

  @Test
  void changeOfHalfAnHourIsFollowed() {
    // 15:00 UTC on 6 April 2024: from 02:00 back to 01:30 on Lord Howe Island
    float[] before = hourOfDay("Australia/Lord_Howe", "2024-04-06T14:00:00Z");
    float[] after = hourOfDay("Australia/Lord_Howe", "2024-04-06T15:00:00Z");

    assertEquals(0.5, hourBetween(before, after), 1e-3);
  }

  /** The hours that begin at {@code first} and after it, by the clock in {@code zone}. */
  private static List<Integer> hours(String zone, String first, int count) {
    List<Integer> hours = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] phase = hourOfDay(zone, Instant.parse(first).plus(HOUR.multipliedBy(i)).toString());
      double turn = Math.atan2(phase[0], phase[1]) / (2 * Math.PI);
      hours.add((int) Math.floor((turn < 0 ? turn + 1 : turn) * DAY));
    }
    return hours;
  }

  /** Sine and cosine for the hour that begins at {@code start}. */
  private static float[] hourOfDay(String zone, String start) {
    Calendar calendar = new Calendar(Calendar.zone(zone), List.of(Calendar.Feature.HOUR_OF_DAY));
    float[] inputs = new float[2];
    calendar.fill(Grid.of(HOUR), index(start), 1, inputs, 0);
    return inputs;
  }

  /** The step that ends at {@code time}: a forecast from it is first for the hour after. */
  private static long index(String time) {
    return Instant.parse(time).getEpochSecond() / HOUR.toSeconds();
  }

  private static double hourBetween(float[] before, float[] after) {
    double turn = Math.atan2(after[0], after[1]) - Math.atan2(before[0], before[1]);
    return turn / (2 * Math.PI) * DAY;
  }

  @Test
  void forecastBeforeAChangeOfTheClocksKnowsOfIt() {
    Calendar berlin =
        new Calendar(Calendar.zone("Europe/Berlin"), List.of(Calendar.Feature.HOUR_OF_DAY));
    float[] ordinary = new float[4];
    float[] before = new float[4];

    berlin.fill(Grid.of(HOUR), index("2024-03-28T20:00:00Z"), DAY, ordinary, 0);
    berlin.fill(Grid.of(HOUR), index("2024-03-30T20:00:00Z"), DAY, before, 0);

    assertArrayEquals(Arrays.copyOf(ordinary, 2), Arrays.copyOf(before, 2));
    float[] lastLead = {ordinary[2], ordinary[3]};
    float[] lastLeadAfterChange = {before[2], before[3]};
    assertEquals(1, hourBetween(lastLead, lastLeadAfterChange), 1e-3);
  }

  @Test
  void dayOfTheWeekChangesAtLocalMidnightAlone() {
    Calendar tokyo =
        new Calendar(Calendar.zone("Asia/Tokyo"), List.of(Calendar.Feature.DAY_OF_WEEK));
    long midnight = index("2024-05-01T15:00:00Z");
    List<Integer> changes = new ArrayList<>();
    float[] last = new float[2];
    tokyo.fill(Grid.of(HOUR), midnight - 1, 1, last, 0);

    for (int hour = 0; hour < 7 * DAY; hour++) {
      float[] inputs = new float[2];
      tokyo.fill(Grid.of(HOUR), midnight + hour, 1, inputs, 0);
      if (!Arrays.equals(last, inputs)) {
        changes.add(hour);
      }
      last = inputs;
    }

    assertEquals(List.of(0, 24, 48, 72, 96, 120, 144), changes);
  }

  @Test
  void stepThatEndsAtMidnightBelongsToTheDayBefore() {
    Calendar utc = new Calendar(Calendar.zone("UTC"), List.of(Calendar.Feature.DAY_OF_WEEK));
    Duration day = Duration.ofDays(1);
    float[] inputs = new float[2];

    // 1 January 1970 was a Thursday; it is step 1
    utc.fill(Grid.of(day), 0, 1, inputs, 0);

    assertEquals(Math.sin(2 * Math.PI * 3 / 7), inputs[0], 1e-6);
  }

  @Test
  void inputsFollowTheOthersAndAreNotNegated() {
    Calendar calendar =
        new Calendar(Calendar.zone("America/New_York"), List.of(Calendar.Feature.values()));
    ForecasterConfig plain = ForecasterConfig.of(HOUR, DAY, 24, 0);
    ForecasterConfig config = Otherwise.calendar(plain, calendar);
    SeriesInputs inputs = new SeriesInputs(config);
    float[] filled = new float[InputLayout.of(config).size()];
    long index = index("2024-11-03T04:00:00Z");

    inputs.step(3, new float[0]);
    inputs.fill(index, filled);

    assertEquals(InputLayout.of(plain).size() + 12, filled.length);
    float[] expected = new float[12];
    calendar.fill(Grid.of(HOUR), index, DAY, expected, 0);
    assertArrayEquals(
        expected, Arrays.copyOfRange(filled, InputLayout.of(plain).size(), filled.length));
    boolean[] odd = InputLayout.of(config).odd();
    for (int i = InputLayout.of(plain).size(); i < odd.length; i++) {
      assertEquals(false, odd[i]);
    }
  }

  @Test
  void noneIsTheDefaultWhateverTheZone() {
    assertEquals(Calendar.NONE, new Calendar(Calendar.zone("Europe/Berlin"), List.of()));
    assertEquals(Calendar.NONE, ForecasterConfig.of(HOUR, 1, 1, 0).calendar());
  }

  @Test
  void unknownZoneIsRefusedByName() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Calendar.zone("Mars/Olympus"));

    assertTrue(refused.getMessage().contains("Mars/Olympus"), refused.getMessage());
  }
}
