package io.tidecast.model;

import java.io.Serializable;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;

/**
 * Days that are unlike others of their weekday, known however far ahead.
 *
 * @param names what they were made from, as people write it: it stands for them in texts
 * @param dates ascending, distinct
 */
public record Holidays(List<String> names, List<LocalDate> dates) implements Serializable {
  public static final Holidays NONE = new Holidays(List.of(), List.of());

  /** Some, wherever it does not matter which. */
  private static final Holidays SOME = new Holidays(List.of("holidays"), List.of());

  public Holidays {
    names = List.copyOf(names);
    dates = dates.stream().distinct().sorted().toList();
  }

  public boolean isEmpty() {
    return names.isEmpty();
  }

  /** Without what may change in the course of time: the dates. */
  Holidays shape() {
    return isEmpty() ? NONE : SOME;
  }

  /** Those of a model whose dates are told by the configuration it serves. */
  public static Holidays some() {
    return SOME;
  }

  public boolean contains(LocalDate date) {
    return Collections.binarySearch(dates, date) >= 0;
  }

  /** Whether a working day lies alone between a holiday and a weekend, or another holiday. */
  public boolean isBridge(LocalDate date) {
    LocalDate before = date.minusDays(1);
    LocalDate after = date.plusDays(1);
    return isWorking(date)
        && !isWorking(before)
        && !isWorking(after)
        && (contains(before) || contains(after));
  }

  private boolean isWorking(LocalDate date) {
    return isWeekday(date) && !contains(date);
  }

  /** Whether it is a Monday to Friday. */
  public static boolean isWeekday(LocalDate date) {
    return date.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0;
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
