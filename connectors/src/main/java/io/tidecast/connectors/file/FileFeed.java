package io.tidecast.connectors.file;

import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.that;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.record.Names;
import io.tidecast.connectors.record.ObservationRecord;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rows of files of separated fields or of JSON, plain, gzipped or in a zip. They are read into
 * memory, as rows are sorted by (time, stream); rows of the same time and stream keep their order
 * in the file.
 *
 * <p>A text that is no number and no missing marker, and a time that cannot be read, refuse the
 * file with the row, so that a wrong mapping is seen at the start. What is skipped is counted: see
 * {@link FileReading}.
 *
 * @param file the file; a folder, for all files in it; or a pattern in its last part, such as
 *     {@code data/*.csv}. Several are read in order of their names
 * @param member pattern of the names of a zip's members to read; absent: its only one
 * @param encoding of a file without a byte order mark; default utf-8
 * @param array JSON Pointer of what holds the rows: an array of objects, whose names are the
 *     columns; an array of arrays, whose places {@code header} names; or an object of arrays, a
 *     column each. Empty for the whole; absent for separated fields. A star in it stands for every
 *     element, one after the other, which the columns <code>{*}</code>, its name or number, and
 *     <code>{*}/...</code>, what it holds, belong to
 * @param delimiter between fields, one character or more; a blank stands for any number of blanks
 *     and tabs; default a comma
 * @param quote around fields that hold a delimiter; default {@code "}, empty for none
 * @param escape character before a quote within quotes, where that is not doubled; default none
 * @param comment character that begins a line to skip; default none
 * @param skip lines before all else to skip; default 0
 * @param header names of the columns of a file that has no header line, in their order; absent: the
 *     first line that has all columns that are read names them
 * @param ragged whether rows may have other than as many fields as the header: absent ones are
 *     missing, those beyond it are left out; default false
 * @param time where event times come from
 * @param stream column that names the stream, or {@code {file}} for the name of the file without
 *     its extension; absent if {@code streams} or {@code wide} does
 * @param variable column that names the variable of a row, for a table with one value in each; a
 *     variable's {@code named} is what it is called there. Rows of others are left out and counted
 * @param values variables of the stream in {@code stream}
 * @param streams for a file whose columns are streams: by stream, its variables; absent if {@code
 *     stream} is there
 * @param wide for a file in which every column but those of the time is a stream: the variable that
 *     they all hold; absent if {@code stream} or {@code streams} is there
 * @param missing texts that mean a missing value, beside the empty one; default {@code NA}. One
 *     that is a number means all its spellings
 * @param decimal mark of numbers, {@code .} (default) or {@code ,}
 * @param grouping mark between the thousands of numbers, which is left out; default none
 * @param interval of bars labelled by their start: added to every time, so that a bar is an
 *     observation at its end; default zero. A bar ends at the latest where the next one of its
 *     stream begins, so that a file may change from hours to quarters of one
 * @param badRows what is done with a row that cannot be read: {@code refuse} the file (default), or
 *     {@code skip} and count it
 */
@JsonTypeName("file")
public record FileFeed(
    Path file,
    String member,
    Charset encoding,
    String array,
    String delimiter,
    String quote,
    String escape,
    String comment,
    Integer skip,
    List<String> header,
    Boolean ragged,
    FileTime time,
    String stream,
    String variable,
    Map<String, Column> values,
    Map<String, Map<String, Column>> streams,
    String wide,
    List<String> missing,
    String decimal,
    String grouping,
    Duration interval,
    String badRows)
    implements Feed {
  // what single precision tells apart: conversions leave no digits that only their rounding made
  private static final MathContext CONVERTED = new MathContext(9);

  /**
   * A column of numbers; alone, its name is enough.
   *
   * @param column its name
   * @param named what its variable is called in the column {@code variable}; default as here
   * @param words numbers that words in it stand for, such as the points of the compass; default
   *     none
   * @param marks texts before or after its numbers that are left out, such as {@code $}, {@code %},
   *     {@code kW}; default none
   * @param unit of its numbers, to be converted: {@code F} or {@code K} to degrees Celsius; {@code
   *     kn}, {@code mph} or {@code km/h} to m/s; {@code inHg}, {@code mmHg}, {@code kPa} or {@code
   *     Pa} to hPa; {@code in} to mm; {@code mi} or {@code ft} to m. Absent if {@code multiply} or
   *     {@code add} is there; default none
   * @param multiply factor to the unit wanted; default 1
   * @param add what is added after that; default 0
   */
  public record Column(
      String column,
      String named,
      Map<String, Double> words,
      List<String> marks,
      String unit,
      Double multiply,
      Double add)
      implements Serializable {
    private static final Map<String, double[]> UNITS =
        Map.ofEntries(
            Map.entry("F", new double[] {5.0 / 9, -160.0 / 9}),
            Map.entry("K", new double[] {1, -273.15}),
            Map.entry("kn", new double[] {1852.0 / 3600, 0}),
            Map.entry("mph", new double[] {0.44704, 0}),
            Map.entry("km/h", new double[] {1 / 3.6, 0}),
            Map.entry("inHg", new double[] {33.86389, 0}),
            Map.entry("mmHg", new double[] {1.333224, 0}),
            Map.entry("kPa", new double[] {10, 0}),
            Map.entry("Pa", new double[] {0.01, 0}),
            Map.entry("in", new double[] {25.4, 0}),
            Map.entry("mi", new double[] {1609.344, 0}),
            Map.entry("ft", new double[] {0.3048, 0}));

    public Column {
      named = orElse(named, "");
      that(column != null, "feed.values.*.column", column, "the name of a column");
      words = words == null ? Map.of() : Map.copyOf(words);
      that(
          words.values().stream().allMatch(Double::isFinite),
          "feed.values.*.words",
          words,
          "finite numbers");
      marks = marks == null ? List.of() : List.copyOf(marks);
      that(
          marks.stream().noneMatch(mark -> mark.isBlank() || mark.matches(".*[0-9].*")),
          "feed.values.*.marks",
          marks,
          "texts without digits");
      unit = orElse(unit, "");
      that(
          unit.isEmpty() || UNITS.containsKey(unit),
          "feed.values.*.unit",
          unit,
          "one of " + new TreeSet<>(UNITS.keySet()));
      that(
          unit.isEmpty() || multiply == null && add == null,
          "feed.values.*.unit",
          unit,
          "either unit, or multiply and add");
      that(
          multiply == null || Double.isFinite(multiply) && multiply != 0,
          "feed.values.*.multiply",
          multiply,
          "finite, not zero");
      that(add == null || Double.isFinite(add), "feed.values.*.add", add, "finite");
    }

    @JsonCreator
    public static Column of(String column) {
      return new Column(column, null, null, null, null, null, null);
    }

    /** Without the marks around it; the column's own words are no numbers. */
    String unmarked(String text) {
      String plain = text;
      for (String mark : marks) {
        plain = plain.startsWith(mark) ? plain.substring(mark.length()).strip() : plain;
        plain =
            plain.endsWith(mark)
                ? plain.substring(0, plain.length() - mark.length()).strip()
                : plain;
      }
      return plain;
    }

    double convert(double value) {
      if (unit.isEmpty() && multiply == null && add == null) {
        return value;
      }
      double[] conversion = UNITS.getOrDefault(unit, new double[] {1, 0});
      double converted = value * orElse(multiply, conversion[0]) + orElse(add, conversion[1]);
      return Double.isFinite(converted)
          ? new BigDecimal(converted).round(CONVERTED).doubleValue()
          : converted;
    }
  }

  public FileFeed {
    that(file != null, "feed.file", file, "the path of a file");
    member = orElse(member, "");
    encoding = orElse(encoding, StandardCharsets.UTF_8);
    delimiter = orElse(delimiter, ",");
    that(
        !delimiter.isEmpty() && delimiter.length() <= 3,
        "feed.delimiter",
        delimiter,
        "1 to 3 characters");
    quote = mark("quote", quote, "\"");
    escape = mark("escape", escape, "");
    comment = mark("comment", comment, "");
    skip = orElse(skip, 0);
    that(skip >= 0, "feed.skip", skip, "0 or more lines");
    header = header == null ? List.of() : List.copyOf(header);
    ragged = orElse(ragged, false);
    that(time != null, "feed.time", time, "a column with its format, or start and step");
    values = inOrder(values);
    streams = inOrder(streams);
    boolean named = stream != null || wide != null;
    that(
        named ? streams.isEmpty() && (stream == null || wide == null) : !streams.isEmpty(),
        "feed.streams",
        streams.keySet(),
        "one of stream with values, streams, and wide");
    that(
        stream == null || !values.isEmpty(),
        "feed.values",
        values.keySet(),
        "at least one variable");
    that(stream != null || values.isEmpty(), "feed.values", values.keySet(), "only beside stream");
    that(stream != null || variable == null, "feed.variable", variable, "only beside stream");
    checkNames(values, streams, wide);
    missing = missing == null ? List.of("NA") : List.copyOf(missing);
    decimal = orElse(decimal, ".");
    that(decimal.equals(".") || decimal.equals(","), "feed.decimal", decimal, "'.' or ','");
    grouping = mark("grouping", grouping, "");
    that(!grouping.equals(decimal), "feed.grouping", grouping, "another mark than feed.decimal");
    interval = orElse(interval, Duration.ZERO);
    that(!interval.isNegative(), "feed.interval", interval, "zero or a positive duration");
    badRows = orElse(badRows, "refuse");
    that(
        badRows.equals("refuse") || badRows.equals("skip"),
        "feed.badRows",
        badRows,
        "refuse, skip");
  }

  private static String mark(String key, String mark, String otherwise) {
    String given = orElse(mark, otherwise);
    that(given.length() <= 1, "feed." + key, given, "one character, or '' for none");
    return given;
  }

  private static void checkNames(
      Map<String, Column> values, Map<String, Map<String, Column>> streams, String wide) {
    values.keySet().forEach(name -> Names.variable("feed.values", name));
    streams.forEach(
        (name, variables) -> {
          Names.stream("feed.streams", name);
          variables.keySet().forEach(variable -> Names.variable("feed.streams." + name, variable));
        });
    if (wide != null) {
      Names.variable("feed.wide", wide);
    }
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

  /** All observations, in order of (time, stream). */
  public List<ObservationRecord> observations() {
    return read().observations();
  }

  /**
   * All observations and what became of the rest.
   *
   * @throws IllegalArgumentException in one line: the file, the row, what is accepted, and the key
   */
  public FileReading read() {
    return FilePass.over(this);
  }

  /** Columns that are read, but the file's own name. */
  Set<String> columns() {
    Set<String> columns = new LinkedHashSet<>(time.column());
    if (stream != null) {
      columns.add(stream);
    }
    if (variable != null) {
      columns.add(variable);
    }
    values.values().forEach(column -> columns.add(column.column()));
    streams.values().forEach(named -> named.values().forEach(c -> columns.add(c.column())));
    columns.remove(FileRows.FILE);
    return columns;
  }

  /** Whether a column holds numbers, and neither times nor names. */
  boolean isValue(String column) {
    return !column.equals(stream) && !column.equals(variable) && !time.column().contains(column);
  }

  /** What is read of a row, by what that calls its variable. */
  Map<String, Map<String, ValueReading>> byVariable() {
    Map<String, Map<String, ValueReading>> byName = new LinkedHashMap<>();
    values.forEach(
        (name, column) ->
            byName.put(
                column.named().isEmpty() ? name : column.named(), Map.of(name, reading(column))));
    return byName;
  }

  /** How this feed reads a column's texts. */
  ValueReading reading(Column column) {
    return new ValueReading(this, column);
  }
}
