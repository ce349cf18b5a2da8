package io.tidecast.connectors.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebRequestsTest {
  private static final WebRequests.Retry RETRY =
      new WebRequests.Retry(6_000, 10, Duration.ofMillis(1));

  @Test
  void answerThatNeverEndsIsAskedForAgain() throws IOException {
    try (LocalService service = new LocalService((path, query) -> "{\"a\":1}");
        WebRequests web = new WebRequests(RETRY, Duration.ofMillis(500))) {
      service.failNext(List.of(LocalService.Failure.STALLED));

      assertEquals(1, web.get(service.at("/"), answer -> true).path("a").asInt());
    }
  }

  @Test
  void pauseUntilAMomentIsThatOfTheServicesClock() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    long[] asked = new long[20];
    int[] count = {0};
    server.createContext(
        "/",
        exchange -> {
          asked[count[0]++] = System.nanoTime();
          boolean isFirst = count[0] == 1;
          String later =
              ZonedDateTime.now(ZoneOffset.UTC)
                  .plusSeconds(2)
                  .format(DateTimeFormatter.RFC_1123_DATE_TIME);
          if (isFirst) {
            exchange.getResponseHeaders().add("Retry-After", later);
          }
          byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(isFirst ? 429 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try (WebRequests web = new WebRequests(RETRY)) {
      web.get(URI.create("http://127.0.0.1:" + server.getAddress().getPort()), answer -> true);

      Duration waited = Duration.ofNanos(asked[1] - asked[0]);
      assertTrue(waited.compareTo(Duration.ofSeconds(1)) >= 0, waited::toString);
    } finally {
      server.stop(0);
    }
  }
}
