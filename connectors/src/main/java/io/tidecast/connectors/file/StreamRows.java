package io.tidecast.connectors.file;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The rows of one stream: in the order of the file until they are sorted, then in order of time.
 * They are numbers side by side, as objects would take ten times the room.
 */
final class StreamRows {
  private static final int BEGIN = 16;

  private final String name;
  private final List<String> variables;
  private final Map<ZoneOffsetTransition, List<Integer>> twice = new LinkedHashMap<>();
  private final Map<Integer, TimeReading.Read.Twice> local = new LinkedHashMap<>();
  private long[] seconds = new long[BEGIN];
  private int[] nanos = new int[BEGIN];
  private double[] values;
  private int size;
  private long forward;

  StreamRows(String name, List<String> variables) {
    this.name = name;
    this.variables = variables;
    this.values = new double[BEGIN * variables.size()];
  }

  String name() {
    return name;
  }

  int size() {
    return size;
  }

  Instant time(int row) {
    return Instant.ofEpochSecond(seconds[row], nanos[row]);
  }

  long second(int row) {
    return seconds[row];
  }

  int nano(int row) {
    return nanos[row];
  }

  ObservationRecord observation(int row) {
    Map<String, Double> present = new LinkedHashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      double value = values[row * variables.size() + i];
      if (!Double.isNaN(value)) {
        present.put(variables.get(i), value);
      }
    }
    return new ObservationRecord(name, time(row), present);
  }

  /**
   * A row.
   *
   * @param row its values by variable; NaN where missing
   */
  void add(TimeReading.Read read, double[] row) {
    if (size == seconds.length) {
      int more = size + (size >> 1);
      seconds = Arrays.copyOf(seconds, more);
      nanos = Arrays.copyOf(nanos, more);
      values = Arrays.copyOf(values, more * variables.size());
    }
    if (read instanceof TimeReading.Read.Twice repeated) {
      twice.computeIfAbsent(repeated.change(), change -> new ArrayList<>()).add(size);
      local.put(size, repeated);
    }
    set(size, read.time());
    forward += size > 0 ? Integer.signum(compare(size, size - 1)) : 0;
    System.arraycopy(row, 0, values, size * variables.size(), variables.size());
    size++;
  }

  private void set(int row, Instant time) {
    seconds[row] = time.getEpochSecond();
    nanos[row] = time.getNano();
  }

  private int compare(int one, int other) {
    int bySecond = Long.compare(seconds[one], seconds[other]);
    return bySecond != 0 ? bySecond : Integer.compare(nanos[one], nanos[other]);
  }

  /**
   * Tells the two runs of repeated hours apart.
   *
   * @return rows that nothing tells
   */
  long settle() {
    long ambiguous = 0;
    for (Map.Entry<ZoneOffsetTransition, List<Integer>> change : twice.entrySet()) {
      List<Integer> places = change.getValue();
      List<LocalDateTime> times = places.stream().map(place -> local.get(place).local()).toList();
      Duration stretch = change.getKey().getDuration().abs();
      boolean descending = forward < 0;
      ambiguous += RepeatedHour.parted(times, descending, stretch).ambiguous();
      boolean[] after = RepeatedHour.after(times, descending, stretch);
      for (int i = 0; i < after.length; i++) {
        if (after[i]) {
          set(places.get(i), local.get(places.get(i)).later());
        }
      }
    }
    return ambiguous;
  }

  /**
   * Puts the rows in order of time; those of one time keep theirs.
   *
   * @param interval of bars, which are moved to their ends: an interval after their start, or where
   *     the next one starts
   * @param joined whether what several rows say of one time, each of other variables, becomes one
   * @return bars that end before their interval
   */
  long sort(Duration interval, boolean joined) {
    boolean sorted = IntStream.range(1, size).allMatch(i -> compare(i - 1, i) <= 0);
    if (!sorted) {
      take(IntStream.range(0, size).boxed().sorted(this::compare).mapToInt(i -> i).toArray());
    }
    if (joined) {
      join();
    }
    return interval.isZero() ? 0 : end(interval);
  }

  private void take(int[] order) {
    int width = variables.size();
    long[] thatSeconds = new long[size];
    int[] thatNanos = new int[size];
    double[] thatValues = new double[size * width];
    for (int i = 0; i < size; i++) {
      thatSeconds[i] = seconds[order[i]];
      thatNanos[i] = nanos[order[i]];
      System.arraycopy(values, order[i] * width, thatValues, i * width, width);
    }
    seconds = thatSeconds;
    nanos = thatNanos;
    values = thatValues;
  }

  private void join() {
    int last = 0;
    for (int row = 1; row < size; row++) {
      if (compare(last, row) != 0 || !isDisjoint(last, row)) {
        last++;
        seconds[last] = seconds[row];
        nanos[last] = nanos[row];
        System.arraycopy(
            values, row * variables.size(), values, last * variables.size(), variables.size());
      } else {
        for (int i = 0; i < variables.size(); i++) {
          double more = values[row * variables.size() + i];
          values[last * variables.size() + i] =
              Double.isNaN(more) ? values[last * variables.size() + i] : more;
        }
      }
    }
    size = Math.min(size, last + 1);
  }

  private boolean isDisjoint(int one, int other) {
    return IntStream.range(0, variables.size())
        .allMatch(
            i ->
                Double.isNaN(values[one * variables.size() + i])
                    || Double.isNaN(values[other * variables.size() + i]));
  }

  private long end(Duration interval) {
    long shortened = 0;
    Instant before = null;
    int next;
    for (int row = 0; row < size; row = next) {
      Instant start = time(row);
      next = row + 1;
      while (next < size && compare(row, next) == 0) {
        next++;
      }
      Duration width = width(before, start, next < size ? time(next) : null, interval);
      shortened += width.compareTo(interval) < 0 ? next - row : 0;
      for (int i = row; i < next; i++) {
        set(i, start.plus(width));
      }
      before = start;
    }
    return shortened;
  }

  /** Of the bar at a start: up to the next one, or as wide as the one before. */
  private static Duration width(Instant before, Instant start, Instant next, Duration interval) {
    Duration until = next == null ? interval.plusNanos(1) : Duration.between(start, next);
    if (until.compareTo(interval) <= 0) {
      return until;
    }
    Duration last = before == null ? interval : Duration.between(before, start);
    return last.compareTo(interval) < 0 ? last : interval;
  }
}
