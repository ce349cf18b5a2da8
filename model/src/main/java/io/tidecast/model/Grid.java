package io.tidecast.model;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The grid of event time a series lives on, and the one place that knows where its steps end: step
 * k covers what lies after the end of step k - 1, up to its own end. The target of lead h from
 * origin k is step k + h.
 *
 * <p>A grid is a value with a text that {@link #parse} reads back: that of a fixed step is the
 * step, as in {@code PT1H}.
 */
public sealed interface Grid extends Serializable permits Grid.Fixed, PeriodGrid, SessionGrid {

  /** Steps of one duration, counted from the epoch. */
  static Grid of(Duration step) {
    return new Fixed(step.toMillis());
  }

  /** Index of the step that covers a time, milliseconds. */
  long indexOf(long timeMillis);

  /**
   * End of a step, milliseconds: the event time at which its observations are known. Never before
   * that of an earlier step.
   */
  long end(long index);

  /** Index of the last step that is over at a time. */
  default long lastEndedBy(long timeMillis) {
    long index = indexOf(timeMillis);
    return end(index) <= timeMillis ? index : index - 1;
  }

  /** The local date that a step belongs to: of a day long step the one its middle lies on. */
  default LocalDate date(long index, ZoneId zone) {
    boolean isDay = isFixed() && spacing().compareTo(Duration.ofDays(1)) >= 0;
    long before = isDay ? spacing().toMillis() / 2 : 1;
    return LocalDate.ofInstant(Instant.ofEpochMilli(end(index) - before), zone);
  }

  /** Spacing of the steps; if it varies its mean over many years. */
  Duration spacing();

  /**
   * How many steps a duration holds, rounded where steps vary; in the words of people, so that a
   * day is a session where there are sessions, and a year twelve months.
   */
  default long stepsIn(Duration duration) {
    double steps = (double) duration.toMillis() / spacing().toMillis();
    return isFixed() ? (long) steps : Math.round(steps);
  }

  /** Whether a duration is a number of steps: where steps vary, but for one in fifty. */
  default boolean holdsWhole(Duration duration) {
    long off = Math.abs(stepsIn(duration) * spacing().toMillis() - duration.toMillis());
    return isFixed() ? off == 0 : off * 50 <= duration.toMillis();
  }

  /** Whether all steps have one duration: then it and one end tell all ends. */
  default boolean isFixed() {
    return this instanceof Fixed;
  }

  /** Without what may change in the course of time: holidays. */
  default Grid shape() {
    return this;
  }

  /**
   * The grid with that text.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Grid parse(String text) {
    try {
      String[] words = text.split(" ");
      return switch (words.length) {
        case 1 -> of(Duration.parse(text));
        case 3 -> PeriodGrid.of(words);
        default -> SessionGrid.of(words);
      };
    } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("step: " + text + "; accepted: PT1H and alike", e);
    }
  }

  /**
   * Steps of one duration.
   *
   * @param stepMillis spacing in milliseconds, positive
   */
  record Fixed(long stepMillis) implements Grid {
    public Fixed {
      Checks.that(stepMillis > 0, "step", Duration.ofMillis(stepMillis), "a positive duration");
    }

    @Override
    public long indexOf(long timeMillis) {
      return -Math.floorDiv(-timeMillis, stepMillis);
    }

    @Override
    public long end(long index) {
      return index * stepMillis;
    }

    @Override
    public Duration spacing() {
      return Duration.ofMillis(stepMillis);
    }

    @Override
    public String toString() {
      return spacing().toString();
    }
  }
}
