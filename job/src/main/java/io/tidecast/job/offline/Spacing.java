package io.tidecast.job.offline;

import static java.time.temporal.ChronoUnit.MONTHS;
import static java.time.temporal.ChronoUnit.YEARS;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.config.StepLength;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far apart the observations of a stream are, over all streams.
 *
 * @param usual the most frequent spacing; an hour if no stream has two times
 * @param step spacing of a grid that suits them
 * @param widest spacing that is not rare, up to four usual ones: the width of a bar where a file
 *     changes it
 * @param share of the spacings that are the usual one
 * @param gaps spacings longer than the step
 * @param longest of them
 * @param repeats observations of a stream and time that were there before
 * @param streams number of them
 */
record Spacing(
    Duration usual,
    Duration step,
    Duration widest,
    double share,
    long gaps,
    Duration longest,
    long repeats,
    int streams) {
  private static final double REGULAR = 0.5;
  private static final Duration QUARTER = MONTHS.getDuration().multipliedBy(3);
  private static final List<Duration> STEPS =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          Duration.ofMinutes(15),
          Duration.ofMinutes(30),
          Duration.ofHours(1),
          Duration.ofHours(3),
          Duration.ofHours(6),
          Duration.ofDays(1),
          Duration.ofDays(7),
          MONTHS.getDuration(),
          QUARTER,
          YEARS.getDuration());

  static Spacing of(List<ObservationRecord> observations) {
    Map<String, Instant> last = new TreeMap<>();
    List<Duration> spacings = new ArrayList<>();
    long repeats = 0;
    for (ObservationRecord one : observations) {
      Instant before = last.put(one.stream(), one.time());
      if (before != null && before.equals(one.time())) {
        repeats++;
      } else if (before != null) {
        spacings.add(Duration.between(before, one.time()));
      }
    }
    return of(spacings, repeats, last.size());
  }

  private static Spacing of(List<Duration> spacings, long repeats, int streams) {
    Map<Duration, Long> counts = new TreeMap<>();
    spacings.forEach(spacing -> counts.merge(spacing, 1L, Long::sum));
    Duration usual =
        counts.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(Duration.ofHours(1));
    double share =
        spacings.isEmpty() ? 1 : (double) counts.getOrDefault(usual, 0L) / spacings.size();
    boolean regular = share >= REGULAR && counts.getOrDefault(usual, 0L) > 1;
    Duration step =
        regular || spacings.isEmpty()
            ? snapped(isJittered(usual, spacings) ? mean(spacings) : usual)
            : snapped(roundStep(spacings.stream().sorted().toList()));
    return new Spacing(
        usual,
        step,
        counts.entrySet().stream()
            .filter(entry -> entry.getValue() * 10 >= spacings.size())
            .map(Map.Entry::getKey)
            .filter(spacing -> spacing.compareTo(usual.multipliedBy(4)) <= 0)
            .max(Duration::compareTo)
            .orElse(usual),
        share,
        spacings.stream().filter(spacing -> spacing.compareTo(longest(step)) > 0).count(),
        spacings.stream().max(Duration::compareTo).orElse(Duration.ZERO),
        repeats,
        streams);
  }

  /** Of steps of the calendar some are longer than their mean. */
  private static Duration longest(Duration step) {
    return step.compareTo(MONTHS.getDuration()) < 0 ? step : step.plus(step.dividedBy(20));
  }

  /** A clock that is off by a little, and months of 28 to 31 days, keep to a usual step. */
  private static Duration snapped(Duration spacing) {
    return STEPS.stream()
        .filter(
            step -> isMonth(spacing) ? step.equals(MONTHS.getDuration()) : isNear(step, spacing))
        .findFirst()
        .orElse(Duration.ofMillis(Math.max(2, spacing.toMillis())));
  }

  /** Whether the most frequent spacing is none that clocks keep, and the mean of all is. */
  private static boolean isJittered(Duration usual, List<Duration> spacings) {
    return !spacings.isEmpty()
        && STEPS.stream().noneMatch(step -> isNear(step, usual))
        && STEPS.stream().anyMatch(step -> isNear(step, mean(spacings)));
  }

  private static Duration mean(List<Duration> spacings) {
    return spacings.stream().reduce(Duration.ZERO, Duration::plus).dividedBy(spacings.size());
  }

  private static boolean isMonth(Duration spacing) {
    return spacing.toDays() >= 28 && spacing.toDays() <= 31;
  }

  private static boolean isNear(Duration step, Duration spacing) {
    return step.minus(spacing).abs().multipliedBy(50).compareTo(step) < 0;
  }

  /** The shortest usual step that most spacings fit into. */
  private static Duration roundStep(List<Duration> sorted) {
    Duration most = sorted.get(sorted.size() * 3 / 4);
    return isMonth(most)
        ? most
        : STEPS.stream()
            .filter(step -> step.compareTo(most) >= 0 || isNear(step, most))
            .findFirst()
            .orElse(STEPS.get(STEPS.size() - 1));
  }

  boolean isRegular() {
    // of steps of the calendar none is the usual one
    return share >= REGULAR || gaps == 0 && isNear(step, usual) && usual.toDays() >= 28;
  }

  String words() {
    return String.format(
        Locale.ROOT,
        "%s in %.1f %%; longer than %s: %,d, the longest %s; same stream and time again: %,d",
        StepLength.text(usual),
        100 * share,
        StepLength.text(step),
        gaps,
        StepLength.text(longest),
        repeats);
  }
}
