package io.tidecast.connectors.feed;

import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.that;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.tidecast.connectors.serde.Times;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where the event times of a file come from: columns, or the number of the row.
 *
 * @param column name of the column; or several, whose texts are joined by a blank before they are
 *     read. Absent if {@code start} is there
 * @param format {@code rfc3339} (default), {@code epoch-seconds}, {@code epoch-millis}, or a
 *     pattern of {@link DateTimeFormatter} for a local date and time; without an hour it is
 *     midnight
 * @param zone of a pattern; default UTC. Where an hour occurs twice, at the end of daylight saving
 *     time, the second is told by the order of the rows of a stream; a time that the zone skips is
 *     refused
 * @param start event time of the first row, for a file without times
 * @param step spacing of the rows of such a file
 */
public record FileTime(
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> column,
    String format,
    ZoneId zone,
    Instant start,
    Duration step) {

  public FileTime {
    column = column == null ? List.of() : List.copyOf(column);
    that(
        column.isEmpty() == (start != null) && (start == null) == (step == null),
        "feed.time",
        "column " + column + ", start " + start + ", step " + step,
        "either column with its format, or start and step");
    format = orElse(format, "rfc3339");
    zone = orElse(zone, ZoneOffset.UTC);
    reading(format);
  }

  /** A way to read the joined texts of the columns. */
  @FunctionalInterface
  private interface Reading {
    /**
     * @param last time of the row before of the same stream; null if there is none
     */
    Instant read(String text, ZoneId zone, Instant last);
  }

  /** Reads the times of one file, row by row. */
  Reader reader() {
    return new Reader();
  }

  final class Reader {
    private final Reading reading = reading(format);

    private Reader() {}

    /**
     * @param number of the row, from 1
     * @param last time of the row before of the same stream; null if there is none
     */
    Instant read(long number, FileRows.Row row, Instant last) {
      if (start != null) {
        return start.plus(step.multipliedBy(number - 1));
      }
      String text = column.stream().map(row::text).collect(Collectors.joining(" ")).strip();
      try {
        return reading.read(text, zone, last);
      } catch (DateTimeException | NumberFormatException e) {
        throw new IllegalArgumentException(
            "time: '" + text + "'; accepted: " + format + " (" + e.getMessage() + ")", e);
      }
    }
  }

  private static Reading reading(String format) {
    return switch (format) {
      case "rfc3339" -> (text, zone, last) -> Times.rfc3339(text);
      case "epoch-seconds" -> (text, zone, last) -> Instant.ofEpochSecond(Long.parseLong(text));
      case "epoch-millis" -> (text, zone, last) -> Instant.ofEpochMilli(Long.parseLong(text));
      default -> {
        DateTimeFormatter formatter = formatter(format);
        yield (text, zone, last) -> local(LocalDateTime.parse(text, formatter), zone, last);
      }
    };
  }

  private static DateTimeFormatter formatter(String pattern) {
    try {
      DateTimeFormatterBuilder builder =
          new DateTimeFormatterBuilder().appendPattern(pattern).parseDefaulting(ChronoField.ERA, 1);
      if (pattern.chars().noneMatch(c -> "HhKk".indexOf(c) >= 0)) {
        builder.parseDefaulting(ChronoField.HOUR_OF_DAY, 0);
      }
      if (pattern.indexOf('m') < 0) {
        builder.parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0);
      }
      return builder.toFormatter(Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "feed.time.format: '"
              + pattern
              + "'; accepted: rfc3339, epoch-seconds, epoch-millis, or a pattern such as"
              + " yyyy-MM-dd HH:mm ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private static Instant local(LocalDateTime local, ZoneId zone, Instant last) {
    ZonedDateTime zoned = local.atZone(zone);
    if (!zoned.toLocalDateTime().equals(local)) {
      throw new DateTimeException("skipped in " + zone);
    }
    boolean second = last != null && !zoned.toInstant().isAfter(last);
    return (second ? zoned.withLaterOffsetAtOverlap() : zoned).toInstant();
  }
}
