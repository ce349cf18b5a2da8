package io.tidecast.model;

import static java.time.temporal.ChronoUnit.MONTHS;
import static java.time.temporal.ChronoUnit.WEEKS;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * Steps of so many months or weeks, each from midnight to midnight in a zone.
 *
 * @param number of units in a step, 1 to 1200
 * @param unit months or weeks
 * @param anchor a date at whose midnight a step ends and the next one begins; of months on the 29th
 *     or later the others are on the last day where theirs is shorter
 */
public record PeriodGrid(int number, ChronoUnit unit, LocalDate anchor, ZoneId zone)
    implements Grid {
  /** A Monday, for weeks; the first of a month and a year for the others. */
  private static final LocalDate MONDAY = LocalDate.of(1970, 1, 5);

  /** What lies further from the epoch is not told apart: its milliseconds would not be a number. */
  static final long FARTHEST_DAYS = 100_000_000_000L;

  private static final long FARTHEST = 86_400_000 * (FARTHEST_DAYS / 10 * 8);

  public PeriodGrid {
    Checks.inRange("step", number, 1, 1200);
    Checks.that(unit == MONTHS || unit == WEEKS, "step", unit, "months or weeks");
  }

  /** Where steps begin if nobody says so: on Mondays, or on the first of January 1970. */
  public static LocalDate defaultAnchor(ChronoUnit unit) {
    return unit == WEEKS ? MONDAY : LocalDate.EPOCH;
  }

  static PeriodGrid of(String[] words) {
    ChronoUnit unit = words[0].endsWith("W") ? WEEKS : MONTHS;
    int number = Integer.parseInt(words[0].substring(1, words[0].length() - 1));
    return new PeriodGrid(number, unit, LocalDate.parse(words[1]), Calendar.zone(words[2]));
  }

  @Override
  public long indexOf(long timeMillis) {
    long time = bounded(timeMillis);
    LocalDate date = Instant.ofEpochMilli(time).atZone(zone).toLocalDate();
    long index = Math.floorDiv(unit.between(anchor, date), (long) number) - 1;
    while (end(index) < time) {
      index++;
    }
    return index;
  }

  static long bounded(long timeMillis) {
    return Math.max(-FARTHEST, Math.min(FARTHEST, timeMillis));
  }

  @Override
  public long end(long index) {
    long most = FARTHEST_DAYS / (unit.getDuration().toDays() + 1) / number;
    long steps = Math.max(-most, Math.min(most, index));
    return anchor.plus(steps * number, unit).atStartOfDay(zone).toInstant().toEpochMilli();
  }

  @Override
  public Duration spacing() {
    return unit.getDuration().multipliedBy(number);
  }

  @Override
  public String toString() {
    return "P" + number + (unit == WEEKS ? "W" : "M") + " " + anchor + " " + zone.getId();
  }
}
