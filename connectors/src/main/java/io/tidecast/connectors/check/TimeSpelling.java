package io.tidecast.connectors.check;

import io.tidecast.connectors.file.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One way to write a time, and what texts it reads.
 *
 * @param language of names of months and days; null for English
 */
record TimeSpelling(String format, Locale language) {
  private static final Pattern SLASHED = Pattern.compile("^(d+|M{1,2})([-/])(M{1,2}|d+)(?=\\2)");

  /** Days that spreadsheets count: 1980 to 2064. */
  private static final int FIRST_DAY = 29_221;

  private static final int LAST_DAY = 60_266;

  static boolean isDay(String text) {
    return Column.isNumber(text)
        && Double.parseDouble(text) >= FIRST_DAY
        && Double.parseDouble(text) <= LAST_DAY;
  }

  /** Small numbers are years, counts, prices. */
  static boolean isLarge(String text) {
    return Column.isNumber(text) && Math.abs(Double.parseDouble(text)) >= 1e8;
  }

  Predicate<String> reads() {
    Function<String, Optional<Instant>> reader = reader();
    return text -> reader.apply(text).isPresent();
  }

  private Function<String, Optional<Instant>> reader() {
    return new FileTime(
            List.of("t"),
            format,
            ZoneOffset.UTC,
            language,
            "next-day",
            null,
            null,
            null,
            null,
            null)
        .reader();
  }

  /** Of a day and a month that may be the other way round, the way that spans less time. */
  TimeSpelling likelier(List<String> samples) {
    Matcher slashed = SLASHED.matcher(format);
    if (!slashed.find()) {
      return this;
    }
    TimeSpelling other =
        new TimeSpelling(
            slashed.group(3)
                + slashed.group(2)
                + slashed.group(1)
                + format.substring(slashed.end()),
            language);
    boolean better =
        samples.stream().allMatch(other.reads())
            && other.span(samples).compareTo(span(samples)) < 0;
    return better ? other : this;
  }

  private Duration span(List<String> samples) {
    Function<String, Optional<Instant>> reader = reader();
    List<Instant> times =
        samples.stream().flatMap(text -> reader.apply(text).stream()).sorted().toList();
    return Duration.between(times.get(0), times.get(times.size() - 1));
  }
}
