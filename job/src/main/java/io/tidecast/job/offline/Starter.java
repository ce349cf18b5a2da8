package io.tidecast.job.offline;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.config.StepLength;
import io.tidecast.model.ForecasterConfig;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A section {@code series} to start from, and a horizon. */
final class Starter {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration WEEK = Duration.ofDays(7);
  private static final Duration YEAR = ChronoUnit.YEARS.getDuration();
  private static final Set<String> PRICES = Set.of("open", "high", "low", "close");
  private static final List<String> WANTED =
      List.of("close", "value", "temp", "load", "price", "count", "v", "y");
  private static final int LONGEST_HORIZON = 48;
  private static final int HORIZON = 24;

  private final List<ObservationRecord> observations;
  private final Spacing spacing;
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final OpenHours hoursOrNull;
  private boolean positive = true;

  /** Of observations with at least one value. */
  Starter(List<ObservationRecord> observations, Spacing spacing) {
    this.observations = observations;
    this.spacing = spacing;
    for (ObservationRecord one : observations) {
      one.values().forEach((name, value) -> counts.merge(name, 1L, Long::sum));
      positive &= one.values().values().stream().allMatch(value -> value > 0);
    }
    hoursOrNull = OpenHours.of(observations, spacing).orElse(null);
  }

  Map<String, Object> series() {
    Map<String, Object> series = new LinkedHashMap<>();
    series.put("step", step());
    anchor().ifPresent(date -> series.put("anchor", date));
    if (!season().isZero()) {
      series.put("season", StepLength.text(season()));
    }
    sessions().ifPresent(sessions -> series.put("sessions", sessions));
    if (season().equals(DAY) && spans(WEEK.multipliedBy(3)) && divides(WEEK)) {
      series.put("longSeason", StepLength.text(WEEK));
    }
    long steps = seasonSteps();
    if (steps > ForecasterConfig.DEFAULT_HISTORY) {
      series.put("history", steps);
    }
    series.put("targets", List.of(target()));
    if (isPrices() && positive) {
      series.put("transform", "log-return");
    }
    return series;
  }

  /** A season, as far as the fifth of the file that is tested on holds it. */
  int horizon() {
    long season = isOnWorkingDays() ? 5 : seasonSteps();
    long wanted = season > 1 && season <= LONGEST_HORIZON ? season : HORIZON;
    return (int) Math.max(1, Math.min(wanted, steps() / 5));
  }

  private long seasonSteps() {
    return hours()
        .filter(open -> season().equals(DAY))
        .map(OpenHours::steps)
        .orElse(season().toMillis() / spacing.step().toMillis());
  }

  private Optional<OpenHours> hours() {
    return Optional.ofNullable(hoursOrNull);
  }

  private Optional<Map<String, Object>> sessions() {
    if (hours().isEmpty() && !isOnWorkingDays()) {
      return Optional.empty();
    }
    Map<String, Object> sessions = new LinkedHashMap<>();
    hours().ifPresent(open -> sessions.putAll(open.settings()));
    boolean isOnWeekdays = hours().map(OpenHours::isOnWorkingDays).orElse(true);
    if (isOnWeekdays && !holidays().isEmpty()) {
      sessions.put("holidays", holidays());
    }
    return Optional.of(sessions);
  }

  private long steps() {
    return 1 + span().toMillis() / spacing.step().toMillis();
  }

  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (counts.size() > 1) {
      notes.add("series.targets may be any of " + counts.keySet() + ", series.covariates too");
    }
    hours().ifPresent(open -> notes.add(open.words()));
    if (sessions().filter(found -> found.containsKey("holidays")).isPresent()) {
      notes.add("series.sessions.holidays are the working days without a row; later ones are due");
    }
    if (spacing.repeats() * 10 > observations.size()) {
      notes.add(
          "many rows repeat a stream and a time, and the last of each counts: a column may be missing"
              + " in feed.time.column, or feed.stream, or be a variable");
    }
    if (!spacing.isRegular()) {
      notes.add("rows are not evenly spaced: series.aggregation says what a step makes of several");
    }
    return notes;
  }

  private String target() {
    for (String wanted : WANTED) {
      for (String name : counts.keySet()) {
        boolean whole = wanted.length() == 1;
        if (whole
            ? name.equalsIgnoreCase(wanted)
            : name.toLowerCase(Locale.ROOT).contains(wanted)) {
          return name;
        }
      }
    }
    return counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }

  private boolean isPrices() {
    return counts.keySet().stream()
        .map(name -> name.toLowerCase(Locale.ROOT).replace("price", ""))
        .toList()
        .containsAll(PRICES);
  }

  /** Weeks are of the calendar, as months are. */
  private String step() {
    return spacing.step().equals(WEEK) ? "P1W" : StepLength.text(spacing.step());
  }

  /** Where weeks begin, if that is no Monday. */
  private Optional<String> anchor() {
    LocalDate first = date(observations.get(0));
    boolean isOther = spacing.step().equals(WEEK) && first.getDayOfWeek() != DayOfWeek.MONDAY;
    return isOther ? Optional.of(first.toString()) : Optional.empty();
  }

  private static LocalDate date(ObservationRecord observation) {
    return LocalDate.ofInstant(observation.time(), ZoneOffset.UTC);
  }

  private static boolean isWeekend(LocalDate date) {
    return date.getDayOfWeek().compareTo(DayOfWeek.FRIDAY) > 0;
  }

  /** Days, of which the weekends of some weeks are left out. */
  private boolean isOnWorkingDays() {
    return spacing.step().equals(DAY)
        && spans(WEEK.multipliedBy(3))
        && dates().stream().noneMatch(Starter::isWeekend);
  }

  private Set<LocalDate> dates() {
    return observations.stream().map(Starter::date).collect(Collectors.toSet());
  }

  /** Working days within without a row, if they are as few as holidays are. */
  private List<String> holidays() {
    Set<LocalDate> dates = dates();
    List<String> without =
        date(observations.get(0))
            .datesUntil(date(observations.get(observations.size() - 1)))
            .filter(date -> !isWeekend(date) && !dates.contains(date))
            .map(LocalDate::toString)
            .toList();
    return without.size() * 10 < dates.size() ? without : List.of();
  }

  private Duration season() {
    if (spacing.step().compareTo(YEAR) < 0
        && spacing.step().compareTo(WEEK) >= 0
        && spans(YEAR.multipliedBy(3))) {
      return YEAR;
    }
    if (spacing.step().compareTo(Duration.ofHours(6)) <= 0
        && divides(DAY)
        && spans(DAY.multipliedBy(3))) {
      return DAY;
    }
    return spacing.step().equals(DAY) && spans(WEEK.multipliedBy(3)) ? WEEK : Duration.ZERO;
  }

  private boolean divides(Duration longer) {
    long steps = longer.toMillis() / spacing.step().toMillis();
    return longer.toMillis() % spacing.step().toMillis() == 0 && steps > 1 && steps <= 20_000;
  }

  private boolean spans(Duration least) {
    return span().compareTo(least) >= 0;
  }

  private Duration span() {
    return Duration.between(
        observations.get(0).time(), observations.get(observations.size() - 1).time());
  }
}
