package io.tidecast.connectors.file;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.Names;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.Rejection;
import io.tidecast.connectors.serde.ObservationDecoder;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads records that others write by a {@link RecordMapping}. Rows that are good stand beside rows
 * that are not; of those the first one is the record's refusal. In a repeated hour of local time an
 * observation is the one before the clock went back, as one record tells no order.
 */
public final class MappedRecords implements RawRecord.Reader {
  private static final long serialVersionUID = 1;

  private final RecordMapping mapping;
  private transient Reading reading;

  public MappedRecords(RecordMapping mapping) {
    this.mapping = mapping;
  }

  @Override
  public List<Decoded> read(RawRecord record) {
    if (record.value() == null) {
      return List.of(new Decoded.Refused(new Rejection.Malformed("no value")));
    }
    if (ObservationDecoder.isFramed(record.value())) {
      return List.of(
          new Decoded.Refused(new Rejection.Malformed(ObservationDecoder.frame(record.value()))));
    }
    if (reading == null) {
      reading = new Reading(mapping);
    }
    return reading.read(record);
  }

  /** What is made once, and used for every record. */
  private static final class Reading implements FileRows.Visitor {
    private final FileFeed feed;
    private final FileTime time;
    private final TimeReading times;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private final Map<String, Map<String, ValueReading>> named = new LinkedHashMap<>();
    private final Map<String, ValueReading> values;
    private final Map<String, Map<String, ValueReading>> byVariable;
    private Map<String, Map<String, ValueReading>> streams;
    private RawRecord record;
    private List<ObservationRecord> good;
    private Rejection flaw;

    private Reading(RecordMapping mapping) {
      feed = mapping.feed();
      time = feed.time();
      times = time.reading();
      values = readings(feed.values());
      byVariable = feed.byVariable();
      feed.streams().forEach((stream, columns) -> named.put(stream, readings(columns)));
    }

    private Map<String, ValueReading> readings(Map<String, FileFeed.Column> columns) {
      Map<String, ValueReading> readings = new LinkedHashMap<>();
      columns.forEach((variable, column) -> readings.put(variable, feed.reading(column)));
      return readings;
    }

    private List<Decoded> read(RawRecord raw) {
      record = raw;
      good = new ArrayList<>(1);
      flaw = null;
      streams = named;
      try {
        new JsonRows(feed, "record", new StringReader(text(raw.value())), true).read(this);
      } catch (IllegalArgumentException | IOException e) {
        refuse(new Rejection.Malformed(words(e)));
      }
      return decoded();
    }

    private List<Decoded> decoded() {
      good.sort(Comparator.comparing(ObservationRecord::time));
      List<Decoded> decoded = new ArrayList<>(good.size() + 1);
      good.forEach(observation -> decoded.add(new Decoded.Accepted(observation)));
      if (flaw == null && good.isEmpty()) {
        flaw = new Rejection.Malformed("no rows");
      }
      if (flaw != null) {
        decoded.add(new Decoded.Refused(flaw));
      }
      return decoded;
    }

    private void refuse(Rejection rejection) {
      flaw = flaw == null ? rejection : flaw;
    }

    @Override
    public void begin(String name) {
      // a record is one content
    }

    @Override
    public void header(Collection<String> columns) {
      if (feed.wide() == null) {
        return;
      }
      streams = new LinkedHashMap<>();
      for (String column : columns) {
        if (!time.column().contains(column)) {
          streams.put(column, readings(Map.of(feed.wide(), FileFeed.Column.of(column))));
        }
      }
    }

    @Override
    public void blank() {
      // of JSON none is
    }

    @Override
    public void row(long number, FileRows.Row row) {
      Instant at;
      try {
        at = time(row);
      } catch (IllegalArgumentException e) {
        refuse(new Rejection.NoTime(words(e)));
        return;
      }
      try {
        rowAt(at, row);
      } catch (IllegalArgumentException e) {
        refuse(new Rejection.Malformed(words(e)));
      }
    }

    private void rowAt(Instant at, FileRows.Row row) {
      if (feed.stream() == null) {
        streams.forEach((name, columns) -> take(name, at, row, columns));
      } else {
        String name = text(row, feed.stream());
        take(name == null ? "" : name.strip(), at, row, ofRow(row));
      }
    }

    private Map<String, ValueReading> ofRow(FileRows.Row row) {
      if (feed.variable() == null) {
        return values;
      }
      String named = text(row, feed.variable());
      return byVariable.getOrDefault(named == null ? "" : named.strip(), Map.of());
    }

    private Instant time(FileRows.Row row) {
      StringBuilder text = new StringBuilder();
      for (String column : time.column()) {
        String part = text(row, column);
        if (part == null || part.isBlank()) {
          throw new IllegalArgumentException("'" + column + "' absent");
        }
        text.append(text.isEmpty() ? "" : " ").append(part.strip());
      }
      Instant read = times.read(text.toString()).time();
      time.check(read);
      if (time.leavesOut(read)) {
        throw new IllegalArgumentException(read + ", outside feed.time.earliest to latest");
      }
      return read.plus(feed.interval());
    }

    private void take(
        String stream, Instant at, FileRows.Row row, Map<String, ValueReading> columns) {
      if (!Names.isStream(stream)) {
        refuse(new Rejection.NoStream("'" + stream + "'"));
        return;
      }
      Map<String, Double> read = new LinkedHashMap<>();
      boolean any = false;
      for (Map.Entry<String, ValueReading> column : columns.entrySet()) {
        String text = text(row, column.getValue().column());
        any |= text != null;
        try {
          double value = text == null ? Double.NaN : column.getValue().read(text.strip());
          if (!Double.isNaN(value)) {
            read.put(column.getKey(), value);
          }
        } catch (IllegalArgumentException e) {
          refuse(new Rejection.NotNumeric(words(e)));
          return;
        }
      }
      if (any) {
        good.add(new ObservationRecord(stream, at, read));
      } else if (feed.stream() != null) {
        refuse(new Rejection.NoVariable("the fields of the record: " + feed.values().keySet()));
      }
    }

    /** Null if there is none. */
    private String text(FileRows.Row row, String column) {
      if (!column.startsWith("{")) {
        return row.text(column);
      }
      if (RecordMapping.isHeader(column)) {
        return text(record.header());
      }
      return switch (column) {
        case RecordMapping.KEY -> text(record.key());
        case RecordMapping.TOPIC -> record.topic();
        case RecordMapping.TIMESTAMP -> Long.toString(record.appended());
        default -> row.text(column);
      };
    }

    /** Without a byte order mark. */
    private String text(byte[] bytes) {
      try {
        String text = bytes == null ? null : utf8.decode(ByteBuffer.wrap(bytes)).toString();
        return text != null && text.startsWith("\uFEFF") ? text.substring(1) : text;
      } catch (CharacterCodingException e) {
        throw new IllegalArgumentException("bytes that are not UTF-8", e);
      }
    }

    /** In the words of the section that the mapping stands in. */
    private static String words(Exception e) {
      String words = String.valueOf(e.getMessage()).replace("feed.", "source.json.");
      return words.length() > 300 ? words.substring(0, 300) + "..." : words;
    }
  }
}
