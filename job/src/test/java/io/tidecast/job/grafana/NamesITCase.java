package io.tidecast.job.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.job.grafana.DashboardFile.Query;
import io.tidecast.job.serve.LivePage;
import io.tidecast.job.store.StoreEnvironment;
import io.tidecast.job.store.TopicData;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Names of streams and variables are users' data: whatever one holds, it is stored, shown and
 * found.
 */
class NamesITCase {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.HOURS);
  private static final TopicData DATA = new TopicData(1, NOW, 100, 24);

  private static final List<String> STREAMS =
      List.of(
          "it's",
          "a \"quoted\" one",
          "north/hall 3/pump",
          "100 % \\ _ ; -- /* */ #?&=+",
          "$__timeFrom() $__timeFilter(time) $series ${series} [[series]]",
          "' OR series <> '",
          "<b>&amp;</b> {{ $labels }}",
          "北京-気温 Ærø ümlaut",
          "🌊🌡️",
          "x".repeat(199)); // and the number of a station

  private static final List<String> VARIABLES =
      List.of(
          TopicData.VARIABLE,
          "PM2.5 (ug)",
          "it's",
          "50 % of \"in\"",
          "$series ${lead}",
          "気温",
          "🌡️",
          "\\ <b>",
          "y".repeat(200));

  @TempDir static Path directory;
  private static StoreEnvironment environment;
  private static LivePage page;

  /** Each stream's name with one of a variable, and the longest with the longest. */
  static List<TopicData> series() {
    List<TopicData> series = new ArrayList<>();
    for (int i = 0; i < STREAMS.size(); i++) {
      series.add(DATA.named(STREAMS.get(i), VARIABLES.get(Math.min(i, VARIABLES.size() - 1))));
    }
    return series;
  }

  @BeforeAll
  static void store() throws Exception {
    environment = StoreEnvironment.start(directory);
    for (TopicData named : series()) {
      named.publish(environment.kafka());
    }
    environment.startJob();
    environment.await("SELECT count(*) FROM forecast", series().size() * 100L);
    environment.await("SELECT count(*) FROM observation", series().size() * 100L);
    environment.await(
        "SELECT count(*) FROM evaluation", (long) series().size() * DATA.evaluations().size());
    environment.leaveOneAwaited();
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

  @ParameterizedTest
  @MethodSource("series")
  void everyQueryOfEveryDashboardGivesRowsForIt(TopicData named) throws Exception {
    ContractCheck check = new ContractCheck(environment.reader(), NOW, variables(named));
    List<Query> queries = new ArrayList<>();
    for (String dashboard : List.of("forecast", "accuracy", "models")) {
      JsonNode file = DashboardFile.dashboard(dashboard);
      queries.addAll(DashboardFile.annotations(file));
      queries.addAll(DashboardFile.variables(file));
      file.path("panels").forEach(panel -> queries.addAll(DashboardFile.queries(panel)));
    }

    assertEquals(List.of(), check.queries(queries));
    assertTrue(queries.size() > 20, queries::toString);
  }

  @ParameterizedTest
  @MethodSource("series")
  void thePageFindsAndDrawsItAndNoOther(TopicData named) throws Exception {
    String series = named.series(0);

    List<String> found = new ArrayList<>();
    json("api/series?search=" + encoded(series)).forEach(each -> found.add(each.asText()));
    assertEquals(List.of(series), found);
    JsonNode drawn =
        json("api/panel?title=Forecast&from=0&to=4102444800000&series=" + encoded(series));
    assertEquals(100, drawn.at("/Observed/time").size());
    assertEquals(24, drawn.at("/Chosen/time").size());
    URI events = page.uri().resolve("events?series=" + encoded(series));
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(events.toURL().openStream(), StandardCharsets.UTF_8))) {
      String line = lines.readLine();
      while (!line.startsWith("data: ")) {
        line = lines.readLine();
      }
      assertFalse(line.contains("\"Origin\":[]"), line);
    }
  }

  @Test
  void aNameOfAnotherDomainIsNotSeen() throws Exception {
    try (LivePage other = LivePage.start(environment.reader(), "other", 0)) {
      HttpRequest request =
          HttpRequest.newBuilder(other.uri().resolve("api/series?search=")).build();
      assertEquals(
          "[]",
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
  }

  private static Map<String, String> variables(TopicData named) {
    return Map.of(
        "domain",
        environment.kafka().domain(),
        "series",
        named.series(0),
        "variable",
        named.variable(),
        "group",
        named.group(),
        "origin",
        "0",
        "lead",
        "3",
        "__searchFilter",
        "%");
  }

  private static JsonNode json(String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(page.uri().resolve(path)).build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(200, answer.statusCode(), answer.body());
    return new ObjectMapper().readTree(answer.body());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
