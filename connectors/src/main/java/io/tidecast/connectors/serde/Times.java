package io.tidecast.connectors.serde;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Readings of times as they come from outside. */
public final class Times {
  private static final long FIRST_MILLIS = 100_000_000_000L;
  private static final long END_MILLIS = 100_000_000_000_000L;
  private static final Duration MAX_INTERVAL = Duration.ofDays(366);

  private Times() {}

  /**
   * A date and time with its offset, such as {@code 2013-01-01T06:51:00Z}.
   *
   * @throws DateTimeException if it is not that, or outside the years 1 to 9999
   */
  public static Instant rfc3339(String text) {
    // the form nearly all records have; the JDK's formatter takes longer than the rest of a record
    if (text.length() == 20 && text.charAt(19) == 'Z' && text.charAt(10) == 'T') {
      return wholeSecond(text);
    }
    Instant time = OffsetDateTime.parse(text).toInstant();
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    if (year < 1 || year > 9999) {
      throw new DateTimeException("year " + year + "; accepted: 1 to 9999");
    }
    return time;
  }

  private static Instant wholeSecond(String text) {
    boolean punctuated =
        text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':';
    int year = digits(text, 0, 4);
    if (!punctuated || year == 0) {
      throw new DateTimeException(text + "; accepted: such as 2013-01-01T06:51:00Z");
    }
    return LocalDateTime.of(
            year,
            digits(text, 5, 7),
            digits(text, 8, 10),
            digits(text, 11, 13),
            digits(text, 14, 16),
            digits(text, 17, 19))
        .toInstant(ZoneOffset.UTC);
  }

  private static int digits(String text, int begin, int end) {
    int number = 0;
    for (int i = begin; i < end; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        throw new DateTimeException(text + "; accepted: such as 2013-01-01T06:51:00Z");
      }
      number = 10 * number + digit;
    }
    return number;
  }

  /**
   * Digits as epoch seconds if below 10^11 in magnitude (until the year 5138), as epoch
   * milliseconds from there on (since 1973).
   *
   * @throws DateTimeException if it is no integer, or from 10^14 on: then it is a smaller unit
   */
  public static Instant epoch(String text) {
    long number = integer(text);
    if (Math.abs(number) >= END_MILLIS) {
      throw new DateTimeException(text + "; accepted: epoch seconds or milliseconds");
    }
    return Math.abs(number) < FIRST_MILLIS
        ? Instant.ofEpochSecond(number)
        : Instant.ofEpochMilli(number);
  }

  /**
   * A positive ISO-8601 duration, or a count with one of s, m, h, d, w: {@code 5m}, {@code 4h}.
   *
   * @throws DateTimeException if it is neither, or longer than 366 days
   */
  public static Duration interval(String text) {
    Duration interval = text.startsWith("P") ? Duration.parse(text) : counted(text);
    if (interval.isZero() || interval.isNegative() || interval.compareTo(MAX_INTERVAL) > 0) {
      throw new DateTimeException(text + "; accepted: above zero, up to 366 days");
    }
    return interval;
  }

  private static Duration counted(String text) {
    int last = Math.max(0, text.length() - 1);
    // capped before it is multiplied, which would overflow; zero and the cap are refused above
    long count =
        Math.max(0, Math.min(integer(text.substring(0, last)), MAX_INTERVAL.toSeconds() + 1));
    return switch (text.substring(last)) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.of(count, ChronoUnit.HOURS);
      case "d" -> Duration.ofDays(count);
      case "w" -> Duration.ofDays(7 * count);
      default -> throw new DateTimeException(text + "; accepted: such as 5m, 4h, 1d");
    };
  }

  private static long integer(String text) {
    try {
      if (text.length() <= 15) {
        return Long.parseLong(text);
      }
    } catch (NumberFormatException e) {
      // falls to the refusal below
    }
    throw new DateTimeException(text + "; accepted: an integer of up to 15 digits");
  }
}
