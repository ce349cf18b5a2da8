package io.tidecast.model;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;

/**
 * Steps of time that passes only while it is open: the step after the last one of a session is the
 * first one of the next.
 *
 * <p>With hours, steps are counted from the opening of each session, and the last one ends at its
 * close, however short that makes it. What lies outside of sessions, their opening included,
 * belongs to the step before it. Without hours and with a step of a day a session is one step, from
 * midnight to the midnight at which the next one begins: what is dated by a day lies at its
 * beginning. Where the clocks change within a session, its last step is longer, or has no length.
 *
 * @param step a day, or less than that
 * @param days on which it is open, at least one
 * @param open local time of each opening
 * @param close local time, after {@code open}; midnight: that which ends the day
 * @param holidays on which it is closed, ascending
 */
public record SessionGrid(
    Duration step,
    List<DayOfWeek> days,
    LocalTime open,
    LocalTime close,
    List<LocalDate> holidays,
    ZoneId zone)
    implements Grid {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration WEEK = Duration.ofDays(7);

  /** The first Monday before the epoch. */
  private static final long MONDAY = -3;

  public SessionGrid {
    days = days.stream().distinct().sorted().toList();
    Checks.that(!days.isEmpty(), "days", days, "at least one day of the week");
    List<DayOfWeek> openOn = days;
    holidays =
        holidays.stream()
            .filter(date -> openOn.contains(date.getDayOfWeek()))
            .distinct()
            .sorted()
            .toList();
    boolean isAtMidnight = close.equals(LocalTime.MIDNIGHT);
    Checks.that(isAtMidnight || open.isBefore(close), "close", close, "later than open, " + open);
    Checks.that(
        !step.isNegative() && step.toMillis() > 0 && step.compareTo(DAY) <= 0,
        "step",
        step,
        "of a day or less with sessions");
  }

  static SessionGrid of(String[] words) {
    String[] hours = words[2].split("-");
    List<LocalDate> holidays =
        words.length < 5
            ? List.of()
            : Arrays.stream(words[4].split(",")).map(LocalDate::parse).toList();
    return new SessionGrid(
        Duration.parse(words[0]),
        Arrays.stream(words[1].split(",")).map(DayOfWeek::valueOf).toList(),
        LocalTime.parse(hours[0]),
        LocalTime.parse(hours[1]),
        holidays,
        Calendar.zone(words[3]));
  }

  @Override
  public long indexOf(long timeMillis) {
    long time = PeriodGrid.bounded(timeMillis);
    LocalDate date = Instant.ofEpochMilli(time).atZone(zone).toLocalDate();
    long sessions = sessionsBefore(date);
    if (isByDate()) {
      boolean isAtItsStart = start(date) == time;
      return isAtItsStart ? sessions : sessionsBefore(date.plusDays(1));
    }
    long into = time - opening(date);
    if (!isOpenOn(date) || into <= 0) {
      return sessions * stepsPerSession();
    }
    long steps = -Math.floorDiv(-into, step.toMillis());
    return sessions * stepsPerSession() + Math.min(steps, stepsPerSession());
  }

  @Override
  public long end(long index) {
    long most = PeriodGrid.FARTHEST_DAYS / 7 * days.size();
    if (isByDate()) {
      return start(session(Math.max(-most, Math.min(most, index))));
    }
    long session = Math.floorDiv(index - 1, stepsPerSession());
    LocalDate date = session(Math.max(-most, Math.min(most, session)));
    long steps = index - session * stepsPerSession();
    return Math.min(opening(date) + steps * step.toMillis(), closing(date));
  }

  @Override
  public LocalDate date(long index, ZoneId zone) {
    return isByDate()
        ? LocalDate.ofInstant(Instant.ofEpochMilli(end(index)), this.zone)
        : Grid.super.date(index, zone);
  }

  /** A step is a date. */
  private boolean isByDate() {
    return step.equals(DAY) && open.equals(close);
  }

  private long start(LocalDate date) {
    return date.atStartOfDay(zone).toInstant().toEpochMilli();
  }

  private long opening(LocalDate date) {
    return date.atTime(open).atZone(zone).toInstant().toEpochMilli();
  }

  private long closing(LocalDate date) {
    LocalDate day = close.equals(LocalTime.MIDNIGHT) ? date.plusDays(1) : date;
    return day.atTime(close).atZone(zone).toInstant().toEpochMilli();
  }

  /** Steps of each session. */
  public long stepsPerSession() {
    Duration length = Duration.between(open, close);
    Duration hours = close.equals(LocalTime.MIDNIGHT) ? length.plus(DAY) : length;
    return -Math.floorDiv(-hours.toMillis(), step.toMillis());
  }

  private boolean isOpenOn(LocalDate date) {
    return days.contains(date.getDayOfWeek()) && !isHoliday(date);
  }

  private boolean isHoliday(LocalDate date) {
    int place = holidaysBefore(date);
    return place < holidays.size() && holidays.get(place).equals(date);
  }

  private int holidaysBefore(LocalDate date) {
    int from = 0;
    int to = holidays.size();
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (holidays.get(middle).isBefore(date)) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }

  /** Sessions that begin before a date, from the first open day on. */
  private long sessionsBefore(LocalDate date) {
    long sinceMonday = date.toEpochDay() - MONDAY;
    int weekday = (int) Math.floorMod(sinceMonday, 7L);
    long within = days.stream().filter(day -> day.ordinal() < weekday).count();
    return Math.floorDiv(sinceMonday, 7L) * days.size() + within - holidaysBefore(date);
  }

  /** The date of the session that has so many before it. */
  private LocalDate session(long before) {
    LocalDate date = openDay(before);
    long closed = 0;
    // of the open days of the week up to a date the holidays are none
    for (long now = holidaysUpTo(date); now != closed; now = holidaysUpTo(date)) {
      closed = now;
      date = openDay(before + closed);
    }
    return date;
  }

  private long holidaysUpTo(LocalDate date) {
    return holidaysBefore(date.plusDays(1));
  }

  private LocalDate openDay(long before) {
    long week = Math.floorDiv(before, (long) days.size());
    DayOfWeek day = days.get((int) Math.floorMod(before, (long) days.size()));
    return LocalDate.ofEpochDay(MONDAY + 7 * week + day.ordinal());
  }

  @Override
  public Duration spacing() {
    return WEEK.dividedBy(days.size() * stepsPerSession());
  }

  /** A number of days that makes no weeks is one of sessions. */
  @Override
  public long stepsIn(Duration duration) {
    return isSessions(duration)
        ? duration.toDays() * stepsPerSession()
        : Grid.super.stepsIn(duration);
  }

  @Override
  public boolean holdsWhole(Duration duration) {
    return isSessions(duration) || Grid.super.holdsWhole(duration);
  }

  private static boolean isSessions(Duration duration) {
    long count = duration.toDays();
    return duration.equals(Duration.ofDays(count)) && count % 7 != 0 && count < 28;
  }

  @Override
  public Grid shape() {
    return new SessionGrid(step, days, open, close, List.of(), zone);
  }

  @Override
  public String toString() {
    String names = String.join(",", days.stream().map(DayOfWeek::name).toList());
    String dates = String.join(",", holidays.stream().map(LocalDate::toString).toList());
    String text = step + " " + names + " " + open + "-" + close + " " + zone.getId();
    return dates.isEmpty() ? text : text + " " + dates;
  }
}
