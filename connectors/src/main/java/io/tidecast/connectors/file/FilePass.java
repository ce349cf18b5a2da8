package io.tidecast.connectors.file;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One pass over the files of a feed: rows to observations, with what is only seen of all. */
final class FilePass implements FileRows.Visitor {
  private static final int FLAWS = 20;

  /** Times the way between its neighbours that a row is off from them. */
  private static final int LEAP = 3;

  private final FileFeed feed;
  private final TimeReading times;
  private final Map<String, Stream> streams = new LinkedHashMap<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private Map<String, Map<String, ValueReading>> byStream = Map.of();
  private Map<String, ValueReading> ofColumn = Map.of();
  private final Map<String, Map<String, ValueReading>> byVariable;
  private String content = "";
  private long rows;
  private long blank;
  private long leftOut;
  private long ambiguous;
  private long shortened;
  private long leaps;
  private String firstLeap = "";

  private FilePass(FileFeed feed) {
    this.feed = feed;
    this.times = feed.time().reading();
    this.ofColumn = readings(feed.values());
    this.byVariable = feed.byVariable();
    byStream = new LinkedHashMap<>();
    feed.streams().forEach((name, columns) -> byStream.put(name, readings(columns)));
  }

  static FileReading over(FileFeed feed) {
    FilePass pass = new FilePass(feed);
    FileRows.read(feed, pass);
    return pass.reading();
  }

  private Map<String, ValueReading> readings(Map<String, FileFeed.Column> columns) {
    Map<String, ValueReading> readings = new LinkedHashMap<>();
    columns.forEach((variable, column) -> readings.put(variable, feed.reading(column)));
    return readings;
  }

  @Override
  public void begin(String name) {
    content = name;
  }

  @Override
  public void header(Collection<String> columns) {
    if (feed.wide() == null) {
      return;
    }
    byStream = new LinkedHashMap<>();
    for (String column : columns) {
      if (!column.isBlank() && !feed.time().column().contains(column)) {
        byStream.put(column, readings(Map.of(feed.wide(), FileFeed.Column.of(column))));
      }
    }
  }

  @Override
  public void blank() {
    blank++;
  }

  @Override
  public void row(long number, FileRows.Row row) {
    rows++;
    List<Seen> seen = new ArrayList<>(1);
    try {
      read(number, row, seen);
    } catch (IllegalArgumentException e) {
      refuse(number, e);
      return;
    }
    for (Seen one : seen) {
      if (feed.time().leavesOut(one.time())) {
        leftOut++;
      } else {
        one.stream().add(one);
      }
    }
  }

  private void read(long number, FileRows.Row row, List<Seen> seen) {
    TimeReading.Read time = time(number, row);
    feed.time().check(time.time());
    if (feed.stream() != null) {
      Map<String, ValueReading> read = feed.variable() == null ? ofColumn : ofVariable(row);
      leftOut += read.isEmpty() ? 1 : 0;
      if (!read.isEmpty()) {
        seen.add(seen(time, stream(row.text(feed.stream()).strip()), row, read));
      }
    } else {
      byStream.forEach((name, columns) -> seen.add(seen(time, stream(name), row, columns)));
    }
  }

  /** The one that the row names; none if that is not read. */
  private Map<String, ValueReading> ofVariable(FileRows.Row row) {
    return byVariable.getOrDefault(row.text(feed.variable()).strip(), Map.of());
  }

  private Stream stream(String name) {
    Stream known = streams.get(name);
    if (known == null) {
      // the record's own check of the name, before anything is kept under it
      new ObservationRecord(name, Instant.EPOCH, Map.of());
      known = new Stream(name);
      streams.put(name, known);
    }
    return known;
  }

  private TimeReading.Read time(long number, FileRows.Row row) {
    FileTime from = feed.time();
    if (from.isByRow()) {
      return new TimeReading.Read.Told(from.start().plus(from.step().multipliedBy(number - 1)));
    }
    String text = row.text(from.column().get(0)).strip();
    for (int i = 1; i < from.column().size(); i++) {
      text = text + " " + row.text(from.column().get(i)).strip();
    }
    return times.read(text.strip());
  }

  private static Seen seen(
      TimeReading.Read time, Stream stream, FileRows.Row row, Map<String, ValueReading> columns) {
    Map<String, Double> values = new LinkedHashMap<>();
    columns.forEach(
        (variable, reading) -> {
          double value = reading.read(row.text(reading.column()).strip());
          if (!Double.isNaN(value)) {
            values.put(variable, value);
          }
        });
    return new Seen(stream, time, values);
  }

  private void refuse(long number, IllegalArgumentException e) {
    if (feed.badRows().equals("refuse")) {
      throw new IllegalArgumentException(content + ", row " + number + ": " + e.getMessage(), e);
    }
    String flaw = e.getMessage();
    refused.merge(
        refused.size() < FLAWS || refused.containsKey(flaw) ? flaw : "others", 1L, Long::sum);
  }

  private FileReading reading() {
    List<ObservationRecord> observations = new ArrayList<>();
    for (Stream stream : streams.values()) {
      stream.closeInto(observations);
    }
    observations.sort(
        Comparator.comparing(ObservationRecord::time).thenComparing(ObservationRecord::stream));
    return new FileReading(
        feed.variable() == null ? observations : joined(observations),
        rows,
        blank,
        refused,
        leftOut,
        ambiguous,
        shortened,
        leaps,
        firstLeap);
  }

  /** What several rows say of one stream and time, each of another variable, is one observation. */
  private static List<ObservationRecord> joined(List<ObservationRecord> observations) {
    List<ObservationRecord> joined = new ArrayList<>();
    ObservationRecord last = null;
    for (ObservationRecord next : observations) {
      boolean same =
          last != null && last.time().equals(next.time()) && last.stream().equals(next.stream());
      if (same && Collections.disjoint(last.values().keySet(), next.values().keySet())) {
        Map<String, Double> values = new LinkedHashMap<>(last.values());
        values.putAll(next.values());
        last = new ObservationRecord(next.stream(), next.time(), values);
        joined.set(joined.size() - 1, last);
      } else {
        joined.add(next);
        last = next;
      }
    }
    return joined;
  }

  /** One observation before its time is settled. */
  private record Seen(Stream stream, TimeReading.Read read, Map<String, Double> values) {
    Instant time() {
      return read.time();
    }
  }

  /** The rows of one stream, in the order of the file. */
  private final class Stream {
    private final String name;
    private final List<Map<String, Double>> values = new ArrayList<>();
    private final List<Instant> moments = new ArrayList<>();
    private final Map<ZoneOffsetTransition, List<Integer>> twice = new LinkedHashMap<>();
    private final Map<Integer, TimeReading.Read.Twice> local = new LinkedHashMap<>();
    private long forward;

    private Stream(String name) {
      this.name = name;
    }

    private void add(Seen one) {
      int place = moments.size();
      if (one.read() instanceof TimeReading.Read.Twice repeated) {
        twice.computeIfAbsent(repeated.change(), change -> new ArrayList<>()).add(place);
        local.put(place, repeated);
      }
      if (place > 0) {
        forward += Integer.signum(one.time().compareTo(moments.get(place - 1)));
      }
      moments.add(one.time());
      values.add(one.values());
    }

    private void closeInto(List<ObservationRecord> observations) {
      countLeaps();
      twice.forEach(this::part);
      List<Instant> ends = feed.interval().isZero() ? moments : ends();
      for (int i = 0; i < ends.size(); i++) {
        observations.add(new ObservationRecord(name, ends.get(i), values.get(i)));
      }
    }

    /** Rows far from the two around them, which are near each other. */
    private void countLeaps() {
      for (int i = 1; i + 1 < moments.size(); i++) {
        Duration around = Duration.between(moments.get(i - 1), moments.get(i + 1)).abs();
        Duration off = Duration.between(moments.get(i - 1), moments.get(i)).abs();
        if (off.compareTo(around.multipliedBy(LEAP)) > 0 && !around.isZero()) {
          leaps++;
          firstLeap = firstLeap.isEmpty() ? name + " at " + moments.get(i) : firstLeap;
        }
      }
    }

    private void part(ZoneOffsetTransition change, List<Integer> places) {
      List<LocalDateTime> times = places.stream().map(place -> local.get(place).local()).toList();
      Duration stretch = change.getDuration().abs();
      boolean descending = forward < 0;
      ambiguous += RepeatedHour.parted(times, descending, stretch).ambiguous();
      boolean[] after = RepeatedHour.after(times, descending, stretch);
      for (int i = 0; i < after.length; i++) {
        if (after[i]) {
          moments.set(places.get(i), local.get(places.get(i)).later());
        }
      }
    }

    /** Ends of bars: an interval after their start, or where the next one starts. */
    private List<Instant> ends() {
      List<Instant> starts = moments.stream().distinct().sorted().toList();
      Map<Instant, Instant> ends = new TreeMap<>();
      for (int i = 0; i < starts.size(); i++) {
        Duration next = i + 1 < starts.size() ? between(starts, i) : feed.interval().plusNanos(1);
        Duration before = i > 0 ? between(starts, i - 1) : feed.interval();
        Duration width = next.compareTo(feed.interval()) <= 0 ? next : shorter(before);
        ends.put(starts.get(i), starts.get(i).plus(width));
      }
      shortened +=
          moments.stream()
              .filter(start -> ends.get(start).isBefore(start.plus(feed.interval())))
              .count();
      return moments.stream().map(ends::get).toList();
    }

    private Duration between(List<Instant> starts, int i) {
      return Duration.between(starts.get(i), starts.get(i + 1));
    }

    private Duration shorter(Duration width) {
      return width.compareTo(feed.interval()) < 0 ? width : feed.interval();
    }
  }
}
