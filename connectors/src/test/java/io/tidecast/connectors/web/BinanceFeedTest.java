package io.tidecast.connectors.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.LiveFeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bars of an exchange that answers, fails, is cut off, and leaves bars out. */
class BinanceFeedTest {
  private static final Instant START = Instant.parse("2025-03-01T00:00:00Z");
  private static final long MINUTE = 60_000;
  private static final List<String> SYMBOLS = List.of("BTCUSDT", "ETHUSDT");
  private static final Duration WAIT = Duration.ofSeconds(20);

  /** Minutes since the start, by the clock of the exchange. */
  private volatile long minutes = 2_345;

  private LocalService rest;
  private LocalStream stream;

  @BeforeEach
  void start() throws IOException {
    rest = new LocalService(this::answer);
    stream = new LocalStream();
  }

  @AfterEach
  void stop() throws IOException {
    rest.close();
    stream.close();
  }

  /** As the exchange has it: bars that have begun, the one that is open among them. */
  private String answer(String path, Map<String, String> query) {
    long now = START.toEpochMilli() + minutes * MINUTE + 30_000;
    if (path.equals("/api/v3/time")) {
      return "{\"serverTime\":" + now + "}";
    }
    if (!SYMBOLS.contains(query.get("symbol"))) {
      return "400 {\"code\":-1121,\"msg\":\"Invalid symbol.\"}";
    }
    List<String> bars = new ArrayList<>();
    long from = Math.max(Long.parseLong(query.get("startTime")), START.toEpochMilli());
    for (long open = from; open <= now && bars.size() < Long.parseLong(query.get("limit")); ) {
      bars.add(kline(query.get("symbol"), open));
      open += MINUTE;
    }
    return bars.toString();
  }

  private static long price(String symbol, long open) {
    return (symbol.startsWith("B") ? 80_000 : 2_000) + open / MINUTE % 97;
  }

  private static String kline(String symbol, long open) {
    long price = price(symbol, open);
    return "[%d,\"%d.10\",\"%d\",\"%d\",\"%d\",\"1.5\",%d,\"0\",7,\"0\",\"0\",\"0\"]"
        .formatted(open, price, price + 2, price - 2, price + 1, open + MINUTE - 1);
  }

  /** One message of the stream, of the bar that ends at a minute. */
  private static String event(String symbol, long end, boolean isClosed) {
    long open = START.toEpochMilli() + (end - 1) * MINUTE;
    long price = price(symbol, open);
    return ("{'stream':'%s@kline_1m','data':{'e':'kline','E':1,'s':'%s','k':{'t':%d,'T':%d,"
            + "'s':'%s','i':'1m','o':'%d.10','c':'%d','h':'%d','l':'%d','v':'1.5','n':7,'x':%b}}}")
        .formatted(
            symbol.toLowerCase(Locale.ROOT),
            symbol,
            open,
            open + MINUTE - 1,
            symbol,
            price,
            price + 1,
            price + 2,
            price - 2,
            isClosed)
        .replace('\'', '"');
  }

  private static String row(String symbol, long end) {
    long price = price(symbol, START.toEpochMilli() + (end - 1) * MINUTE);
    return "%s %s {open=%d.1, high=%d.0, low=%d.0, close=%d.0, volume=1.5}"
        .formatted(START.plusSeconds(60 * end), symbol, price, price + 2, price - 2, price + 1);
  }

  private static List<String> rows(long from, long to) {
    List<String> rows = new ArrayList<>();
    for (long end = from; end <= to; end++) {
      for (String symbol : SYMBOLS) {
        rows.add(row(symbol, end));
      }
    }
    return rows;
  }

  private BinanceFeed feed(Instant start, Instant end, int attempts) {
    return new BinanceFeed(
        SYMBOLS,
        "1m",
        start,
        end,
        rest.at(""),
        stream.address(),
        6_000,
        attempts,
        Duration.ofMillis(1));
  }

  private static LiveFeed.Rows open(BinanceFeed feed) {
    return feed.rowsAfter(LiveFeed.Place.START, Clock.systemUTC());
  }

  private static List<String> all(BinanceFeed feed, LiveFeed.Place from) {
    LiveFeed.Rows open = feed.rowsAfter(from, Clock.systemUTC());
    List<String> rows = new ArrayList<>();
    while (!open.isEnded()) {
      FeedRow row = open.poll(WAIT);
      if (row != null) {
        rows.add(words(row));
      }
    }
    return rows;
  }

  private static List<String> next(LiveFeed.Rows open, int count) {
    List<String> rows = new ArrayList<>();
    long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (rows.size() < count && System.nanoTime() < deadline) {
      FeedRow row = open.poll(Duration.ofMillis(50));
      if (row != null) {
        rows.add(words(row));
      }
    }
    return rows;
  }

  private static String words(FeedRow row) {
    var seen = row.observation();
    return seen.time() + " " + seen.stream() + " " + seen.values();
  }

  @Test
  void historyIsReadInPagesUpToTheLastBarThatHasClosed() {
    LiveFeed.Rows open = open(feed(START, null, 3));

    assertEquals(rows(1, 2_345), next(open, 2 * 2_345));
    open.close();
    assertTrue(open.isEnded());
    assertEquals(6, rest.asked().stream().filter(asked -> asked.contains("klines")).count());
  }

  @Test
  void endIsTheLastBarThatIsRead() {
    Instant end = START.plusSeconds(60 * 100 + 30);

    assertEquals(rows(1, 100), all(feed(START, end, 3), LiveFeed.Place.START));
    assertEquals(0, stream.opened());
  }

  @Test
  void yearsBeforeASymbolWasListedAreSkipped() {
    Instant early = Instant.parse("2017-01-01T00:00:00Z");

    List<String> rows = all(feed(early, START.plusSeconds(600), 3), LiveFeed.Place.START);

    assertEquals(rows(1, 10), rows);
    assertTrue(rest.asked().size() < 10, rest.asked().toString());
  }

  @Test
  void whatPassesIsAskedAgain() {
    for (LocalService.Failure failure :
        EnumSet.complementOf(EnumSet.of(LocalService.Failure.STALLED))) {
      rest.failNext(List.of(failure, failure));
      Instant end = START.plusSeconds(60 * 20);
      assertEquals(rows(1, 20), all(feed(START, end, 3), LiveFeed.Place.START), failure.name());
    }
  }

  @Test
  void barsThatWereNotAskedForOrComeTwiceAreNotDoubled() {
    String first = kline("BTCUSDT", START.toEpochMilli() - MINUTE);
    String bar = kline("BTCUSDT", START.toEpochMilli());
    rest.answerNext("{\"serverTime\":" + START.plusSeconds(90).toEpochMilli() + "}");
    rest.answerNext("[" + first + "," + bar + "," + bar + "]");

    assertEquals(rows(1, 2), all(feed(START, START.plusSeconds(120), 3), LiveFeed.Place.START));
  }

  @Test
  void everyPlaceIsOneToGoOnFrom() {
    BinanceFeed feed = feed(START, START.plusSeconds(60 * 5), 3);
    List<String> all = rows(1, 5);
    for (int i = 0; i < all.size(); i++) {
      String[] row = all.get(i).split(" ");
      LiveFeed.Place last = new LiveFeed.Place(Instant.parse(row[0]), row[1]);
      assertEquals(all.subList(i + 1, all.size()), all(feed, last), all.get(i));
    }
  }

  @Test
  void closedBarsOfTheStreamFollowThoseOfThePast() throws Exception {
    minutes = 3;
    LiveFeed.Rows open = open(feed(START, null, 3));
    assertEquals(rows(1, 3), next(open, 6));

    stream.send(open, event("BTCUSDT", 4, false));
    stream.send(open, event("ETHUSDT", 4, true));
    stream.send(open, event("BTCUSDT", 4, true));
    stream.send(open, event("BTCUSDT", 3, true)); // again
    assertEquals(rows(4, 4), next(open, 2));

    assertTrue(
        stream.asked().endsWith("streams=btcusdt@kline_1m/ethusdt@kline_1m"), stream.asked());
    open.close();
  }

  @Test
  void barThatTheStreamCorrectsComesAgain() throws Exception {
    minutes = 3;
    LiveFeed.Rows open = open(feed(START, null, 3));
    assertEquals(rows(1, 3), next(open, 6));

    String corrected = event("BTCUSDT", 2, true).replace("\"v\":\"1.5\"", "\"v\":\"2.5\"");
    stream.send(open, corrected);
    stream.send(open, corrected);
    stream.send(open, event("BTCUSDT", 4, true));
    stream.send(open, event("ETHUSDT", 4, true));

    List<String> rows = new ArrayList<>(rows(4, 4));
    rows.add(0, row("BTCUSDT", 2).replace("volume=1.5", "volume=2.5"));
    assertEquals(rows, next(open, 3));
    open.close();
  }

  @Test
  void barThatTheStreamLeftOutIsAskedFor() throws Exception {
    minutes = 3;
    LiveFeed.Rows open = open(feed(START, null, 3));
    assertEquals(rows(1, 3), next(open, 6));

    stream.send(open, event("BTCUSDT", 4, true));
    minutes = 5;
    stream.send(open, event("BTCUSDT", 5, true));

    assertEquals(rows(4, 5), next(open, 4));
    open.close();
  }

  @Test
  void cutsAndBrokenMessagesLoseAndDoubleNothing() throws Exception {
    minutes = 3;
    LiveFeed.Rows open = open(feed(START, null, 3));
    assertEquals(rows(1, 3), next(open, 6));
    stream.send(open, event("BTCUSDT", 4, true));
    stream.send(open, event("ETHUSDT", 4, true));
    assertEquals(rows(4, 4), next(open, 2));

    minutes = 6;
    stream.cut(open);
    assertEquals(rows(5, 6), next(open, 4));
    stream.send(open, "{\"data\":{\"k\":{\"x\":true,\"s\":\"BTCUSDT\"}}}");
    stream.forget();
    minutes = 7;
    assertEquals(rows(7, 7), next(open, 2));
    stream.send(open, "no JSON");
    stream.forget();
    minutes = 8;
    assertEquals(rows(8, 8), next(open, 2));
    stream.send(open, event("BTCUSDT", 9, true));
    stream.send(open, event("ETHUSDT", 9, true));
    assertEquals(rows(9, 9), next(open, 2));

    assertEquals(4, stream.opened());
    open.close();
  }

  @Test
  void whatWillNotPassIsRefusedWithTheServicesReason() {
    BinanceFeed feed =
        new BinanceFeed(
            List.of("NONSENSE"),
            "1m",
            START,
            null,
            rest.at(""),
            null,
            6_000,
            3,
            Duration.ofMillis(1));

    String refusal =
        assertThrows(IllegalArgumentException.class, () -> next(open(feed), 1)).getMessage();

    assertEquals("feed: 127.0.0.1/api/v3/klines says 400 'Invalid symbol.'", refusal);
  }

  @Test
  void exchangeThatStaysAwayEndsTheFeed() {
    rest.failNext(Collections.nCopies(3, LocalService.Failure.BROKEN));

    assertThrows(UncheckedIOException.class, () -> next(open(feed(START, null, 2)), 1));

    minutes = 1;
    BinanceFeed noStream =
        new BinanceFeed(
            SYMBOLS,
            "1m",
            START,
            null,
            rest.at(""),
            URI.create("ws://127.0.0.1:1"),
            6_000,
            2,
            Duration.ofMillis(1));
    assertThrows(UncheckedIOException.class, () -> next(open(noStream), 3));
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    for (List<String> symbols : List.of(List.<String>of(), List.of("btc"), List.of("A1", "A1"))) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new BinanceFeed(symbols, null, null, null, null, null, null, null, null));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new BinanceFeed(SYMBOLS, "1M", null, null, null, null, null, null, null));
    BinanceFeed anchored =
        (BinanceFeed)
            new BinanceFeed(SYMBOLS, "1h", null, null, null, null, null, null, null)
                .anchored(START);
    assertEquals(START.minus(Duration.ofHours(1000)), anchored.start());
  }
}
