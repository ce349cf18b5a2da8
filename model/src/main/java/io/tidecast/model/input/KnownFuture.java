package io.tidecast.model.input;

import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Holidays;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;

/**
 * What is known beforehand of the step of each lead, as both members read it at that lead.
 *
 * <p>In order: the phases of the {@link Calendar} at the target; then, if there are holidays, 1
 * where the target lies on a holiday from Monday to Friday, on one at a weekend, on a bridge day,
 * on the eve of a holiday; and how a holiday differs from other days on this series, for maps that
 * read values of whole weeks before: at a target on a working day's holiday the value of the last
 * Sunday less that of the same weekday, and where the same weekday before was one, 1 and its value
 * less that of the week before it; the same of the origin. Values are in running scales, 0 where
 * they are not kept. Then, for each covariate that is known beforehand, its level at the target, as
 * the recurrent member reads levels, 0 where it is missing; its level a season before; and where
 * the first is missing 1 and the second once more, which then has a weight of its own.
 *
 * <p>Not thread safe: it keeps what it has worked out of the last steps.
 */
public final class KnownFuture {
  private static final int KINDS = 4;
  static final int OF_HOLIDAYS = KINDS + 5;
  static final int OF_VARIABLE = 4;
  private static final float MAX_DIFFERENCE = 8;
  private static final int DAYS = 7;
  private static final int STEPS_OF_HISTORY = 1 << 16;

  private final Grid grid;
  private final Calendar calendar;
  private final int horizon;
  private final int held;
  private final int phases;
  private final int ofDays;
  private final int variables;
  private final int size;
  private final int week;
  // of steps by the last digits of their number
  private final long[] steps;
  private final float[] known;
  private final byte[] weekdays;
  private final int mask;

  /** For origins in order of time. */
  public KnownFuture(ForecasterConfig config) {
    this(config, 4 * (config.horizon() + 2 * Math.max(1, week(config.grid()))));
  }

  /** For origins all over a history. */
  public static KnownFuture overall(ForecasterConfig config) {
    return new KnownFuture(config, STEPS_OF_HISTORY);
  }

  private KnownFuture(ForecasterConfig config, int atMost) {
    grid = config.grid();
    calendar = config.calendar();
    horizon = config.horizon();
    held = config.history();
    phases = 2 * calendar.features().size();
    ofDays = calendar.holidays().isEmpty() ? phases : phases + OF_HOLIDAYS;
    variables = config.knownFuture().size();
    size = size(config);
    week = week(grid);
    int kept = size == 0 ? 1 : Integer.highestOneBit(atMost);
    mask = kept - 1;
    steps = new long[kept];
    known = new float[kept * (phases + KINDS)];
    weekdays = new byte[kept];
    Arrays.fill(steps, Long.MIN_VALUE);
  }

  private static int week(Grid grid) {
    Duration days = Duration.ofDays(DAYS);
    return grid.isFixed() && grid.holdsWhole(days) ? (int) grid.stepsIn(days) : 0;
  }

  /** Number of values per lead. */
  public static int size(ForecasterConfig config) {
    Calendar calendar = config.calendar();
    return 2 * calendar.features().size()
        + (calendar.holidays().isEmpty() ? 0 : OF_HOLIDAYS)
        + OF_VARIABLE * config.knownFuture().size();
  }

  /** Number of values per lead. */
  public int size() {
    return size;
  }

  /** Whether a value per lead is a phase, which most targets have: the others are rare. */
  public boolean isPhase(int i) {
    return i < phases;
  }

  /** Kept values of a series at an origin. */
  public interface Origin {
    /** The transformed target so many steps before the origin. */
    float past(int steps);

    /** Steps since the first target, as far as they are kept. */
    int length();

    /** Unit of values. */
    float scale();

    /**
     * The level that a covariate is known to have at a lead, as of the origin; NaN if it is not.
     *
     * @param variable place among those that are known beforehand
     */
    default float ahead(int variable, int lead) {
      return Float.NaN;
    }

    /** The level it had whole seasons before the target of a lead. */
    default float seasonBefore(int variable, int lead) {
      return 0;
    }
  }

  /**
   * @param index number of the origin's step on the grid
   * @param out {@code [horizon * size]}
   */
  public void fill(Origin origin, long index, float[] out) {
    if (size == 0) {
      return;
    }
    Arrays.fill(out, 0);
    boolean holidays = ofDays > phases;
    int originSlot = slot(index);
    boolean afterHoliday = holidays && known[originSlot * (phases + KINDS) + phases] > 0;
    float atOrigin = afterHoliday ? difference(origin, 0, week) : 0;
    for (int h = 1; h <= horizon; h++) {
      int at = (h - 1) * size;
      int slot = slot(index + h);
      System.arraycopy(known, slot * (phases + KINDS), out, at, holidays ? phases + KINDS : phases);
      if (holidays) {
        fillHolidays(origin, index, h, slot, out, at + phases);
        out[at + phases + KINDS + 3] = afterHoliday ? 1 : 0;
        out[at + phases + KINDS + 4] = atOrigin;
      }
      for (int k = 0; k < variables; k++) {
        fillVariable(origin, k, h, out, at + ofDays + OF_VARIABLE * k);
      }
    }
  }

  private void fillHolidays(Origin origin, long index, int lead, int slot, float[] out, int at) {
    if (week == 0) {
      return;
    }
    int weekBefore = week * ((lead + week - 1) / week) - lead;
    if (out[at] > 0) {
      int sunday = (1 + weekdays[slot]) * (week / DAYS) - lead;
      sunday += sunday < 0 ? week * ((week - 1 - sunday) / week) : 0;
      out[at + KINDS] = difference(origin, sunday, weekBefore);
    }
    int before = slot(index - weekBefore);
    if (known[before * (phases + KINDS) + phases] > 0) {
      out[at + KINDS + 1] = 1;
      out[at + KINDS + 2] = difference(origin, weekBefore, weekBefore + week);
    }
  }

  private void fillVariable(Origin origin, int variable, int lead, float[] out, int at) {
    float then = origin.seasonBefore(variable, lead);
    float ahead = origin.ahead(variable, lead);
    boolean isMissing = Float.isNaN(ahead);
    out[at] = isMissing ? 0 : ahead;
    out[at + 1] = then;
    out[at + 2] = isMissing ? 1 : 0;
    out[at + 3] = isMissing ? then : 0;
  }

  private float difference(Origin origin, int steps, int less) {
    int kept = Math.min(held, origin.length());
    if (week == 0 || steps >= kept || less >= kept) {
      return 0;
    }
    float difference = (origin.past(steps) - origin.past(less)) / origin.scale();
    return Math.max(-MAX_DIFFERENCE, Math.min(MAX_DIFFERENCE, difference));
  }

  private int slot(long step) {
    int slot = (int) step & mask;
    if (steps[slot] != step) {
      steps[slot] = step;
      int at = slot * (phases + KINDS);
      calendar.fill(grid, step, known, at);
      if (ofDays > phases) {
        LocalDate date = grid.date(step, calendar.zone());
        weekdays[slot] = (byte) date.getDayOfWeek().ordinal();
        fillKinds(date, at + phases);
      }
    }
    return slot;
  }

  private void fillKinds(LocalDate date, int at) {
    Holidays holidays = calendar.holidays();
    boolean isOne = holidays.contains(date);
    known[at] = isOne && Holidays.isWeekday(date) ? 1 : 0;
    known[at + 1] = isOne && !Holidays.isWeekday(date) ? 1 : 0;
    known[at + 2] = holidays.isBridge(date) ? 1 : 0;
    known[at + 3] = !isOne && holidays.contains(date.plusDays(1)) ? 1 : 0;
  }
}
