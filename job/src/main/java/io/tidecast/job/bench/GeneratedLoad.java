package io.tidecast.job.bench;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Hourly values of any number of series, each a function of its number and the hour alone: a daily
 * and a weekly cycle with a phase of its own, and noise.
 */
final class GeneratedLoad {
  /** The hour at which every series begins, as index of the grid. */
  static final long FIRST =
      Duration.between(Instant.EPOCH, Instant.parse("2024-01-01T00:00:00Z")).toHours();

  static final String VARIABLE = "load";

  private GeneratedLoad() {}

  static String stream(int series) {
    return String.format(Locale.ROOT, "meter-%07d", series);
  }

  static Instant time(long hour) {
    return Instant.EPOCH.plus(Duration.ofHours(hour));
  }

  /** Two decimals, as a meter would send. */
  static double value(int series, long hour) {
    SplittableRandom noise = new SplittableRandom(31L * series + 1_000_003L * hour);
    double day = Math.sin(2 * Math.PI * (hour + series % 24) / 24);
    double week = Math.sin(2 * Math.PI * (hour + series % 168) / 168);
    double value = 50 + 10 * day + 5 * week + 2 * (noise.nextDouble() + noise.nextDouble() - 1);
    return Math.round(100 * value) / 100.0;
  }

  static ObservationRecord observation(int series, long hour) {
    return new ObservationRecord(stream(series), time(hour), Map.of(VARIABLE, value(series, hour)));
  }
}
