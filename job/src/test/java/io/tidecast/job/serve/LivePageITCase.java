package io.tidecast.job.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.job.store.StoreEnvironment;
import io.tidecast.job.store.TopicData;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;

class LivePageITCase {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.HOURS);
  private static final TopicData DATA = new TopicData(12, NOW, 96, 24);

  /** Nobody has to think of what a page, an address or a query does with a name. */
  private static final TopicData ODD =
      new TopicData(1, NOW, 96, 24)
          .named("north/<i>hall</i> 3's \"pump\" 100 % \\ &amp; 北 🌊 #", "PM2.5 (ug)")
          .above(1.7e9);

  @TempDir static Path directory;
  private static StoreEnvironment environment;
  private static LivePage page;

  @BeforeAll
  static void serve() throws Exception {
    environment = StoreEnvironment.start(directory);
    DATA.publish(environment.kafka());
    ODD.publish(environment.kafka());
    environment.startJob();
    environment.await(DATA, ODD);
    page = LivePage.start(environment.reader(), environment.kafka().domain(), 0);
  }

  @AfterAll
  static void stop() throws Exception {
    if (page != null) {
      page.close();
    }
    if (environment != null) {
      environment.close();
    }
  }

  @Test
  void aPersonPicksASeriesChangesTheRangeAndSeesARetrainMarker() throws Exception {
    try (Browser browser = browser()) {
      browser.open(page.uri() + "?theme=dark", 1400, 1250);
      browser.await("a first forecast", () -> points(browser) > 0);
      browser.await("live", () -> status(browser).equals("live"));

      browser.find("body").sendKeys("/");
      browser.find("#search").sendKeys("s11");
      browser.await("one match", () -> browser.findAll("#matches li").size() == 1);
      browser.find("#search").sendKeys(Keys.ENTER);
      browser.await("the series", () -> browser.url().contains("S11"));
      browser.await("its numbers", () -> browser.findAll("#table tr").size() == 25);
      assertTrue(browser.find("#forecast-title").getText().contains("S11"));
      int before = points(browser);

      browser.findAll("#ranges button").get(2).click();
      browser.await("more points", () -> points(browser) > before);
      browser.await("two retrainings", () -> attribute(browser, "data-markers").equals("2"));
      assertTrue(browser.url().contains("back=604800"), browser.url());
      browser.await("both anomalies", () -> attribute(browser, "data-anomalies").equals("2"));
      browser.await("its decisions", () -> browser.findAll("#decisions tr").size() == 4);

      browser.find("#theme").click();
      assertEquals("light", browser.script("return document.documentElement.dataset.theme"));
      browser.assertQuietConsole();
    }
  }

  @Test
  void aSeriesOfAnyNameIsFoundDrawnAndComesBackWithTheAddress() throws Exception {
    String series = ODD.series(0);
    try (Browser browser = browser()) {
      browser.open(page.uri().toString(), 1400, 1250);
      browser.await("a first forecast", () -> points(browser) > 0);

      browser.find("body").sendKeys("/");
      browser.find("#search").sendKeys("</i> 3's \"pump\" 100 %");
      browser.await("one match", () -> browser.findAll("#matches li").size() == 1);
      assertEquals(series, browser.find("#matches li").getText());
      browser.find("#search").sendKeys(Keys.ENTER);
      browser.await("its numbers", () -> shows(browser, series));

      browser.open("about:blank", 1400, 1250);
      browser.open(page.uri() + "?series=" + encoded(series), 1400, 1250);
      browser.await("the same by its address", () -> shows(browser, series));
      browser.assertQuietConsole();
    }
  }

  private static boolean shows(Browser browser, String series) {
    return browser.find("#forecast-title").getText().contains(series)
        && browser.findAll("#table tr").size() == 25
        && points(browser) > 0;
  }

  @Test
  void seriesThatAreAwaitedOrWhoseClockIsOffAreNamed() throws Exception {
    TopicData like = new TopicData(1, NOW, 96, 3);
    TopicData.publish(environment.kafka(), named("silent/temperature", like.forecast(0, 80)));
    TopicData.publish(environment.kafka(), named("slow/temperature", like.forecast(0, 90)));
    TopicData.publish(environment.kafka(), named("fast/temperature", like.forecast(0, 98)));
    environment.await("SELECT count(*) FROM series WHERE stream IN ('silent', 'slow', 'fast')", 3);
    try (Connection connection = environment.owner().connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "UPDATE forecast_latest SET written = origin WHERE series = 'silent/temperature'");
    }
    try (Browser browser = browser()) {
      browser.open(page.uri() + "?series=S1%2Ftemperature", 1400, 2200);
      browser.await("who is awaited", () -> browser.findAll("#awaited tr").size() == 4);

      String said = browser.find("#awaited").getText();
      browser.picture("page-awaited");
      assertTrue(said.matches("(?s).*silent/temperature .* 1[56] h awaiting.*"), said);
      assertTrue(said.matches("(?s).*slow/temperature .* [56] h clock behind.*"), said);
      assertTrue(said.matches("(?s).*fast/temperature .* [23] h ahead clock ahead.*"), said);
      browser.findAll("#awaited button").get(0).click();
      browser.await("the series", () -> browser.url().contains("silent"));
      browser.assertQuietConsole();
    }
  }

  @Test
  void dragZoomsAndEscapeResets() throws Exception {
    try (Browser browser = browser()) {
      browser.open(page.uri().toString(), 1400, 1250);
      browser.await("a first forecast", () -> points(browser) > 0);

      browser.drag("#forecast", -200, 100);
      browser.await("a zoomed range in the URL", () -> browser.url().contains("from="));
      browser.find("#forecast").sendKeys(Keys.ESCAPE);
      browser.await("the quick range again", () -> !browser.url().contains("from="));
      browser.assertQuietConsole();
    }
  }

  @Test
  void theNowLineIsThePresentAndMovesOn() throws Exception {
    try (Browser browser = browser()) {
      browser.open(page.uri().toString(), 1400, 1250);
      browser.await("a first forecast", () -> points(browser) > 0);

      long first = nowLine(browser);
      assertTrue(Math.abs(first - System.currentTimeMillis()) < 30_000, first + ", not now");
      browser.await("the line to move", () -> nowLine(browser) > first);
      browser.assertQuietConsole();
    }
  }

  @Test
  void stateIsInTheAddress() throws Exception {
    try (Browser browser = browser()) {
      String state = "?series=S3%2Ftemperature&theme=light&back=21600&lead=6";
      browser.open(page.uri() + state, 390, 844);
      browser.await("six hours", () -> points(browser) == 7);

      assertEquals("6", browser.find("#lead").getAttribute("value"));
      assertEquals("light", browser.script("return document.documentElement.dataset.theme"));
      assertEquals("true", browser.findAll("#ranges button").get(0).getAttribute("aria-pressed"));
      assertEquals(
          true,
          browser.script("return document.documentElement.scrollWidth <= window.innerWidth"),
          "nothing is wider than a phone");
      browser.assertQuietConsole();
    }
  }

  @Test
  void picturesForAPerson() throws Exception {
    try (Browser browser = browser()) {
      String series = "?series=S1%2Ftemperature&back=172800";
      for (String theme : List.of("dark", "light")) {
        browser.open(page.uri() + series + "&theme=" + theme, 1400, 1250);
        browser.await("numbers", () -> browser.findAll("#table tr").size() == 25);
        browser.picture("page-" + theme);
      }
      browser.open(page.uri() + series + "&theme=dark", 390, 844);
      browser.await("numbers", () -> browser.findAll("#table tr").size() == 25);
      browser.picture("page-phone");
      browser.assertQuietConsole();
    }
  }

  @Test
  void liveAccuracyIsThatOfTheModelsEvaluationRecords() throws Exception {
    String series = DATA.series(2);
    List<EvaluationRecord> records =
        DATA.evaluations().stream()
            .filter(e -> e.series().equals(series) && !e.model().isEmpty())
            .toList();
    double error = records.stream().flatMapToDouble(e -> Arrays.stream(e.absoluteError())).sum();
    double count = records.stream().flatMapToInt(e -> Arrays.stream(e.count())).sum();

    JsonNode total = panel("Live accuracy", series).path("Total");

    assertEquals(error / count, total.at("/MAE/0").asDouble(), 1e-9);
    assertEquals((long) count, total.at("/Targets/0").asLong());
  }

  @Test
  void aSeriesThatStandsHighIsToldInFull() throws Exception {
    JsonNode medians = panel("Forecast", ODD.series(0)).at("/Chosen/Median");

    assertEquals(24, medians.size());
    assertEquals(ODD.forecast(0, 95).quantile(3, 24), medians.path(23).asDouble(), 0.01);
  }

  @Test
  void aNewForecastIsAnEvent() throws Exception {
    String series = "new/temperature";
    URI uri = page.uri().resolve("events?series=" + encoded(series));
    try (BufferedReader events =
        new BufferedReader(
            new InputStreamReader(uri.toURL().openStream(), StandardCharsets.UTF_8))) {
      assertTrue(awaitData(events).path("Origin").isEmpty(), "nothing is known of it yet");

      TopicData.publish(
          environment.kafka(), named(series, new TopicData(1, NOW, 4, 3).forecast(0, 3)));

      JsonNode forecast = awaitData(events);
      assertEquals(NOW.toEpochMilli(), forecast.at("/Origin/0").asLong());
      assertEquals(3, forecast.at("/Horizon/0").asInt());
    }
  }

  @Test
  void foreignHostsAndOtherMethodsAreRefused() throws Exception {
    assertTrue(raw("GET / HTTP/1.1\r\nHost: evil.example\r\n").startsWith("HTTP/1.1 403"));
    assertTrue(raw("GET / HTTP/1.1\r\nHost: localhost\r\n").startsWith("HTTP/1.1 200"));
    assertTrue(raw("POST / HTTP/1.1\r\nHost: localhost\r\n").startsWith("HTTP/1.1 405"));
    assertTrue(raw("GET /nothing HTTP/1.1\r\nHost: localhost\r\n").startsWith("HTTP/1.1 404"));
  }

  @Test
  void everythingComesFromThePageItself() throws Exception {
    HttpResponse<String> index = get("");
    String policy = index.headers().firstValue("Content-Security-Policy").orElseThrow();

    assertTrue(policy.contains("default-src 'self'"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    for (String path : List.of("page.js", "picker.js", "charts.js", "page.css", "icon.svg")) {
      HttpResponse<String> file = get(path);
      assertEquals(200, file.statusCode(), path);
      assertFalse(
          file.body().replace("http://www.w3.org/2000/svg", "").matches("(?s).*https?://.*"), path);
    }
  }

  @Test
  void whatIsAskedWronglyIsRefusedByName() throws Exception {
    HttpResponse<String> unquoted =
        get("api/panel?title=Forecast&series=a&from=0&to=1&origin=" + encoded("0) OR (1=1"));
    HttpResponse<String> unknown = get("api/panel?title=Nothing&series=a&from=0&to=1");
    HttpResponse<String> quoted =
        get("api/panel?title=Forecast&from=0&to=1&series=" + encoded("' OR series <> '"));

    assertEquals(400, unquoted.statusCode());
    assertTrue(unquoted.body().contains("origin"), unquoted.body());
    assertEquals(400, unknown.statusCode());
    assertEquals(200, quoted.statusCode());
    assertEquals(
        0, new ObjectMapper().readTree(quoted.body()).at("/Observed/time").size(), quoted.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "title=Forecast&series=a&from=0&to=9223372036854775807",
        "title=Forecast&series=a&from=-9223372036854775808&to=1",
        "title=Forecast&series=a&from=0&to=1&origin=9223372036854775807",
        "title=Forecast&series=a&from=0&to=1&lead=9223372036854775807",
        "title=Forecast&series=%00&from=0&to=1"
      })
  void whatNoDatabaseHoldsIsNoOutageOfIt(String question) throws Exception {
    HttpResponse<String> refused = get("api/panel?" + question);

    assertEquals(400, refused.statusCode(), refused.body());
  }

  @Test
  void searchTakesWildcardsAsTheyAreTyped() throws Exception {
    assertEquals(3, series("S1").size(), "S1, S10 and S11");
    assertEquals(0, series("S_").size());
    assertNotEquals(0, series("TEMPER").size(), "whatever the case");
  }

  private static Browser browser() {
    return Browser.start()
        .orElseGet(() -> abort("no chromium and chromedriver on the PATH: install them to test"));
  }

  private static int points(Browser browser) {
    String points = attribute(browser, "data-points");
    return points == null ? 0 : Integer.parseInt(points);
  }

  private static long nowLine(Browser browser) {
    return (Long)
        browser.script(
            "const chart = echarts.getInstanceByDom(document.getElementById('forecast'));"
                + "const observed = chart.getOption().series.find((s) => s.name === 'Observed');"
                + "return observed.markLine.data.find((line) => line.name === 'now').xAxis;");
  }

  private static String attribute(Browser browser, String name) {
    return browser.find("#forecast").getAttribute(name);
  }

  private static String status(Browser browser) {
    return browser.find("#status").getAttribute("data-state");
  }

  private static JsonNode series(String search) throws Exception {
    return new ObjectMapper().readTree(get("api/series?search=" + encoded(search)).body());
  }

  private static JsonNode panel(String title, String series) throws Exception {
    String query =
        "api/panel?title="
            + encoded(title)
            + "&series="
            + encoded(series)
            + "&from=0&to="
            + NOW.plusSeconds(1).toEpochMilli();
    return new ObjectMapper().readTree(get(query).body());
  }

  private static HttpResponse<String> get(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(page.uri().resolve(path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** By hand, as Java's client sets the host itself. */
  private static String raw(String head) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", page.uri().getPort());
        OutputStream out = socket.getOutputStream()) {
      out.write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonNode awaitData(BufferedReader events) throws Exception {
    String line = events.readLine();
    while (!line.startsWith("data: {\"")) {
      line = events.readLine();
    }
    return new ObjectMapper().readTree(line.substring("data: ".length()));
  }

  private static ForecastRecord named(String series, ForecastRecord like) {
    return new ForecastRecord(
        series,
        like.origin(),
        like.step(),
        like.horizon(),
        like.levels(),
        like.quantiles(),
        like.model(),
        like.quality());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
