package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;

import io.tidecast.model.SessionGrid;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * When it is open: time passes only then.
 *
 * @param days of the week (default Monday to Friday)
 * @param open local time of each opening (default 00:00)
 * @param close local time of each close, up to 24:00 (default)
 * @param holidays dates on which it is closed (default none)
 */
public record SessionsSection(List<String> days, String open, String close, List<String> holidays) {
  private static final int WORKING_DAYS = 5;
  private static final String END_OF_DAY = "24:00";

  public SessionsSection {
    List<String> given = requireNonNullElse(days, names().subList(0, WORKING_DAYS));
    that(!given.isEmpty(), "days", given, "at least one day of the week");
    List<Integer> places = given.stream().map(SessionsSection::place).sorted().toList();
    days = places.stream().distinct().map(names()::get).toList();
    open = requireNonNullElse(open, "00:00");
    close = requireNonNullElse(close, END_OF_DAY);
    boolean isInOrder =
        close.equals(END_OF_DAY) || time("open", open).isBefore(time("close", close));
    that(isInOrder, "close", close, "later than open, " + time("open", open));
    holidays =
        requireNonNullElse(holidays, List.<String>of()).stream()
            .map(day -> date("holidays", day).toString())
            .distinct()
            .sorted()
            .toList();
  }

  private static List<String> names() {
    return Arrays.stream(DayOfWeek.values())
        .map(day -> day.name().toLowerCase(Locale.ROOT))
        .toList();
  }

  /** Of a day of the week by its name, or the first three letters of it. */
  private static int place(String day) {
    String lower = day.toLowerCase(Locale.ROOT);
    int place =
        IntStream.range(0, names().size())
            .filter(
                i -> names().get(i).equals(lower) || names().get(i).substring(0, 3).equals(lower))
            .findFirst()
            .orElse(-1);
    that(place >= 0, "days", day, String.join(", ", names()));
    return place;
  }

  private static LocalTime time(String key, String text) {
    try {
      return LocalTime.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          key + ": " + text + "; accepted: a time, such as 09:30", e);
    }
  }

  static LocalDate date(String key, String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          key + ": " + text + "; accepted: a date, such as 2024-12-25", e);
    }
  }

  SessionGrid grid(Duration step, ZoneId zone) {
    return new SessionGrid(
        step,
        days.stream().map(SessionsSection::place).map(DayOfWeek.MONDAY::plus).toList(),
        time("open", open),
        close.equals(END_OF_DAY) ? LocalTime.MIDNIGHT : time("close", close),
        holidays.stream().map(LocalDate::parse).toList(),
        zone);
  }
}
