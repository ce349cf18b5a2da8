package io.tidecast.connectors.web;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidecast.connectors.feed.FeedRow;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** The bars of some symbols that have closed, as the service's stream brings them. */
final class KlineStream implements WebSocket.Listener, AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int OPEN_SECONDS = 30;
  private static final long ASKED_AFTER = TimeUnit.SECONDS.toNanos(20);
  private static final long DEAD_AFTER = TimeUnit.SECONDS.toNanos(60);

  /**
   * What came.
   *
   * @param row a bar that has closed; null at the end
   * @param end why it ended
   * @param stream that it came from; null if it was not one
   */
  record Event(FeedRow row, String end, KlineStream stream) {
    Event(FeedRow row, String end) {
      this(row, end, null);
    }

    boolean isOf(KlineStream other) {
      return stream == other;
    }
  }

  private final BinanceFeed feed;
  private final Set<String> symbols;
  private final BlockingQueue<Event> events;
  private final StringBuilder text = new StringBuilder();
  private volatile long heard = System.nanoTime();
  private long asked = heard;
  private WebSocket socket;

  private KlineStream(BinanceFeed feed, BlockingQueue<Event> events) {
    this.feed = feed;
    this.symbols = Set.copyOf(feed.symbols());
    this.events = events;
  }

  /**
   * Opens it.
   *
   * @param events where bars and the end go
   */
  static KlineStream open(HttpClient client, BinanceFeed feed, BlockingQueue<Event> events)
      throws IOException {
    String names =
        feed.symbols().stream()
            .map(symbol -> symbol.toLowerCase(Locale.ROOT) + "@kline_" + feed.interval())
            .collect(Collectors.joining("/"));
    KlineStream stream = new KlineStream(feed, events);
    try {
      stream.socket =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create(feed.stream() + "/stream?streams=" + names), stream)
              .get(OPEN_SECONDS, TimeUnit.SECONDS);
      return stream;
    } catch (ExecutionException e) {
      throw new IOException("cannot be opened: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("not open after " + OPEN_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
    heard = System.nanoTime();
    text.append(part);
    if (isLast) {
      String message = text.toString();
      text.setLength(0);
      take(message);
    }
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    heard = System.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    heard = System.nanoTime();
    from.request(1);
    return null;
  }

  /**
   * Whether the other side is gone without a word: it has said nothing for a minute, though it was
   * asked. What the connection reports of it is not reliable.
   */
  boolean isDead() {
    long now = System.nanoTime();
    if (now - Math.max(heard, asked) > ASKED_AFTER) {
      asked = now;
      socket.sendPing(ByteBuffer.allocate(0));
    }
    return now - heard > DEAD_AFTER;
  }

  private void take(String message) {
    try {
      JsonNode tree = MAPPER.readTree(message);
      JsonNode bar = (tree.has("data") ? tree.path("data") : tree).path("k");
      if (bar.path("x").asBoolean()) {
        events.add(new Event(row(bar), "", this));
      }
    } catch (JacksonException | IllegalArgumentException e) {
      events.add(new Event(null, "a message that is no bar: " + e.getMessage(), this));
    }
  }

  private FeedRow row(JsonNode bar) {
    List<String> texts = new ArrayList<>();
    for (String field : List.of("o", "h", "l", "c", "v")) {
      texts.add(bar.path(field).asText());
    }
    String symbol = bar.path("s").asText();
    boolean isWhole =
        symbols.contains(symbol)
            && feed.interval().equals(bar.path("i").asText())
            && bar.path("t").isIntegralNumber()
            && texts.stream().allMatch(Klines::isNumber);
    if (!isWhole) {
      throw new IllegalArgumentException("bar of '" + symbol + "'");
    }
    return Klines.row(symbol, bar.path("t").asLong(), feed.step(), texts);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    events.add(new Event(null, "closed with " + status + " " + reason, this));
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    events.add(new Event(null, error.toString(), this));
  }

  @Override
  public void close() {
    socket.abort();
  }
}
