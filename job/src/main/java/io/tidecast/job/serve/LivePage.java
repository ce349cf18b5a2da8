package io.tidecast.job.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidecast.connectors.postgres.PostgresConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live page: a web server of the JDK that draws one domain of any Tidecast database, with the
 * queries of the Grafana dashboards. It only reads.
 *
 * <p>Who may see it: whoever reaches its address, so it listens on the loopback interface unless it
 * is told otherwise. A request whose {@code Host} is not the page's own is refused, so that no
 * foreign site can read it through a visitor's browser; the page itself may load nothing from
 * elsewhere (Content-Security-Policy).
 */
public final class LivePage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LivePage.class);
  private static final String POLICY =
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  private static final String ECHARTS = "/META-INF/resources/_static/echarts/6.0.0/dist/";

  /** Everything that is served as it is: path, class path resource, content type. */
  private static final Map<String, StaticFile> FILES =
      Map.of(
          "/", new StaticFile("page/index.html", "text/html; charset=utf-8"),
          "/page.js", new StaticFile("page/page.js", "text/javascript; charset=utf-8"),
          "/picker.js", new StaticFile("page/picker.js", "text/javascript; charset=utf-8"),
          "/charts.js", new StaticFile("page/charts.js", "text/javascript; charset=utf-8"),
          "/page.css", new StaticFile("page/page.css", "text/css; charset=utf-8"),
          "/icon.svg", new StaticFile("page/icon.svg", "image/svg+xml"),
          "/echarts.min.js",
              new StaticFile(ECHARTS + "echarts.min.js", "text/javascript; charset=utf-8"));

  private record StaticFile(String resource, String type) {}

  static {
    // head and body of a response are two packets: without it the second waits 40 ms for the
    // acknowledgement of the first
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(LivePage::daemon);
  private final DashboardQueries queries;
  private final PageApi api;
  private final SeriesEvents events;
  private final Set<String> hosts;

  private LivePage(HttpServer server, PostgresConfig reader, String domain, Set<String> hosts) {
    this.server = server;
    this.hosts = hosts;
    queries = new DashboardQueries(reader);
    api = new PageApi(queries, domain);
    events = new SeriesEvents(queries, domain);
  }

  /** Starts on the loopback interface. */
  public static LivePage start(PostgresConfig reader, String domain, int port) throws IOException {
    return start(reader, domain, InetAddress.getLoopbackAddress(), port, Set.of());
  }

  /**
   * Starts and returns when it serves.
   *
   * @param reader the database, as a role that may only read
   * @param domain whose series are shown
   * @param address interface to listen on
   * @param port 0 for any free one
   * @param names host names people reach it by, beside {@code localhost} and the address itself
   */
  public static LivePage start(
      PostgresConfig reader, String domain, InetAddress address, int port, Set<String> names)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
    LivePage page = new LivePage(server, reader, domain, hosts(server.getAddress(), names));
    server.setExecutor(page.threads);
    server.createContext("/", page::answer);
    server.start();
    return page;
  }

  private static Set<String> hosts(InetSocketAddress address, Set<String> names) {
    Set<String> hosts = new HashSet<>(names);
    hosts.addAll(List.of("localhost", "127.0.0.1", "[::1]"));
    hosts.add(address.getAddress().getHostAddress());
    return Set.copyOf(hosts);
  }

  public URI uri() {
    String host = server.getAddress().getAddress().isLoopbackAddress() ? "127.0.0.1" : "localhost";
    return URI.create("http://" + host + ":" + server.getAddress().getPort() + "/");
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      protect(exchange);
      if (!ownHost(exchange)) {
        text(exchange, 403, "unknown host");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        text(exchange, 405, "only GET");
      } else {
        route(exchange);
      }
    }
  }

  private static void protect(HttpExchange exchange) {
    exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
  }

  private boolean ownHost(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    return host != null && hosts.contains(host.replaceFirst(":\\d+$", ""));
  }

  private void route(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    StaticFile file = FILES.get(path);
    if (file != null) {
      send(exchange, file);
    } else if (path.equals("/events")) {
      events.stream(exchange, parameters(exchange).getOrDefault("series", ""));
    } else if (path.startsWith("/api/")) {
      query(exchange, path.substring("/api/".length()));
    } else {
      text(exchange, 404, "no such page");
    }
  }

  private void query(HttpExchange exchange, String name) throws IOException {
    try {
      byte[] json = api.answer(name, parameters(exchange));
      respond(exchange, 200, "application/json", json);
    } catch (IllegalArgumentException e) {
      text(exchange, 400, e.getMessage());
    } catch (SQLException e) {
      if (isDataException(e)) {
        text(exchange, 400, e.getMessage());
      } else {
        LOG.warn("query {} failed: {}", name, e.getMessage());
        text(exchange, 503, "the database does not answer");
      }
    }
  }

  /** A time, number or name that PostgreSQL cannot hold is the question's fault. */
  private static boolean isDataException(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("22");
  }

  private static void send(HttpExchange exchange, StaticFile file) throws IOException {
    try (InputStream bytes = LivePage.class.getResourceAsStream(file.resource())) {
      respond(exchange, 200, file.type(), bytes.readAllBytes());
    }
  }

  private static void text(HttpExchange exchange, int status, String text) throws IOException {
    respond(exchange, status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void respond(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  private static Map<String, String> parameters(HttpExchange exchange) {
    Map<String, String> parameters = new HashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    for (String pair : query == null ? new String[0] : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "tidecast-page");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    events.close();
    server.stop(0);
    threads.shutdownNow();
    queries.close();
  }
}
