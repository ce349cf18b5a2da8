package io.tidecast.connectors.file;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
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
  private final Map<String, StreamRows> streams = new LinkedHashMap<>();
  private final Map<String, Long> refused = new TreeMap<>();
  private final Map<String, Columns> byVariable = new LinkedHashMap<>();
  private final Columns ofStream;
  private Map<String, Columns> byStream = new LinkedHashMap<>();
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
    this.ofStream = Columns.of(feed, feed.values());
    feed.streams().forEach((name, columns) -> byStream.put(name, Columns.of(feed, columns)));
    int place = 0;
    for (Map.Entry<String, FileFeed.Column> value : feed.values().entrySet()) {
      String named = value.getValue().named();
      ValueReading reading = feed.reading(value.getValue());
      byVariable.put(
          named.isEmpty() ? value.getKey() : named,
          new Columns(ofStream.variables(), List.of(reading), place++));
    }
  }

  static FileReading over(FileFeed feed) {
    FilePass pass = new FilePass(feed);
    FileRows.read(feed, pass);
    return pass.reading();
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
        byStream.put(column, Columns.of(feed, Map.of(feed.wide(), FileFeed.Column.of(column))));
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
    TimeReading.Read time;
    try {
      time = read(number, row, seen);
    } catch (IllegalArgumentException e) {
      refuse(number, e);
      return;
    }
    for (Seen one : seen) {
      if (feed.time().leavesOut(time.time())) {
        leftOut++;
      } else {
        one.stream().add(time, one.values());
      }
    }
  }

  private TimeReading.Read read(long number, FileRows.Row row, List<Seen> seen) {
    TimeReading.Read time = time(number, row);
    feed.time().check(time.time());
    if (feed.stream() == null) {
      byStream.forEach((name, columns) -> seen.add(seen(name, row, columns)));
      return time;
    }
    Columns columns = feed.variable() == null ? ofStream : ofVariable(row);
    if (columns == null) {
      leftOut++;
    } else {
      seen.add(seen(row.text(feed.stream()).strip(), row, columns));
    }
    return time;
  }

  /** The one that the row names; null if that is not read. */
  private Columns ofVariable(FileRows.Row row) {
    return byVariable.get(row.text(feed.variable()).strip());
  }

  private Seen seen(String name, FileRows.Row row, Columns columns) {
    double[] values = columns.read(row);
    StreamRows stream = streams.get(name);
    if (stream == null) {
      // the record's own check of the name, before anything is kept under it
      new ObservationRecord(name, Instant.EPOCH, Map.of());
      stream = new StreamRows(name, columns.variables());
      streams.put(name, stream);
    }
    return new Seen(stream, values);
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

  private void refuse(long number, IllegalArgumentException e) {
    if (feed.badRows().equals("refuse")) {
      throw new IllegalArgumentException(content + ", row " + number + ": " + e.getMessage(), e);
    }
    String flaw = e.getMessage();
    refused.merge(
        refused.size() < FLAWS || refused.containsKey(flaw) ? flaw : "others", 1L, Long::sum);
  }

  private FileReading reading() {
    for (StreamRows stream : streams.values()) {
      ambiguous += stream.settle();
      countLeaps(stream);
      shortened += stream.sort(feed.interval(), feed.variable() != null);
    }
    return new FileReading(
        new Observations(streams.values()),
        rows,
        blank,
        refused,
        leftOut,
        ambiguous,
        shortened,
        leaps,
        firstLeap);
  }

  /** Rows far from the two around them, which are near each other. */
  private void countLeaps(StreamRows stream) {
    for (int i = 1; i + 1 < stream.size(); i++) {
      Duration around = Duration.between(stream.time(i - 1), stream.time(i + 1)).abs();
      Duration off = Duration.between(stream.time(i - 1), stream.time(i)).abs();
      if (off.compareTo(around.multipliedBy(LEAP)) > 0 && !around.isZero()) {
        leaps++;
        firstLeap = firstLeap.isEmpty() ? stream.name() + " at " + stream.time(i) : firstLeap;
      }
    }
  }

  /** What a row says of one stream. */
  private record Seen(StreamRows stream, double[] values) {}

  /**
   * What is read of a row.
   *
   * @param variables of the stream
   * @param first place among them of what is read
   */
  private record Columns(List<String> variables, List<ValueReading> readings, int first) {
    static Columns of(FileFeed feed, Map<String, FileFeed.Column> columns) {
      return new Columns(
          List.copyOf(columns.keySet()), columns.values().stream().map(feed::reading).toList(), 0);
    }

    double[] read(FileRows.Row row) {
      double[] values = new double[variables.size()];
      Arrays.fill(values, Double.NaN);
      for (int i = 0; i < readings.size(); i++) {
        ValueReading reading = readings.get(i);
        values[first + i] = reading.read(row.text(reading.column()).strip());
      }
      return values;
    }
  }
}
