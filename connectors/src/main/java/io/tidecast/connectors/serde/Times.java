package io.tidecast.connectors.serde;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Readings of times as they come from outside, the same for a record of a topic and a row of a
 * file. All throw {@link DateTimeException} with what is accepted.
 */
public final class Times {
  private static final int LEAP_SECOND = 60;
  private static final BigDecimal FIRST_MILLIS = new BigDecimal("1e11");
  private static final BigDecimal END_MILLIS = new BigDecimal("1e14");
  private static final Duration MAX_INTERVAL = Duration.ofDays(366);
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]{1,20}(\\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?");
  private static final Pattern RFC_3339 =
      Pattern.compile(
          "([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})"
              + "(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)? ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)");

  /** Earliest time that is taken for true: measuring began no earlier. */
  public static final Instant EARLIEST = Instant.parse("1800-01-01T00:00:00Z");

  /** What is later than this is no time but a number of another unit, or a placeholder. */
  public static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private Times() {}

  /** Units that times since 1970 are counted in. */
  public enum Unit {
    SECONDS(0),
    MILLIS(3),
    MICROS(6),
    NANOS(9);

    private final int decimals;

    Unit(int decimals) {
      this.decimals = decimals;
    }

    /** So many of the unit since 1970-01-01T00:00Z, fractions to the nanosecond. */
    Instant since1970(BigDecimal count) {
      BigDecimal nanos = count.movePointRight(9 - decimals).setScale(0, RoundingMode.FLOOR);
      BigInteger[] parts =
          nanos.toBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000));
      if (parts[0].bitLength() > 62) {
        throw new DateTimeException("beyond all years");
      }
      return Instant.ofEpochSecond(parts[0].longValue(), parts[1].longValue());
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A date and time with its offset, such as {@code 2013-01-01T06:51:00Z}; a leap second is the
   * first of the next day; a blank in place of the T, fractions of a second, none at all and
   * offsets such as {@code +02} are all the same to it.
   *
   * @throws DateTimeException if it is not that, or outside the years 1 to 9999
   */
  public static Instant rfc3339(String text) {
    // the form nearly all records have; a pattern takes longer than the rest of a record
    boolean isLeap = text.startsWith("60", 17);
    if (text.length() == 20 && text.charAt(19) == 'Z' && text.charAt(10) == 'T' && !isLeap) {
      return wholeSecond(text);
    }
    Matcher parts = RFC_3339.matcher(text);
    if (!parts.matches()) {
      throw new DateTimeException("not such as 2013-01-01T06:51:00Z");
    }
    int second = part(parts, 6);
    Instant time =
        LocalDateTime.of(
                part(parts, 1),
                part(parts, 2),
                part(parts, 3),
                part(parts, 4),
                part(parts, 5),
                second == LEAP_SECOND ? LEAP_SECOND - 1 : second,
                nanos(parts.group(7)))
            .toInstant(ZoneOffset.of(parts.group(8).toUpperCase(Locale.ROOT)));
    int year = time.atOffset(ZoneOffset.UTC).getYear();
    if (part(parts, 1) == 0 || year < 1 || year > 9999) {
      throw new DateTimeException("year " + year + "; accepted: 1 to 9999");
    }
    return second == LEAP_SECOND ? afterLeap(time) : time;
  }

  /** Clocks that know no leap second count it as the first of the next day. */
  private static Instant afterLeap(Instant before) {
    if (before.atOffset(ZoneOffset.UTC).toLocalTime().toSecondOfDay() != 86_399) {
      throw new DateTimeException("second 60 elsewhere than at the end of a day");
    }
    return before.plusSeconds(1);
  }

  private static int part(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Integer.parseInt(parts.group(group));
  }

  private static int nanos(String fraction) {
    return fraction == null ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9));
  }

  /** As {@link Instant#toString} writes it, but for the time that takes. */
  public static String text(Instant time) {
    LocalDateTime utc = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
    if (time.getNano() != 0 || utc.getYear() < 1000 || utc.getYear() > 9999) {
      return time.toString();
    }
    byte[] text = "0000-00-00T00:00:00Z".getBytes(StandardCharsets.ISO_8859_1);
    write(text, 3, utc.getYear());
    write(text, 6, utc.getMonthValue());
    write(text, 9, utc.getDayOfMonth());
    write(text, 12, utc.getHour());
    write(text, 15, utc.getMinute());
    write(text, 18, utc.getSecond());
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void write(byte[] text, int last, int number) {
    int rest = number;
    for (int i = last; rest > 0; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private static Instant wholeSecond(String text) {
    boolean punctuated =
        text.charAt(4) == '-'
            && text.charAt(7) == '-'
            && text.charAt(13) == ':'
            && text.charAt(16) == ':';
    int year = digits(text, 0, 4);
    if (!punctuated || year == 0) {
      throw new DateTimeException("not such as 2013-01-01T06:51:00Z");
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
        throw new DateTimeException("not such as 2013-01-01T06:51:00Z");
      }
      number = 10 * number + digit;
    }
    return number;
  }

  /**
   * A number as epoch seconds if below 10^11 in magnitude, as epoch milliseconds from there on
   * (since 1973), fractions included.
   *
   * @throws DateTimeException if it is no number, or from 10^14 on: then it is a smaller unit
   */
  public static Instant epoch(String text) {
    BigDecimal number = number(text);
    if (number.abs().compareTo(END_MILLIS) >= 0) {
      throw new DateTimeException("looks like " + looksLike(number));
    }
    Unit unit = number.abs().compareTo(FIRST_MILLIS) < 0 ? Unit.SECONDS : Unit.MILLIS;
    return sane(unit.since1970(number));
  }

  /**
   * A number of the unit since 1970, fractions included.
   *
   * <p>One that gives a time outside 1990 to 2100, where another unit gives one inside, is refused:
   * it is a number of that other unit. Who has such times says from when on they are true.
   *
   * @param unlike whether to refuse those
   */
  public static Instant epoch(String text, Unit unit, boolean unlike) {
    BigDecimal number = number(text);
    if (unlike && !isRecent(number, unit)) {
      String other = looksLike(number);
      if (!other.isEmpty()) {
        throw new DateTimeException("looks like " + other);
      }
    }
    return unit.since1970(number);
  }

  private static String looksLike(BigDecimal number) {
    return Arrays.stream(Unit.values())
        .filter(unit -> isRecent(number, unit))
        .map(unit -> "epoch-" + unit + ", " + unit.since1970(number))
        .findFirst()
        .orElse("");
  }

  /** Within 1990 to 2100, in which unit one count cannot be taken for that of another. */
  private static boolean isRecent(BigDecimal number, Unit unit) {
    BigDecimal seconds = number.movePointLeft(unit.decimals);
    return seconds.compareTo(new BigDecimal(631_152_000L)) >= 0
        && seconds.compareTo(new BigDecimal(4_102_444_800L)) < 0;
  }

  private static BigDecimal number(String text) {
    if (NUMBER.matcher(text).matches()) {
      return new BigDecimal(text);
    }
    throw new DateTimeException("not a number of up to 20 digits");
  }

  /**
   * The time, if measurements can have it.
   *
   * @throws DateTimeException if it lies outside {@link #EARLIEST} to {@link #LATEST}
   */
  public static Instant sane(Instant time) {
    if (time.isBefore(EARLIEST) || !time.isBefore(LATEST)) {
      throw new DateTimeException(
          "year " + time.atOffset(ZoneOffset.UTC).getYear() + "; accepted: 1800 to 2199");
    }
    return time;
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
