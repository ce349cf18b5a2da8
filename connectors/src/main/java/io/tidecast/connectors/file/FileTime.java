package io.tidecast.connectors.file;

import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.that;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.tidecast.connectors.serde.Times;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where the event times of a file come from: columns, or the number of the row.
 *
 * @param column name of the column; or several, whose texts are joined by a blank before they are
 *     read. Absent if {@code start} is there
 * @param format {@code rfc3339} (default); {@code iso}: the same, and where the offset is absent a
 *     local time, also a date, a month, a day of the year ({@code 2024-123}) or a week ({@code
 *     2024-W05-3}) alone; {@code iso-week}: a year and a week of ISO 8601 in digits; {@code excel}:
 *     days since the end of 1899, as spreadsheets count them; {@code epoch-seconds}, {@code
 *     epoch-millis}, {@code epoch-micros}, {@code epoch-nanos}, with or without a fraction; or a
 *     pattern of {@link java.time.format.DateTimeFormatter}. An offset or zone in the text counts
 *     ({@code XXX}, {@code VV}, {@code z}). A pattern without an hour is midnight, without a day
 *     the first of the month, without a month January. {@code k} counts from 1 to 24, and 24 is the
 *     midnight that ends the day
 * @param zone of local times; default UTC. Where an hour occurs twice, see {@link RepeatedHour}; a
 *     time that the zone skips is refused
 * @param language of names of months and days in a pattern, such as {@code de}; default English
 * @param hour24 what the hour 24 is: {@code refused} (default) or {@code next-day}, the midnight
 *     that ends the day, as in files that label an hour by its end
 * @param start event time of the first row, for a file without times
 * @param step spacing of the rows of such a file
 * @param earliest rows before it are left out and counted; absent: none are; a time before 1800 or
 *     one that looks like another unit refuses the file
 * @param latest rows from it on are left out and counted; absent: none are; a time from 2200 on
 *     refuses the file
 * @param origin what epoch numbers count from: the begin of a measurement for seconds that have
 *     passed, {@code 1980-01-05T23:59:42Z} for those of GPS since 2017, {@code
 *     2001-01-01T00:00:00Z} for those of Apple; absent: 1970, and numbers that look like another
 *     unit are refused
 */
public record FileTime(
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) List<String> column,
    String format,
    ZoneId zone,
    Locale language,
    String hour24,
    Instant start,
    Duration step,
    Instant earliest,
    Instant latest,
    Instant origin)
    implements Serializable {

  public FileTime {
    column = column == null ? List.of() : List.copyOf(column);
    that(
        column.isEmpty() == (start != null) && (start == null) == (step == null),
        "feed.time",
        "column " + column + ", start " + start + ", step " + step,
        "either column with its format, or start and step");
    format = orElse(format, "rfc3339");
    zone = orElse(zone, ZoneOffset.UTC);
    language = orElse(language, Locale.ENGLISH);
    that(isKnown(language), "feed.time.language", language, "a language, such as de or fr");
    hour24 = orElse(hour24, "refused");
    that(
        hour24.equals("refused") || hour24.equals("next-day"),
        "feed.time.hour24",
        hour24,
        "refused, next-day");
    that(
        origin == null || format.startsWith("epoch-"),
        "feed.time.origin",
        origin,
        "with format epoch-seconds, -millis, -micros or -nanos");
    reading(format, zone, language, hour24, earliest, origin);
  }

  private static boolean isKnown(Locale language) {
    return Arrays.asList(Locale.getAvailableLocales()).contains(language)
        && !language.getLanguage().isEmpty();
  }

  /** A reading of the joined texts of the columns, for one pass over a file. */
  TimeReading reading() {
    return reading(format, zone, language, hour24, earliest, origin);
  }

  private static TimeReading reading(
      String format,
      ZoneId zone,
      Locale language,
      String hour24,
      Instant earliest,
      Instant origin) {
    boolean anyEpoch = earliest != null || origin != null;
    return new TimeReading(
        format,
        zone,
        language,
        hour24.equals("next-day"),
        anyEpoch,
        Duration.between(Instant.EPOCH, orElse(origin, Instant.EPOCH)));
  }

  /** The time that a text is in this format, if it is one that measurements can have. */
  public Function<String, Optional<Instant>> reader() {
    TimeReading reading = reading();
    return text -> {
      try {
        Instant time = reading.read(text).time();
        check(time);
        return Optional.of(time);
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    };
  }

  /** Whether a row of this time is one the settings leave out. */
  boolean leavesOut(Instant time) {
    return earliest != null && time.isBefore(earliest) || latest != null && !time.isBefore(latest);
  }

  /** Whether a time is one that measurements can have, as far as the settings do not say it. */
  void check(Instant time) {
    if ((earliest == null || time.isBefore(earliest))
        && (latest == null || !time.isBefore(latest))) {
      try {
        Times.sane(time);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            "feed.time.column: "
                + time
                + ", "
                + e.getMessage()
                + ", or feed.time.earliest and feed.time.latest to leave rows out",
            e);
      }
    }
  }

  /** Whether times come from the number of the row, so that every line counts as one. */
  @JsonIgnore
  boolean isByRow() {
    return start != null;
  }
}
