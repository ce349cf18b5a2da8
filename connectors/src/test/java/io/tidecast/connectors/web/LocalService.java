package io.tidecast.connectors.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** A web service on this machine, which answers, and fails when told to. */
final class LocalService implements AutoCloseable {
  /** What it does in place of an answer. */
  enum Failure {
    TOO_MANY,
    BANNED,
    BROKEN,
    CUT,
    STALLED,
    NO_JSON,
    OTHER_FORM,
    EMPTY
  }

  private final HttpServer server;
  private final BiFunction<String, Map<String, String>, String> answers;
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private final Queue<String> given = new ConcurrentLinkedQueue<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /**
   * @param answers by path and query; what begins with a digit is a status and its body
   */
  LocalService(BiFunction<String, Map<String, String>, String> answers) throws IOException {
    this.answers = answers;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  void failNext(List<Failure> next) {
    failures.addAll(next);
  }

  /** In place of its own answer. */
  void answerNext(String answer) {
    given.add(answer);
  }

  /** Paths and queries it was asked, failures included. */
  List<String> asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    asked.add(uri.toString());
    Failure failure = failures.poll();
    if (failure != null) {
      fail(exchange, failure);
      return;
    }
    String next = given.poll();
    String answer = next == null ? answers.apply(uri.getPath(), query(uri)) : next;
    boolean refused = Character.isDigit(answer.charAt(0));
    send(
        exchange,
        refused ? Integer.parseInt(answer.substring(0, 3)) : 200,
        refused ? answer.substring(4) : answer);
  }

  private static Map<String, String> query(URI uri) {
    return uri.getQuery() == null
        ? Map.of()
        : Arrays.stream(uri.getQuery().split("&"))
            .map(pair -> pair.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
  }

  private static void fail(HttpExchange exchange, Failure failure) throws IOException {
    switch (failure) {
      case TOO_MANY -> {
        exchange.getResponseHeaders().add("Retry-After", "Sat, 01 Mar 2025 00:00:00 GMT");
        send(exchange, 429, "{\"error\":true,\"reason\":\"limit exceeded\"}");
      }
      case BANNED -> send(exchange, 418, "{\"code\":-1003,\"msg\":\"banned\"}");
      case BROKEN -> send(exchange, 503, "<html>maintenance</html>");
      case CUT -> {
        exchange.sendResponseHeaders(200, 1_000);
        exchange.getResponseBody().write("{\"hourly\":".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        exchange.close();
      }
      case STALLED -> {
        exchange.sendResponseHeaders(200, 1_000);
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
      }
      case NO_JSON -> send(exchange, 200, "{\"hourly\":");
      case OTHER_FORM -> send(exchange, 200, "{\"serverTime\":\"soon\"}");
      case EMPTY -> send(exchange, 200, "");
      default -> throw new IllegalStateException();
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
