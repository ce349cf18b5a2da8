package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;
import static java.time.temporal.ChronoUnit.MONTHS;
import static java.time.temporal.ChronoUnit.WEEKS;
import static java.time.temporal.ChronoUnit.YEARS;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.util.TimeUtils;

/**
 * A length as the file says it: a duration, {@code PT1H} or {@code 1 h}, never without a unit; or
 * so many weeks, months or years of the calendar, {@code P1M}, whose duration is their mean.
 */
public final class StepLength {
  private static final Pattern PERIOD = Pattern.compile("P(\\d{1,4})([WMY])");
  private static final Map<String, ChronoUnit> UNITS = Map.of("W", WEEKS, "M", MONTHS, "Y", YEARS);
  private static final int MONTHS_PER_YEAR = 12;

  /** Of what is longer, times and multiples have no milliseconds. */
  private static final Duration LONGEST = YEARS.getDuration().multipliedBy(10_000);

  private final String text;
  private final Duration duration;

  private StepLength(String text, Duration duration) {
    this.text = text;
    this.duration = duration;
  }

  /**
   * The length that a text says.
   *
   * @throws IllegalArgumentException if it says none
   */
  static StepLength of(String text) {
    Matcher period = PERIOD.matcher(text);
    if (period.matches()) {
      int number = Integer.parseInt(period.group(1));
      return new StepLength(text, UNITS.get(period.group(2)).getDuration().multipliedBy(number));
    }
    Duration duration = parse(text);
    that(duration.abs().compareTo(LONGEST) <= 0, "duration", text, "up to 10,000 years");
    return new StepLength(text(duration), duration);
  }

  private static Duration parse(String text) {
    try {
      if (text.matches("[+-]?[Pp].*")) {
        return Duration.parse(text);
      }
      that(text.matches("\\d+\\s*\\p{L}+"), "duration", text, "one with a unit");
      return TimeUtils.parseDuration(text);
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  /** As {@link #of} reads it: in months or days if they are whole, else as ISO 8601 has it. */
  public static String text(Duration duration) {
    long months = duration.dividedBy(MONTHS.getDuration());
    if (months > 0 && duration.equals(MONTHS.getDuration().multipliedBy(months))) {
      boolean isYears = months % MONTHS_PER_YEAR == 0;
      return isYears ? "P" + months / MONTHS_PER_YEAR + "Y" : "P" + months + "M";
    }
    boolean isDays = !duration.isZero() && duration.equals(Duration.ofDays(duration.toDays()));
    return isDays ? "P" + duration.toDays() + "D" : duration.toString();
  }

  /** The duration; of months and years their mean. */
  public Duration duration() {
    return duration;
  }

  /** Weeks or months, of which {@link #number} are one length; empty if it is a duration. */
  Optional<ChronoUnit> unit() {
    Matcher period = PERIOD.matcher(text);
    return period.matches()
        ? Optional.of(period.group(2).equals("W") ? WEEKS : MONTHS)
        : Optional.empty();
  }

  int number() {
    return (int) duration.dividedBy(unit().orElseThrow().getDuration());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StepLength length && text.equals(length.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }

  @Override
  @JsonValue
  public String toString() {
    return text;
  }
}
