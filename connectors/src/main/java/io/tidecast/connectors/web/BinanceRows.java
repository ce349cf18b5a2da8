package io.tidecast.connectors.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.LiveFeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of a {@link BinanceFeed}. {@code next} is the moment up to which all bars are known: it
 * moves by windows of REST while there is a past to read, and by the bars of the stream when each
 * symbol has brought its own. Whatever the stream leaves open (a bar that is missing, a cut) is
 * asked for by REST, from {@code next} on, so that nothing is lost and nothing comes twice. A bar
 * that the stream sends again with other figures goes out once more, to replace the one before.
 *
 * <p>Whether a bar of REST has closed is told by the clock of the service, not by ours.
 */
final class BinanceRows implements LiveFeed.Rows {
  private static final Logger LOG = LoggerFactory.getLogger(BinanceRows.class);
  private static final int WINDOW = 1000;

  /** Bars back that one which is sent again with other figures replaces. */
  private static final int REPLACED = 10;

  /** A bar that closed this moment may not be whole yet. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final BinanceFeed feed;
  private final Duration step;
  private final LiveFeed.Place last;
  private final WebRequests web;
  private final Deque<FeedRow> ready = new ArrayDeque<>();
  private final TreeMap<LiveFeed.Place, FeedRow> closed = new TreeMap<>();
  private final TreeMap<LiveFeed.Place, FeedRow> given = new TreeMap<>();
  private final BlockingQueue<KlineStream.Event> events = new LinkedBlockingQueue<>();
  private volatile KlineStream stream;
  private int failures;
  private Instant next;
  private Instant closedUpTo = Instant.MIN;
  private boolean behind = true;

  BinanceRows(BinanceFeed feed, LiveFeed.Place last) {
    if (feed.start() == null) {
      throw new IllegalStateException("the feed has no start: anchor it at a moment first");
    }
    this.feed = feed;
    this.step = feed.step();
    this.last = last;
    this.web = new WebRequests(feed.retry());
    boolean begun = last.time().isAfter(feed.start());
    this.next = onGrid(begun ? last.time().minus(step) : feed.start().plus(step).minusMillis(1));
  }

  private Instant onGrid(Instant time) {
    long millis = time.toEpochMilli();
    return Instant.ofEpochMilli(millis - Math.floorMod(millis, step.toMillis()));
  }

  @Override
  public FeedRow poll(Duration wait) {
    if (ready.isEmpty() && !wait.isZero() && !isEnded()) {
      if (behind) {
        catchUp();
      } else if (stream == null) {
        connect();
      } else {
        listen(wait);
      }
    }
    return ready.poll();
  }

  @Override
  public boolean isEnded() {
    boolean read = feed.end() != null && next.plus(step).isAfter(feed.end());
    return ready.isEmpty() && (web.isClosed() || read);
  }

  @Override
  public void close() {
    web.close();
    events.add(new KlineStream.Event(null, "closed"));
    disconnect();
  }

  /** One window of all symbols, up to what has closed. */
  private void catchUp() {
    if (!next.isBefore(closedUpTo)) {
      JsonNode time = web.get(URI.create(feed.rest() + "/api/v3/time"), Klines::isTime);
      closedUpTo = onGrid(Klines.time(time).minus(SETTLED));
      closedUpTo =
          feed.end() == null || feed.end().isAfter(closedUpTo) ? closedUpTo : onGrid(feed.end());
    }
    behind = next.isBefore(closedUpTo);
    if (behind) {
      Instant end = earlier(closedUpTo, next.plus(step.multipliedBy(WINDOW)));
      TreeMap<LiveFeed.Place, FeedRow> rows = new TreeMap<>();
      for (String symbol : feed.symbols()) {
        JsonNode answer = web.get(klines(symbol, next, WINDOW), Klines::areKlines);
        Klines.rows(symbol, answer, step)
            .forEach(row -> rows.put(LiveFeed.Place.of(row.observation()), row));
      }
      rows.tailMap(new LiveFeed.Place(end, "\uffff"), false).clear();
      rows.headMap(new LiveFeed.Place(next, "\uffff"), true).clear();
      advance(rows.isEmpty() ? firstBefore(end) : end, rows);
    }
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  /** Where no symbol has a bar for long, as before it was listed: the begin of the first one. */
  private Instant firstBefore(Instant end) {
    Instant first = closedUpTo;
    for (String symbol : feed.symbols()) {
      JsonNode answer = web.get(klines(symbol, next, 1), Klines::areKlines);
      for (FeedRow row : Klines.rows(symbol, answer, step)) {
        first = earlier(first, row.observation().time().minus(step));
      }
    }
    return first.isAfter(end) ? first : end;
  }

  private URI klines(String symbol, Instant from, int limit) {
    return URI.create(
        String.format(
            Locale.ROOT,
            "%s/api/v3/klines?symbol=%s&interval=%s&startTime=%d&limit=%d",
            feed.rest(),
            symbol,
            feed.interval(),
            from.toEpochMilli(),
            limit));
  }

  private void advance(Instant to, TreeMap<LiveFeed.Place, FeedRow> rows) {
    given.putAll(rows.tailMap(last, false));
    ready.addAll(rows.tailMap(last, false).values());
    next = to;
    closed.headMap(new LiveFeed.Place(next, "\uffff"), true).clear();
    Instant kept = next.minus(step.multipliedBy(REPLACED));
    given.headMap(new LiveFeed.Place(kept, "\uffff"), true).clear();
  }

  private void correct(LiveFeed.Place place, FeedRow row) {
    FeedRow known = given.get(place);
    if (known != null && !known.equals(row)) {
      given.put(place, row);
      ready.add(row);
    }
  }

  /** What closed before the stream was open is asked for after. */
  private void connect() {
    try {
      stream = KlineStream.open(web.client(), feed, events);
      behind = true;
    } catch (IOException e) {
      failed(e.toString());
    }
  }

  private void failed(String why) {
    disconnect();
    behind = true;
    if (failures > feed.attempts()) {
      throw new UncheckedIOException(
          new IOException("%s: %s, %d times".formatted(feed.stream(), why, failures)));
    }
    Duration pause = feed.retry().pause(failures);
    failures++;
    LOG.warn("{}: {}; opened again in {}", feed.stream(), why, pause);
    web.pause(pause);
  }

  private void disconnect() {
    KlineStream open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
  }

  private void listen(Duration wait) {
    KlineStream.Event event = await(wait);
    if (event == null) {
      if (stream.isDead()) {
        failed("silent");
      }
      return;
    }
    if (event.row() == null) {
      if (event.isOf(stream)) {
        failed(event.end());
      }
      return;
    }
    failures = 0;
    LiveFeed.Place place = LiveFeed.Place.of(event.row().observation());
    if (place.time().isAfter(next)) {
      closed.put(place, event.row());
      settle();
    } else {
      correct(place, event.row());
    }
  }

  private KlineStream.Event await(Duration wait) {
    try {
      return events.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    }
  }

  /** Bars of the next moment go out together; a later one that has closed says that one is lost. */
  private void settle() {
    Instant end = next.plus(step);
    TreeMap<LiveFeed.Place, FeedRow> rows =
        new TreeMap<>(closed.headMap(new LiveFeed.Place(end, "\uffff"), true));
    if (rows.size() == feed.symbols().size()) {
      advance(end, rows);
    } else if (closed.lastKey().time().isAfter(end)) {
      behind = true;
    }
  }
}
