package io.tidecast.connectors.feed;

import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.that;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.tidecast.connectors.record.ObservationRecord;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The rows of a CSV or JSON file, plain, gzipped, or the only member of a zip. It is read into
 * memory, as its rows are sorted by (time, stream); rows of the same time and stream keep their
 * order in the file.
 *
 * <p>A text that is no number and no missing marker, and a time that cannot be read, refuse the
 * file with the row, so that a wrong mapping is seen at the start.
 *
 * @param file the file
 * @param array JSON Pointer of an array of flat objects, whose names are the columns, such as
 *     {@code /candles}; absent for CSV
 * @param delimiter of CSV, one character; default a comma
 * @param header names of the columns of a CSV file that has no header line, in their order; absent:
 *     the first line names them
 * @param time where event times come from
 * @param stream column that names the stream; absent if {@code streams} does
 * @param values variables of the stream in {@code stream}
 * @param streams for a file whose columns are streams: by stream, its variables; absent if {@code
 *     stream} is there
 * @param missing texts that mean a missing value, beside the empty one; default {@code NA}
 * @param interval of bars labelled by their start: added to every time, so that a bar is an
 *     observation at its end; default zero
 */
public record FileFeed(
    Path file,
    String array,
    String delimiter,
    List<String> header,
    FileTime time,
    String stream,
    Map<String, Column> values,
    Map<String, Map<String, Column>> streams,
    List<String> missing,
    Duration interval)
    implements Feed {
  // what single precision tells apart: conversions leave no digits that only their rounding made
  private static final MathContext CONVERTED = new MathContext(9);

  /**
   * A column of numbers; alone, its name is enough.
   *
   * @param column its name
   * @param words numbers that words in it stand for, such as the points of the compass; default
   *     none
   * @param multiply factor to the unit wanted; default 1
   * @param add what is added after that; default 0
   */
  public record Column(String column, Map<String, Double> words, Double multiply, Double add) {
    public Column {
      that(column != null, "feed.values.*.column", column, "the name of a column");
      words = words == null ? Map.of() : Map.copyOf(words);
      that(
          words.values().stream().allMatch(Double::isFinite),
          "feed.values.*.words",
          words,
          "finite numbers");
      multiply = orElse(multiply, 1.0);
      add = orElse(add, 0.0);
      that(
          Double.isFinite(multiply) && multiply != 0,
          "feed.values.*.multiply",
          multiply,
          "finite, not zero");
      that(Double.isFinite(add), "feed.values.*.add", add, "finite");
    }

    @JsonCreator
    public static Column named(String column) {
      return new Column(column, null, null, null);
    }

    private double read(String text, List<String> missing) {
      Double word = words.get(text);
      try {
        return convert(word == null ? Double.parseDouble(text) : word);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            column
                + ": '"
                + text
                + "'; accepted: a number"
                + (words.isEmpty() ? "" : ", one of words: " + new TreeSet<>(words.keySet()))
                + ", or one of missing: "
                + missing,
            e);
      }
    }

    private double convert(double value) {
      if (multiply == 1 && add == 0) {
        return value;
      }
      return new BigDecimal(value * multiply + add).round(CONVERTED).doubleValue();
    }
  }

  public FileFeed {
    that(file != null, "feed.file", file, "the path of a file");
    delimiter = orElse(delimiter, ",");
    that(delimiter.length() == 1, "feed.delimiter", delimiter, "one character");
    header = header == null ? List.of() : List.copyOf(header);
    that(time != null, "feed.time", time, "a column with its format, or start and step");
    values = inOrder(values);
    streams = inOrder(streams);
    that(
        stream == null ? !streams.isEmpty() : streams.isEmpty(),
        "feed.streams",
        streams,
        "either stream with values, or streams");
    that(stream == null || !values.isEmpty(), "feed.values", values, "at least one variable");
    that(stream != null || values.isEmpty(), "feed.values", values, "only beside stream");
    missing = missing == null ? List.of("NA") : List.copyOf(missing);
    interval = orElse(interval, Duration.ZERO);
    that(!interval.isNegative(), "feed.interval", interval, "zero or a positive duration");
  }

  private static <T> Map<String, T> inOrder(Map<String, T> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  @Override
  public Feed anchored(Instant now) {
    return this;
  }

  @Override
  public Iterator<FeedRow> rows() {
    return observations().stream().map(FeedRow::of).iterator();
  }

  /** All observations of the file, in order of (time, stream). */
  public List<ObservationRecord> observations() {
    Reading reading = new Reading();
    FileRows.read(this, reading::row);
    reading.observations.sort(
        Comparator.comparing(ObservationRecord::time).thenComparing(ObservationRecord::stream));
    return reading.observations;
  }

  /** One pass over the file. */
  private final class Reading {
    private final List<ObservationRecord> observations = new ArrayList<>();
    private final Map<String, Instant> lastTimes = new HashMap<>();
    private final FileTime.Reader times = time.reader();

    private void row(long number, FileRows.Row row) {
      try {
        if (stream != null) {
          add(number, row, row.text(stream), values);
        } else {
          streams.forEach((name, columns) -> add(number, row, name, columns));
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            file.getFileName() + ", row " + number + ": " + e.getMessage(), e);
      }
    }

    private void add(long number, FileRows.Row row, String name, Map<String, Column> columns) {
      Instant read = times.read(number, row, lastTimes.get(name));
      lastTimes.put(name, read);
      Map<String, Double> numbers = new LinkedHashMap<>();
      columns.forEach((variable, column) -> put(numbers, variable, column, row));
      observations.add(new ObservationRecord(name, read.plus(interval), numbers));
    }

    private void put(
        Map<String, Double> numbers, String variable, Column column, FileRows.Row row) {
      String text = row.text(column.column()).strip();
      if (text.isEmpty() || missing.contains(text)) {
        return;
      }
      numbers.put(variable, column.read(text, missing));
    }
  }
}
