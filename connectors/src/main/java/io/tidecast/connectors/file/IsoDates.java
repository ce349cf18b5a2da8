package io.tidecast.connectors.file;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates that are told by another count than that of months. */
final class IsoDates {
  private static final Pattern WEEK = Pattern.compile("([0-9]{4})-?W([0-9]{2})(?:-?([1-7]))?");
  private static final Pattern DIGITS = Pattern.compile("([0-9]{4})[- ]?W?([0-9]{1,2})");
  private static final Pattern ORDINAL = Pattern.compile("([0-9]{4})-([0-9]{3})");

  /** Of a spreadsheet; its day 60 is a 29th of February that was none. */
  private static final LocalDateTime DAY_ZERO = LocalDateTime.of(1899, 12, 30, 0, 0);

  private static final double FIRST_DAY = 61;
  private static final double LAST_DAY = 109_574;
  private static final double MILLIS_PER_DAY = 86_400_000;
  private static final long SIX_DIGITS_MILLIS = 50;

  private IsoDates() {}

  /** A week, begun by its Monday unless the day is there, or a day of the year; else null. */
  static LocalDate other(String text) {
    Matcher week = WEEK.matcher(text);
    if (week.matches()) {
      int day = week.group(3) == null ? 1 : Integer.parseInt(week.group(3));
      return week(Integer.parseInt(week.group(1)), Integer.parseInt(week.group(2)), day);
    }
    Matcher ordinal = ORDINAL.matcher(text);
    return ordinal.matches()
        ? LocalDate.ofYearDay(
            Integer.parseInt(ordinal.group(1)), Integer.parseInt(ordinal.group(2)))
        : null;
  }

  /** The Monday of a week, such as {@code 2024-W05}, {@code 202405} or {@code 2024 5}. */
  static LocalDate week(String text) {
    Matcher digits = DIGITS.matcher(text);
    LocalDate other = digits.matches() ? null : other(text);
    if (other == null && !digits.matches()) {
      throw new DateTimeException("a year and a week of ISO 8601, such as 2024-W05 or 202405");
    }
    return other == null
        ? week(Integer.parseInt(digits.group(1)), Integer.parseInt(digits.group(2)), 1)
        : other;
  }

  private static LocalDate week(int year, int week, int day) {
    LocalDate inFirst = LocalDate.of(year, 1, 4);
    IsoFields.WEEK_OF_WEEK_BASED_YEAR
        .rangeRefinedBy(inFirst)
        .checkValidValue(week, IsoFields.WEEK_OF_WEEK_BASED_YEAR);
    return inFirst
        .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, week)
        .plusDays(day - inFirst.getDayOfWeek().getValue());
  }

  /** To the millisecond; to the second where that is within the six digits many files have. */
  static LocalDateTime spreadsheet(String text) {
    double days;
    try {
      days = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DateTimeException("a number of days", e);
    }
    if (!(days >= FIRST_DAY && days <= LAST_DAY)) {
      throw new DateTimeException("days from 61, in 1900, to 109574, in 2199");
    }
    long millis = Math.round(days * MILLIS_PER_DAY);
    long second = 1_000 * Math.round(millis / 1_000.0);
    long told = Math.abs(millis - second) <= SIX_DIGITS_MILLIS ? second : millis;
    return DAY_ZERO.plus(told, ChronoUnit.MILLIS);
  }
}
