package io.tidecast.connectors.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.ObservationDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class GeneratedFeedTest {
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  private static final int CYCLE = 48;

  @Test
  void sameSettingsGiveTheSameRowsAndAnotherSeedOthers() {
    assertEquals(take(weather(5, 0.1, 0.1), 5000), take(weather(5, 0.1, 0.1), 5000));
    assertNotEquals(take(weather(5, 0.1, 0.1), 100), take(weather(6, 0.1, 0.1), 100));
    assertEquals(take(market(5), 5000), take(market(5), 5000));
    assertNotEquals(take(market(5), 100), take(market(6), 100));
  }

  @Test
  void rowsAreOnTheGridInOrderOfTimeAndStream() {
    List<FeedRow> rows = take(weather(1, 0, 0), 7);

    assertEquals("ST0001", rows.get(0).observation().stream());
    assertEquals("ST0003", rows.get(2).observation().stream());
    assertEquals(START, rows.get(2).observation().time());
    assertEquals("ST0001", rows.get(3).observation().stream());
    assertEquals(START.plus(Duration.ofHours(1)), rows.get(6).observation().time());
  }

  @Test
  void namesAreTheSameWhereverTheyAreMade() {
    List<FeedRow> rows = take(weather(1, 0, 0), 3);
    List<FeedRow> prices = take(market(1), 3);
    Locale here = Locale.getDefault();
    try {
      // whose digits are others
      Locale.setDefault(Locale.forLanguageTag("fa-IR"));

      assertEquals(rows, take(weather(1, 0, 0), 3));
      assertEquals(prices, take(market(1), 3));
    } finally {
      Locale.setDefault(here);
    }
  }

  @Test
  void endsAfterItsSteps() {
    Feed feed =
        new GeneratedWeatherFeed(2, Duration.ofHours(1), 24, START, null, 10L, 1L, null, null);

    assertEquals(20, take(feed, 1000).size());
  }

  @Test
  void withoutStartItBeginsItsBackfillBeforeNow() {
    Instant now = Instant.parse("2024-03-05T10:00:37Z");
    Feed feed =
        new GeneratedWeatherFeed(1, Duration.ofSeconds(10), 144, null, 100, null, null, null, null);

    Feed anchored = feed.anchored(now);

    assertThrows(IllegalStateException.class, feed::rows);
    assertEquals(
        Instant.parse("2024-03-05T10:00:30Z"), take(anchored, 101).get(100).observation().time());
    assertEquals(anchored, anchored.anchored(now.plusSeconds(1000)));
  }

  @Test
  void weatherIsPhysicalAndHasADailyCycle() {
    List<ObservationRecord> rows = observations(weather(3, 0, 0), 3 * CYCLE * 200);
    double[] temperature = values(rows, "ST0001", "temperature_2m");

    for (ObservationRecord row : rows) {
      double humidity = row.values().get("relative_humidity_2m");
      double pressure = row.values().get("pressure_msl");
      assertTrue(humidity > 0 && humidity <= 100, row.toString());
      assertTrue(row.values().get("dew_point_2m") < row.values().get("temperature_2m"));
      assertTrue(pressure > 960 && pressure < 1066, row.toString());
      assertTrue(row.values().get("wind_gusts_10m") >= row.values().get("wind_speed_10m"));
      assertTrue(row.values().get("precipitation") >= 0);
    }
    // a day later it is alike, half a day later it is not; one step later it is nearly the same
    double day = meanAbsoluteChange(temperature, CYCLE);
    assertTrue(day < 0.8 * meanAbsoluteChange(temperature, CYCLE / 2), "daily cycle");
    assertTrue(meanAbsoluteChange(temperature, 1) < 0.4 * day, "persistence");
  }

  @Test
  void missingAndDamagedComeAsOftenAsAsked() {
    List<FeedRow> rows = take(weather(9, 0.05, 0.02), 20_000);

    long values = rows.stream().mapToLong(r -> r.observation().values().size()).sum();
    long damaged = rows.stream().filter(FeedRow::damaged).count();
    assertEquals(0.95 * 7 * 20_000, values, 500); // about six standard deviations
    assertEquals(400, damaged, 120);
  }

  @Test
  void damagedRowIsRefusedByTheDecoder() {
    for (FeedRow row : take(weather(9, 0, 0.5), 100)) {
      Decoded decoded = ObservationDecoder.decode(row.value(Format.JSON));
      if (row.damaged()) {
        assertInstanceOf(Decoded.Refused.class, decoded);
      } else {
        assertEquals(new Decoded.Accepted(row.observation()), decoded);
      }
    }
  }

  @Test
  void marketIsARandomWalkWithClusteredVolatility() {
    List<ObservationRecord> rows = observations(market(4), 3 * 100_000);
    double[] close = values(rows, "SYM0002", "close");
    double[] returns = new double[close.length - 1];
    double[] sizes = new double[returns.length];
    for (int i = 0; i < returns.length; i++) {
      returns[i] = Math.log(close[i + 1] / close[i]);
      sizes[i] = Math.abs(returns[i]);
    }

    for (ObservationRecord row : rows) {
      double high = row.values().get("high");
      double low = row.values().get("low");
      assertTrue(low <= row.values().get("open") && row.values().get("open") <= high);
      assertTrue(low <= row.values().get("close") && row.values().get("close") <= high);
    }
    // about 100000 returns: the standard error of a correlation is near 0.003, more with heavy
    // tails
    assertEquals(0, correlation(returns, 1), 0.025);
    assertTrue(correlation(sizes, 1) > 0.1, "volatility clusters");
    assertEquals(0.001, Math.sqrt(meanSquare(returns)), 0.0002);
  }

  @Test
  void settingsOutsideTheirRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> weather(1, 0.6, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new GeneratedMarketFeed(0, null, null, START, null, null, null, null, null));
    assertThrows(
        IllegalArgumentException.class,
        () -> new GeneratedMarketFeed(1, Duration.ZERO, null, START, null, null, null, null, null));
  }

  private static Feed weather(long seed, double missing, double damaged) {
    return new GeneratedWeatherFeed(
        3, Duration.ofMinutes(30), CYCLE, START, null, null, seed, missing, damaged);
  }

  private static Feed market(long seed) {
    return new GeneratedMarketFeed(
        3, Duration.ofMinutes(1), 1440, START, null, null, seed, 0.001, null);
  }

  private static List<FeedRow> take(Feed feed, int count) {
    List<FeedRow> rows = new ArrayList<>();
    Iterator<FeedRow> iterator = feed.rows();
    while (rows.size() < count && iterator.hasNext()) {
      rows.add(iterator.next());
    }
    return rows;
  }

  private static List<ObservationRecord> observations(Feed feed, int count) {
    return take(feed, count).stream().map(FeedRow::observation).toList();
  }

  private static double[] values(List<ObservationRecord> rows, String stream, String variable) {
    return rows.stream()
        .filter(r -> r.stream().equals(stream))
        .mapToDouble(r -> r.values().get(variable))
        .toArray();
  }

  private static double meanAbsoluteChange(double[] values, int lag) {
    double sum = 0;
    for (int i = lag; i < values.length; i++) {
      sum += Math.abs(values[i] - values[i - lag]);
    }
    return sum / (values.length - lag);
  }

  private static double correlation(double[] values, int lag) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < values.length; i++) {
      variance += (values[i] - mean) * (values[i] - mean);
      covariance += i < lag ? 0 : (values[i] - mean) * (values[i - lag] - mean);
    }
    return covariance / variance;
  }

  private static double meanSquare(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return sum / values.length;
  }
}
