package io.tidecast.connectors.file;

import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.that;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How the JSON of records that others write is read: in the words of {@link FileFeed}, with one
 * record in place of a file. A column may also be the record's {@code {key}}, {@code {topic}},
 * {@code {timestamp}} in epoch milliseconds, or a header, {@code {header:NAME}}, of which there may
 * be one.
 *
 * @param array JSON Pointer of what holds the rows, as of a file; default the record itself, a row
 * @param header names of the places of a row that is an array
 * @param time where event times come from
 * @param stream what names the stream
 * @param variable what names the variable, of records with one value
 * @param values variables of the stream in {@code stream}; one that is absent is missing
 * @param streams for records whose fields are streams: by stream, its variables
 * @param wide for records every field of which but the time's is a stream: the variable
 * @param missing texts that mean a missing value
 * @param decimal mark of numbers
 * @param grouping mark between thousands
 * @param interval of bars labelled by their start: added to every time
 */
public record RecordMapping(
    String array,
    List<String> header,
    FileTime time,
    String stream,
    String variable,
    Map<String, FileFeed.Column> values,
    Map<String, Map<String, FileFeed.Column>> streams,
    String wide,
    List<String> missing,
    String decimal,
    String grouping,
    Duration interval)
    implements Serializable {
  static final String KEY = "{key}";
  static final String TOPIC = "{topic}";
  static final String TIMESTAMP = "{timestamp}";
  private static final String HEADER = "{header:";

  /** Refuses, in the words of {@link FileFeed}, what that would refuse. */
  public RecordMapping {
    array = orElse(array, "");
    header = header == null ? List.of() : List.copyOf(header);
    values = values == null ? Map.of() : new LinkedHashMap<>(values);
    streams = streams == null ? Map.of() : new LinkedHashMap<>(streams);
    missing = missing == null ? List.of("NA") : List.copyOf(missing);
    interval = orElse(interval, Duration.ZERO);
    feed(
        array, header, time, stream, variable, values, streams, wide, missing, decimal, grouping,
        interval);
    that(!time.isByRow(), "feed.time", "start", "a column");
    Set<String> headers = headers(time, stream, variable, values, streams);
    that(headers.size() <= 1, "feed.stream", headers, "one header");
  }

  private static Set<String> headers(
      FileTime time,
      String stream,
      String variable,
      Map<String, FileFeed.Column> values,
      Map<String, Map<String, FileFeed.Column>> streams) {
    Set<String> headers = new TreeSet<>(time.column());
    headers.add(orElse(variable, ""));
    headers.add(orElse(stream, ""));
    Stream.concat(Stream.of(values), streams.values().stream())
        .map(Map::values)
        .flatMap(Collection::stream)
        .forEach(column -> headers.add(column.column()));
    headers.removeIf(column -> !isHeader(column));
    return headers;
  }

  static boolean isHeader(String column) {
    return column.startsWith(HEADER) && column.endsWith("}");
  }

  /** Name of the header that is read; empty if none is. */
  public String headerName() {
    return headers(time, stream, variable, values, streams).stream()
        .map(column -> column.substring(HEADER.length(), column.length() - 1))
        .findFirst()
        .orElse("");
  }

  /** Names of all variables that records may have. */
  public Set<String> variables() {
    Set<String> names = new TreeSet<>(values.keySet());
    streams.values().forEach(variables -> names.addAll(variables.keySet()));
    if (wide != null) {
      names.add(wide);
    }
    return names;
  }

  /** The same settings of a file. */
  FileFeed feed() {
    return feed(
        array, header, time, stream, variable, values, streams, wide, missing, decimal, grouping,
        interval);
  }

  private static FileFeed feed(
      String array,
      List<String> header,
      FileTime time,
      String stream,
      String variable,
      Map<String, FileFeed.Column> values,
      Map<String, Map<String, FileFeed.Column>> streams,
      String wide,
      List<String> missing,
      String decimal,
      String grouping,
      Duration interval) {
    return new FileFeed(
        Path.of("record"),
        null,
        null,
        array,
        null,
        null,
        null,
        null,
        null,
        header,
        null,
        time,
        stream,
        variable,
        values,
        streams,
        wide,
        missing,
        decimal,
        grouping,
        interval,
        null);
  }
}
