package io.tidecast.connectors.web;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a service for JSON. What may pass (a connection that is cut, 5xx, too many requests, a body
 * that is no JSON) is asked again after a pause that doubles each time, or as long as the service
 * says; what will not pass is refused with the service's words. For one thread; {@link #close} may
 * come from any and ends all waiting.
 */
final class WebRequests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebRequests.class);
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration WHOLE = Duration.ofMinutes(2);
  private static final Set<Integer> PASSING = Set.of(408, 418, 425, 429);

  /** A pause doubles so often and no more. */
  private static final int DOUBLINGS = 6;

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(TIMEOUT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Retry retry;
  private final Duration whole;
  private long lastNanos;
  private volatile CompletableFuture<?> asking;

  /**
   * @param retry how often, and how soon
   */
  WebRequests(Retry retry) {
    this(retry, WHOLE);
  }

  /**
   * @param whole how long an answer may take to its end
   */
  WebRequests(Retry retry, Duration whole) {
    this.retry = retry;
    this.whole = whole;
    lastNanos = System.nanoTime() - spacingNanos();
  }

  private long spacingNanos() {
    return TimeUnit.MINUTES.toNanos(1) / retry.requestsPerMinute();
  }

  /** What an answer was worth. */
  private record Outcome(JsonNode body, String flaw, Duration pause) {}

  HttpClient client() {
    return client;
  }

  /**
   * The answer.
   *
   * @param isWhole whether one that is JSON is what was asked for
   * @throws IllegalArgumentException with the service's reason, if it will not answer this
   * @throws UncheckedIOException if it did not answer after all attempts
   * @throws CancellationException if this was closed
   */
  JsonNode get(URI uri, Predicate<JsonNode> isWhole) {
    String flaw = "";
    for (int attempt = 0; attempt <= retry.attempts(); attempt++) {
      pause(Duration.ofNanos(lastNanos + spacingNanos() - System.nanoTime()));
      lastNanos = System.nanoTime();
      Outcome outcome = ask(uri, isWhole);
      if (outcome.body() != null) {
        return outcome.body();
      }
      flaw = outcome.flaw();
      Duration pause = longer(outcome.pause(), retry.pause(attempt));
      LOG.warn("{}{}: {}; asked again in {}", uri.getHost(), uri.getPath(), flaw, pause);
      if (attempt < retry.attempts()) {
        pause(pause);
      }
    }
    throw new UncheckedIOException(
        new IOException(
            "%s%s: %s, %d times; started again the feed goes on from here"
                .formatted(uri.getHost(), uri.getPath(), flaw, retry.attempts() + 1)));
  }

  private Outcome ask(URI uri, Predicate<JsonNode> isWhole) {
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(TIMEOUT).header("User-Agent", "tidecast").build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
    asking = answer;
    if (isClosed()) {
      throw new CancellationException();
    }
    try {
      return outcome(uri, answer.get(whole.toMillis(), TimeUnit.MILLISECONDS), isWhole);
    } catch (TimeoutException e) {
      answer.cancel(true);
      return new Outcome(null, "an answer without an end", Duration.ZERO);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        return new Outcome(null, io.toString(), Duration.ZERO);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    }
  }

  private static Outcome outcome(
      URI uri, HttpResponse<byte[]> answer, Predicate<JsonNode> isWhole) {
    int status = answer.statusCode();
    if (status == 200) {
      try {
        JsonNode body = MAPPER.readTree(answer.body());
        return isWhole.test(body)
            ? new Outcome(body, "", Duration.ZERO)
            : new Outcome(null, "an answer of another form", Duration.ZERO);
      } catch (JacksonException e) {
        return new Outcome(null, "no JSON: " + e.getOriginalMessage(), Duration.ZERO);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    String flaw = (status + " " + reason(answer.body())).strip();
    if (status < 500 && !PASSING.contains(status)) {
      throw new IllegalArgumentException(
          "feed: " + uri.getHost() + uri.getPath() + " says " + flaw);
    }
    return new Outcome(null, flaw, retryAfter(answer));
  }

  /** In seconds, or until a moment of the service's clock. */
  private static Duration retryAfter(HttpResponse<?> answer) {
    String text = answer.headers().firstValue("Retry-After").orElse("0").strip();
    if (text.matches("\\d{1,6}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    Optional<Instant> now = answer.headers().firstValue("Date").flatMap(WebRequests::moment);
    return moment(text)
        .flatMap(until -> now.map(since -> Duration.between(since, until)))
        .orElse(Duration.ZERO);
  }

  private static Optional<Instant> moment(String text) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** The field that says why, where there is one. */
  private static String reason(byte[] body) {
    try {
      JsonNode tree = MAPPER.readTree(body);
      String reason = tree.path("reason").asText(tree.path("msg").asText(""));
      return reason.isEmpty() ? "" : "'" + reason + "'";
    } catch (IOException e) {
      return "";
    }
  }

  private static Duration longer(Duration a, Duration b) {
    Duration longer = a.compareTo(b) > 0 ? a : b;
    return longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }

  /**
   * Waits.
   *
   * @throws CancellationException if this is closed meanwhile
   */
  void pause(Duration time) {
    try {
      if (closed.await(Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS)) {
        throw new CancellationException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException();
    }
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  @Override
  public void close() {
    closed.countDown();
    CompletableFuture<?> running = asking;
    if (running != null) {
      running.cancel(true);
    }
  }

  /**
   * How a service is asked.
   *
   * @param requestsPerMinute at most, evenly spaced
   * @param attempts after the first
   * @param first pause before the first of them; it doubles up to 64 of it
   */
  record Retry(int requestsPerMinute, int attempts, Duration first) {
    Duration pause(int attempt) {
      return first.multipliedBy(1L << Math.min(attempt, DOUBLINGS));
    }
  }
}
