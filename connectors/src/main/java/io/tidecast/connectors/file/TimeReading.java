package io.tidecast.connectors.file;

import io.tidecast.connectors.serde.Times;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the texts of a file's times are read. Not thread safe: for one pass over a file. */
final class TimeReading {
  private static final Pattern HOUR_24 = Pattern.compile("([Tt ])24:00(:00([.,]0+)?)?");
  private static final Pattern HALF_DAY = Pattern.compile("(?i)([ap])\\.\\s?m\\.");
  private static final Pattern ISO_LOCAL =
      Pattern.compile(
          "([0-9]{4})-([0-9]{2})(?:-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})"
              + "(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?)?)?");

  /** A time of a row. */
  sealed interface Read {
    /** The time, or the earlier of the two it can be. */
    Instant time();

    /** A time with one meaning. */
    record Told(Instant time) implements Read {}

    /**
     * A local time that occurs twice.
     *
     * @param change from which offset to which
     */
    record Twice(LocalDateTime local, ZoneOffsetTransition change) implements Read {
      @Override
      public Instant time() {
        return local.toInstant(change.getOffsetBefore());
      }

      Instant later() {
        return local.toInstant(change.getOffsetAfter());
      }
    }
  }

  @FunctionalInterface
  private interface Form {
    Read read(String text);
  }

  private final String format;
  private final ZoneId zone;
  private final boolean nextDay;
  private final boolean isRfc;
  private final Form form;

  /**
   * @param language of names in a pattern
   * @param nextDay whether the hour 24 is the midnight that ends the day
   * @param anyEpoch whether numbers that look like another unit are taken as they are declared
   * @param since1970 when epoch numbers begin
   * @throws IllegalArgumentException if the format is none, with what is accepted
   */
  TimeReading(
      String format,
      ZoneId zone,
      Locale language,
      boolean nextDay,
      boolean anyEpoch,
      Duration since1970) {
    this.format = format;
    this.zone = zone;
    this.nextDay = nextDay;
    this.isRfc = format.equals("rfc3339") || format.equals("iso");
    this.form =
        switch (format) {
          case "rfc3339" -> text -> new Read.Told(Times.rfc3339(text));
          case "iso" -> this::iso;
          case "iso-week" -> text -> startOfDay(IsoDates.week(text), zone);
          case "excel" -> text -> local(IsoDates.spreadsheet(text), zone, false);
          case "epoch-seconds" -> epoch(Times.Unit.SECONDS, anyEpoch, since1970);
          case "epoch-millis" -> epoch(Times.Unit.MILLIS, anyEpoch, since1970);
          case "epoch-micros" -> epoch(Times.Unit.MICROS, anyEpoch, since1970);
          case "epoch-nanos" -> epoch(Times.Unit.NANOS, anyEpoch, since1970);
          default -> new Patterned(TimePattern.of(format, zone, language));
        };
  }

  /**
   * Reads one time.
   *
   * @throws IllegalArgumentException with what is accepted
   */
  Read read(String text) {
    try {
      if (!isRfc || !text.contains("24:00")) {
        return form.read(text);
      }
      Matcher hour24 = HOUR_24.matcher(text);
      if (hour24.find()) {
        return dayLater(form.read(hour24.replaceFirst("$100:00")), "00:00");
      }
      return form.read(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "feed.time.column: '" + text + "'; accepted: " + format + " (" + e.getMessage() + ")", e);
    }
  }

  private static Form epoch(Times.Unit unit, boolean anyEpoch, Duration since1970) {
    return text -> new Read.Told(Times.epoch(text, unit, !anyEpoch).plus(since1970));
  }

  private Read iso(String text) {
    Matcher local = ISO_LOCAL.matcher(text);
    if (!local.matches()) {
      LocalDate other = IsoDates.other(text);
      return other == null ? new Read.Told(Times.rfc3339(text)) : startOfDay(other, zone);
    }
    LocalDate date =
        LocalDate.of(
            Integer.parseInt(local.group(1)),
            Integer.parseInt(local.group(2)),
            local.group(3) == null ? 1 : Integer.parseInt(local.group(3)));
    if (local.group(4) == null) {
      return startOfDay(date, zone);
    }
    String fraction = local.group(7) == null ? "" : local.group(7);
    return local(
        date.atTime(
            Integer.parseInt(local.group(4)),
            Integer.parseInt(local.group(5)),
            local.group(6) == null ? 0 : Integer.parseInt(local.group(6)),
            Integer.parseInt((fraction + "000000000").substring(0, 9))),
        zone,
        false);
  }

  private Read dayLater(Read read, String hour) {
    if (!nextDay) {
      throw new DateTimeException(
          "hour 24; with feed.time.hour24: next-day it is " + hour + " of the next day");
    }
    if (read instanceof Read.Told told) {
      LocalDateTime local = LocalDateTime.ofInstant(told.time(), zone).plusDays(1);
      return zone instanceof ZoneOffset
          ? new Read.Told(told.time().plusSeconds(86_400))
          : local(local, zone, true);
    }
    return local(((Read.Twice) read).local().plusDays(1), zone, true);
  }

  /** The day begins later than midnight where the zone skips that. */
  private static Read startOfDay(LocalDate date, ZoneId zone) {
    return new Read.Told(date.atStartOfDay(zone).toInstant());
  }

  /**
   * @param end whether it labels the end of a stretch, which the begin of a skipped hour can be
   */
  private static Read local(LocalDateTime local, ZoneId zone, boolean end) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.size() == 1) {
      return new Read.Told(local.toInstant(offsets.get(0)));
    }
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    if (offsets.size() == 2) {
      return new Read.Twice(local, change);
    }
    if (end && local.equals(change.getDateTimeBefore())) {
      return new Read.Told(change.getInstant());
    }
    throw new DateTimeException("skipped in " + zone);
  }

  /** By a pattern. */
  private final class Patterned implements Form {
    private final TimePattern pattern;
    private final DateTimeFormatter formatter;

    private Patterned(TimePattern pattern) {
      this.pattern = pattern;
      this.formatter = pattern.formatter();
    }

    @Override
    public Read read(String spelled) {
      String whole =
          pattern.hasHalfDays()
              ? HALF_DAY.matcher(Spelling.plain(spelled)).replaceFirst("$1m")
              : spelled;
      String text = pattern.begin(whole, formatter);
      try {
        TemporalAccessor parsed = formatter.parse(text);
        if (pattern.countsTo24() && isHour24(text, ChronoField.CLOCK_HOUR_OF_DAY)) {
          return at(parsed, LocalDateTime.from(parsed).plusDays(1), true);
        }
        return at(parsed, LocalDateTime.from(parsed), pattern.countsTo24());
      } catch (DateTimeException e) {
        if (isHour24(text, ChronoField.HOUR_OF_DAY)) {
          return nextMidnight(text);
        }
        throw e;
      }
    }

    private boolean isHour24(String text, ChronoField hour) {
      ParsePosition all = new ParsePosition(0);
      TemporalAccessor raw = formatter.parseUnresolved(text, all);
      return raw != null
          && all.getIndex() == text.length()
          && raw.isSupported(hour)
          && raw.getLong(hour) == 24;
    }

    private Read nextMidnight(String text) {
      if (!nextDay) {
        throw new DateTimeException(
            "hour 24; with feed.time.hour24: next-day it is 00:00 of the next day");
      }
      // this style moves the date on by itself, but also puts the 30th of February to the 28th
      TemporalAccessor parsed = formatter.withResolverStyle(ResolverStyle.SMART).parse(text);
      LocalDateTime next = LocalDateTime.from(parsed);
      TemporalAccessor raw = formatter.parseUnresolved(text, new ParsePosition(0));
      boolean other =
          raw.isSupported(ChronoField.DAY_OF_MONTH)
              && raw.getLong(ChronoField.DAY_OF_MONTH) != next.minusDays(1).getDayOfMonth();
      if (other || !next.toLocalTime().equals(LocalTime.MIDNIGHT)) {
        throw new DateTimeException("no such date and hour");
      }
      return at(parsed, next, true);
    }

    private Read at(TemporalAccessor parsed, LocalDateTime local, boolean end) {
      if (parsed.isSupported(ChronoField.OFFSET_SECONDS)) {
        ZoneOffset offset = ZoneOffset.ofTotalSeconds(parsed.get(ChronoField.OFFSET_SECONDS));
        return new Read.Told(local.toInstant(offset));
      }
      ZoneId written = parsed.query(TemporalQueries.zoneId());
      ZoneId where = written == null ? zone : written;
      return pattern.isDateAlone()
          ? startOfDay(local.toLocalDate(), where)
          : local(local, where, end);
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s in %s", format, zone);
  }
}
