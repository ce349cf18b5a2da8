package io.tidecast.connectors.file;

import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Stream;

/**
 * A pattern of {@link DateTimeFormatter} that says when something was, and not only a part of it.
 *
 * <p>It must read back what it writes: that is tried with one time when it is made, so that {@code
 * mm} for a month, {@code hh} without {@code a} or a day without its month is refused at the start
 * and not row by row, or worse, read as another day.
 *
 * <p>A star at its end stands for a rest that is left out, such as the end of a stretch.
 *
 * <p>Short names of zones ({@code z}) stand for their offsets: in Java's own reading {@code EST} in
 * July is summer time. Known are those of the configured zone and, of the others, those with one
 * meaning.
 */
final class TimePattern {
  private static final LocalDateTime SAMPLE = LocalDateTime.of(2024, 3, 17, 13, 45, 30);
  private static final String ACCEPTED =
      "rfc3339, iso, iso-week, excel, epoch-seconds, epoch-millis, epoch-micros, epoch-nanos, or a pattern such as"
          + " yyyy-MM-dd HH:mm";

  /** Hours from Greenwich of names with one meaning; IST, CST and BST have several. */
  private static final Map<String, Double> ABBREVIATIONS =
      Map.ofEntries(
          Map.entry("UTC", 0.0),
          Map.entry("GMT", 0.0),
          Map.entry("Z", 0.0),
          Map.entry("WET", 0.0),
          Map.entry("WEST", 1.0),
          Map.entry("CET", 1.0),
          Map.entry("CEST", 2.0),
          Map.entry("EET", 2.0),
          Map.entry("EEST", 3.0),
          Map.entry("MSK", 3.0),
          Map.entry("EST", -5.0),
          Map.entry("EDT", -4.0),
          Map.entry("CDT", -5.0),
          Map.entry("MST", -7.0),
          Map.entry("MDT", -6.0),
          Map.entry("PST", -8.0),
          Map.entry("PDT", -7.0),
          Map.entry("AKST", -9.0),
          Map.entry("AKDT", -8.0),
          Map.entry("HST", -10.0),
          Map.entry("JST", 9.0),
          Map.entry("KST", 9.0),
          Map.entry("HKT", 8.0),
          Map.entry("SGT", 8.0),
          Map.entry("AWST", 8.0),
          Map.entry("ACST", 9.5),
          Map.entry("ACDT", 10.5),
          Map.entry("AEST", 10.0),
          Map.entry("AEDT", 11.0),
          Map.entry("NZST", 12.0),
          Map.entry("NZDT", 13.0),
          Map.entry("SAST", 2.0));

  private static final String REST = "*";

  private final boolean hasRest;
  private final String pattern;
  private final String letters;
  private final ZoneId zone;
  private final Locale language;

  private TimePattern(String format, ZoneId zone, Locale language) {
    this.hasRest = format.endsWith(REST);
    this.pattern = hasRest ? format.substring(0, format.length() - REST.length()) : format;
    this.letters = pattern.replaceAll("'[^']*'", "");
    this.zone = zone;
    this.language = language;
  }

  /**
   * A pattern that works.
   *
   * @throws IllegalArgumentException with what is wrong and what is accepted
   */
  static TimePattern of(String pattern, ZoneId zone, Locale language) {
    TimePattern made = new TimePattern(pattern, zone, language);
    try {
      made.check();
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "feed.time.format: '"
              + pattern
              + "'; accepted: "
              + ACCEPTED
              + " ("
              + e.getMessage()
              + ")",
          e);
    }
    return made;
  }

  /** What of a text the pattern is for: all, or what a rest that is left out follows. */
  String begin(String text, DateTimeFormatter formatter) {
    if (!hasRest) {
      return text;
    }
    ParsePosition end = new ParsePosition(0);
    formatter.parseUnresolved(text, end);
    return end.getErrorIndex() < 0 ? text.substring(0, end.getIndex()).stripTrailing() : text;
  }

  /** Whether the hours count from 1 to 24. */
  boolean countsTo24() {
    return has("k");
  }

  boolean hasHalfDays() {
    return has("a");
  }

  boolean isDateAlone() {
    return !has("HhKkAnN");
  }

  DateTimeFormatter formatter() {
    return formatter(true);
  }

  private boolean has(String any) {
    return letters.chars().anyMatch(c -> any.indexOf(c) >= 0);
  }

  private void check() {
    if (has("YwWecF")) {
      throw new DateTimeException("weeks; a year of months and days is y or u");
    }
    if (pattern.contains("'Z'") && !zone.normalized().equals(ZoneOffset.UTC)) {
      throw new DateTimeException("'Z' in quotes is a letter; the offset is X");
    }
    DateTimeFormatter formatter = formatter(false);
    String written = formatter.format(SAMPLE.atZone(zone));
    LocalDateTime read = LocalDateTime.from(formatter.parse(written)).withNano(0);
    boolean same =
        Stream.of(ChronoUnit.SECONDS, ChronoUnit.MINUTES, ChronoUnit.HOURS, ChronoUnit.DAYS)
            .map(SAMPLE::truncatedTo)
            .anyMatch(read::equals);
    LocalDateTime day = SAMPLE.truncatedTo(ChronoUnit.DAYS);
    boolean coarse =
        !has("dD") && (read.equals(day.withDayOfMonth(1)) || read.equals(day.withDayOfYear(1)));
    if (!same && !coarse) {
      throw new DateTimeException("it writes " + SAMPLE + " as " + written + ", and reads " + read);
    }
  }

  private DateTimeFormatter formatter(boolean zoneNames) {
    DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder().parseCaseInsensitive();
    append(builder, zoneNames);
    builder.parseDefaulting(ChronoField.ERA, 1);
    defaults(builder);
    return builder.toFormatter(language).withResolverStyle(ResolverStyle.STRICT);
  }

  private void defaults(DateTimeFormatterBuilder builder) {
    if (has("Qq") && !has("MLDd")) {
      builder.parseDefaulting(IsoFields.DAY_OF_QUARTER, 1);
      defaultTime(builder);
      return;
    }
    if (!has("MLDQq")) {
      builder.parseDefaulting(ChronoField.MONTH_OF_YEAR, 1);
    }
    if (!has("dD")) {
      builder.parseDefaulting(ChronoField.DAY_OF_MONTH, 1);
    }
    defaultTime(builder);
  }

  private void defaultTime(DateTimeFormatterBuilder builder) {
    if (isDateAlone()) {
      builder.parseDefaulting(ChronoField.HOUR_OF_DAY, 0);
    }
    if (!has("mAnN")) {
      builder.parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0);
    }
  }

  /** As the builder would, but for short names of zones. */
  private void append(DateTimeFormatterBuilder builder, boolean zoneNames) {
    int begin = 0;
    boolean quoted = false;
    for (int i = 0; i < pattern.length(); i++) {
      quoted ^= pattern.charAt(i) == '\'';
      int end = i;
      while (!quoted && end < pattern.length() && pattern.charAt(end) == 'z') {
        end++;
      }
      if (end > i && end - i <= 3) {
        builder.appendPattern(pattern.substring(begin, i));
        if (zoneNames) {
          abbreviations().forEach((name, offset) -> optional(builder, name, offset));
        }
        begin = end;
        i = end - 1;
      }
    }
    builder.appendPattern(pattern.substring(begin));
  }

  /** The formatter has no choice of texts for one value, but a row of optional ones does it. */
  private static void optional(DateTimeFormatterBuilder builder, String name, long offset) {
    builder.optionalStart();
    builder.appendText(ChronoField.OFFSET_SECONDS, Map.of(offset, name));
    builder.optionalEnd();
  }

  private Map<String, Long> abbreviations() {
    Map<String, Long> seconds = new LinkedHashMap<>();
    ABBREVIATIONS.forEach((name, hours) -> seconds.put(name, Math.round(hours * 3600)));
    TimeZone own = TimeZone.getTimeZone(zone);
    put(seconds, own, false, own.getRawOffset());
    if (own.useDaylightTime()) {
      put(seconds, own, true, own.getRawOffset() + own.getDSTSavings());
    }
    return seconds;
  }

  private static void put(Map<String, Long> seconds, TimeZone zone, boolean summer, int millis) {
    String name = zone.getDisplayName(summer, TimeZone.SHORT, Locale.ENGLISH);
    if (name.matches("[A-Z]{2,5}")) {
      seconds.put(name, millis / 1000L);
    }
  }
}
