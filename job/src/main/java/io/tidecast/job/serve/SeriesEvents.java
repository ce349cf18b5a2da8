package io.tidecast.job.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Server-sent events of one series: {@code forecast} when there is a newer one (the columns of the
 * panel "Newest forecast"), {@code away} while the database does not answer, {@code alive} in
 * between. The stream asks the database once a second, one row by its key.
 */
final class SeriesEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SeriesEvents.class);
  private static final int MAX_STREAMS = 32;
  private static final int ALIVE_EVERY = 10;

  private final Dashboard forecast = Dashboard.load("forecast");
  private final DashboardQueries queries;
  private final String domain;
  private final Semaphore streams = new Semaphore(MAX_STREAMS);
  private final CountDownLatch closed = new CountDownLatch(1);

  SeriesEvents(DashboardQueries queries, String domain) {
    this.queries = queries;
    this.domain = domain;
  }

  /** Streams until the visitor leaves or the page is closed; the thread is the stream's own. */
  void stream(HttpExchange exchange, String series) throws IOException {
    if (!streams.tryAcquire()) {
      exchange.sendResponseHeaders(503, -1);
      return;
    }
    try {
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      send(exchange.getResponseBody(), series);
    } catch (IOException e) {
      LOG.trace("a visitor left", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      streams.release();
    }
  }

  private void send(OutputStream out, String series) throws IOException, InterruptedException {
    String sql =
        new GrafanaSql(
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1),
                Duration.ofSeconds(1),
                Map.of("domain", domain, "series", series))
            .expand(forecast.panel("Newest forecast").get("Newest"));
    write(out, "retry: 2000\n\n");
    String known = "";
    boolean away = false;
    int quiet = 0;
    do {
      try {
        ObjectNode newest = queries.columns(sql);
        String state = newest.path("Origin") + "" + newest.path("Model");
        if (away || !state.equals(known)) {
          write(out, "event: forecast\ndata: " + newest + "\n\n");
          known = state;
          quiet = 0;
        } else if (++quiet % ALIVE_EVERY == 0) {
          write(out, "event: alive\ndata: {}\n\n");
        }
        away = false;
      } catch (SQLException e) {
        away = true;
        write(out, "event: away\ndata: {}\n\n");
      }
    } while (!closed.await(1, TimeUnit.SECONDS));
  }

  private static void write(OutputStream out, String event) throws IOException {
    out.write(event.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
