package io.tidecast.job.offline;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.config.StepLength;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Hours of the day outside of which no rows come, as a market has them; in UTC.
 *
 * @param open a step before the first row of a day
 * @param close the last row of a day
 * @param steps between them
 * @param days on which it is open
 */
record OpenHours(LocalTime open, LocalTime close, long steps, Set<DayOfWeek> days) {
  /** Of the rows of the usual time of day: as many make a time of day, or a day, one of them. */
  private static final double USUAL = 0.2;

  /** Of all rows: those that have to lie in these hours, and of their steps those with a row. */
  private static final double MOST = 0.97;

  private static final double FILLED = 0.7;
  private static final Duration LEAST = Duration.ofDays(14);
  private static final Duration LEAST_CLOSED = Duration.ofHours(6);
  private static final Duration LONGEST_STEP = Duration.ofHours(2);
  private static final int WORKING_DAYS = 5;

  /** Those of a file, if it has such hours. */
  static Optional<OpenHours> of(List<ObservationRecord> observations, Spacing spacing) {
    Duration all =
        Duration.between(
            observations.get(0).time(), observations.get(observations.size() - 1).time());
    if (all.compareTo(LEAST) < 0
        || spacing.step().compareTo(LONGEST_STEP) > 0
        || !spacing.isRegular()) {
      return Optional.empty();
    }
    TreeMap<LocalTime, Long> times = new TreeMap<>();
    TreeMap<DayOfWeek, Long> days = new TreeMap<>();
    Set<LocalDate> dates = new HashSet<>();
    for (ObservationRecord one : observations) {
      OffsetDateTime time = one.time().atOffset(ZoneOffset.UTC);
      times.merge(time.toLocalTime(), 1L, Long::sum);
      days.merge(time.getDayOfWeek(), 1L, Long::sum);
      dates.add(time.toLocalDate());
    }
    long rows = observations.size();
    keepUsual(times);
    keepUsual(days);
    return of(times, days.keySet(), spacing, rows, dates.size());
  }

  private static <K> void keepUsual(TreeMap<K, Long> counts) {
    double least = USUAL * counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
    counts.values().removeIf(count -> count < least);
  }

  private static Optional<OpenHours> of(
      TreeMap<LocalTime, Long> times, Set<DayOfWeek> days, Spacing spacing, long rows, int dates) {
    Duration within = Duration.between(times.firstKey(), times.lastKey());
    Duration closed = Duration.ofDays(1).minus(within).minus(spacing.step());
    long inside = times.values().stream().mapToLong(Long::longValue).sum();
    long steps = 1 + within.toMillis() / spacing.step().toMillis();
    boolean isOpen =
        within.toMillis() % spacing.step().toMillis() == 0
            && steps > 1
            && closed.compareTo(LEAST_CLOSED) >= 0
            && inside >= MOST * rows
            && rows >= FILLED * steps * dates * spacing.streams()
            && times.firstKey().toSecondOfDay() >= spacing.step().toSeconds();
    return isOpen
        ? Optional.of(
            new OpenHours(
                times.firstKey().minus(spacing.step()), times.lastKey(), steps, Set.copyOf(days)))
        : Optional.empty();
  }

  boolean isOnWorkingDays() {
    return days.size() == WORKING_DAYS
        && days.stream().noneMatch(day -> day.getValue() > WORKING_DAYS);
  }

  Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    if (!isOnWorkingDays()) {
      settings.put(
          "days", days.stream().sorted().map(day -> day.name().toLowerCase(Locale.ROOT)).toList());
    }
    settings.put("open", open.toString());
    settings.put("close", close.toString());
    return settings;
  }

  /** In one line, for a person. */
  String words() {
    return String.format(
        Locale.ROOT,
        "rows come from %s to %s alone, so series.sessions lets time pass only then; rows that are"
            + " named by the start of their %s need feed.interval, and open and close that much later",
        open.plus(Duration.between(open, close).dividedBy(steps)),
        close,
        StepLength.text(Duration.between(open, close).dividedBy(steps)));
  }
}
