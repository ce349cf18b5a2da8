package io.tidecast.connectors.web;

import static io.tidecast.connectors.record.Require.inRange;
import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.positive;
import static io.tidecast.connectors.record.Require.that;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.LiveFeed;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Bars of symbols of Binance: of the past by its REST interface, then as its stream says that they
 * have closed. Only closed bars count. The time of a bar is its end; variables: {@code open},
 * {@code high}, {@code low}, {@code close} and {@code volume}.
 *
 * <p>Bars come in order of (time, symbol). A symbol whose bar the stream has not brought when a
 * later one closes is asked for by REST, and left out for that time if it has none. One of the last
 * ten bars that the stream corrects comes again.
 *
 * @param symbols such as {@code BTCUSDT}; 1 to 200, each a stream
 * @param interval of the bars: {@code 1m}, {@code 3m}, {@code 5m}, {@code 15m}, {@code 30m}, {@code
 *     1h}, {@code 2h}, {@code 4h}, {@code 6h}, {@code 8h}, {@code 12h}, {@code 1d}; default 1m
 * @param start where the first bar opens; absent: 1000 bars before the first start
 * @param end bars that end later are not read; absent: goes on with the clock
 * @param rest address of the REST interface; default that of Binance
 * @param stream address of the stream; default that of Binance
 * @param requestsPerMinute at most, 1 to 6000; default 600
 * @param attempts after a request that failed, 0 to 1000; default 10
 * @param backOff pause before the first of them, doubled each time up to 64 of it; default PT1S
 */
@JsonTypeName("binance")
public record BinanceFeed(
    List<String> symbols,
    String interval,
    Instant start,
    Instant end,
    URI rest,
    URI stream,
    Integer requestsPerMinute,
    Integer attempts,
    Duration backOff)
    implements LiveFeed {
  private static final Map<String, Duration> INTERVALS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("1m", Duration.ofMinutes(1)),
              Map.entry("3m", Duration.ofMinutes(3)),
              Map.entry("5m", Duration.ofMinutes(5)),
              Map.entry("15m", Duration.ofMinutes(15)),
              Map.entry("30m", Duration.ofMinutes(30)),
              Map.entry("1h", Duration.ofHours(1)),
              Map.entry("2h", Duration.ofHours(2)),
              Map.entry("4h", Duration.ofHours(4)),
              Map.entry("6h", Duration.ofHours(6)),
              Map.entry("8h", Duration.ofHours(8)),
              Map.entry("12h", Duration.ofHours(12)),
              Map.entry("1d", Duration.ofDays(1))));
  private static final int MOST = 200;
  private static final int BACKFILL = 1000;

  public BinanceFeed {
    symbols = symbols == null ? List.of() : List.copyOf(symbols);
    that(
        !symbols.isEmpty()
            && symbols.size() <= MOST
            && Set.copyOf(symbols).size() == symbols.size()
            && symbols.stream().allMatch(symbol -> symbol.matches("[A-Z0-9]{2,30}")),
        "feed.symbols",
        symbols,
        "1 to 200 such as BTCUSDT, each once");
    interval = orElse(interval, "1m");
    that(INTERVALS.containsKey(interval), "feed.interval", interval, INTERVALS.keySet().toString());
    rest = orElse(rest, URI.create("https://api.binance.com"));
    stream = orElse(stream, URI.create("wss://stream.binance.com:9443"));
    requestsPerMinute = orElse(requestsPerMinute, 600);
    attempts = orElse(attempts, 10);
    backOff = orElse(backOff, Duration.ofSeconds(1));
    inRange("feed.requestsPerMinute", requestsPerMinute, 1, 6_000);
    inRange("feed.attempts", attempts, 0, 1_000);
    positive("feed.backOff", backOff);
  }

  /** Length of a bar. */
  Duration step() {
    return INTERVALS.get(interval);
  }

  @Override
  public Feed anchored(Instant now) {
    return start != null
        ? this
        : new BinanceFeed(
            symbols,
            interval,
            now.minus(step().multipliedBy(BACKFILL)),
            end,
            rest,
            stream,
            requestsPerMinute,
            attempts,
            backOff);
  }

  @Override
  public Rows rowsAfter(Place last, Clock clock) {
    return new BinanceRows(this, last);
  }

  WebRequests.Retry retry() {
    return new WebRequests.Retry(requestsPerMinute, attempts, backOff);
  }
}
