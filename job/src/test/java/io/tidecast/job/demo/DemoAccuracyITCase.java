package io.tidecast.job.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.connectors.embedded.EmbeddedPostgres;
import io.tidecast.connectors.feed.Speed;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.connectors.postgres.Schema;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.grafana.DashboardFile;
import io.tidecast.job.serve.GrafanaSql;
import io.tidecast.job.serve.LivePage;
import io.tidecast.job.state.Champions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The summary of a finished demo, the dashboards and the page say the same of it, also where the
 * seasonal naive has served in a model's stead: one stream begins when there is a model already.
 */
class DemoAccuracyITCase {
  /** Up to the end of a period of four hours: errors are published when theirs is over. */
  private static final int STEPS = 1101;

  private static final int LATE_START = 1000;
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  private static final GrafanaSql EVER =
      new GrafanaSql(START, START.plus(Duration.ofDays(366)), Duration.ofMinutes(1), Map.of());

  @TempDir static Path directory;
  private static JsonNode summary;
  private static EmbeddedPostgres postgres;
  private static LivePage page;

  @BeforeAll
  static void runDemo() throws Exception {
    Path work = directory.resolve("work");
    try {
      EmbeddedPostgres.start(work.resolve("postgres")).close();
    } catch (EmbeddedPostgres.CannotStartException e) {
      abort(e.getMessage());
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Demo.Options options =
        new Demo.Options(
            config().withData(data()),
            Champions.NONE,
            Speed.parse("max"),
            true,
            false,
            null,
            work,
            0,
            0);
    new Demo(options, new PrintStream(out), new PrintStream(new ByteArrayOutputStream())).run();
    summary = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    postgres = EmbeddedPostgres.start(work.resolve("postgres"));
    page =
        LivePage.start(
            Schema.allowReader(postgres.owner(), "reads only"), config().job().domain(), 0);
  }

  @AfterAll
  static void stop() {
    if (page != null) {
      page.close();
    }
    if (postgres != null) {
      postgres.close();
    }
  }

  @Test
  void theDashboardOfAllSeriesSaysWhatTheSummarySays() throws Exception {
    JsonNode dashboard = DashboardFile.dashboard("accuracy");
    GrafanaSql variables =
        new GrafanaSql(
            EVER.from(),
            EVER.to(),
            EVER.interval(),
            Map.of("domain", config().job().domain(), "variable", "load"));
    try (Connection connection = postgres.owner().connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(variables.expand(sql(dashboard, "All series")))) {
      assertTrue(row.next());
      assertSame(summary.path("mae").asDouble(), row.getDouble("MAE"));
      assertSame(summary.path("naiveMae").asDouble(), row.getDouble("Seasonal naive MAE"));
      assertEquals(summary.path("scored").asLong(), row.getLong("Targets"));
    }
  }

  @Test
  void thePageSaysOfEachSeriesWhatAddsUpToTheSummary() throws Exception {
    double error = 0;
    double naive = 0;
    long targets = 0;
    for (String series : List.of("early/load", "late/load")) {
      JsonNode total = livePage("Live accuracy", series).path("Total");
      JsonNode byLead = livePage("Numbers by lead", series).path("Numbers");
      assertSame(total.at("/MAE/0").asDouble(), weightedMae(byLead), 1e-6); // arrays are floats

      targets += total.at("/Targets/0").asLong();
      error += total.at("/MAE/0").asDouble() * total.at("/Targets/0").asLong();
      naive += total.at("/Seasonal naive MAE/0").asDouble() * total.at("/Targets/0").asLong();
    }

    assertEquals(summary.path("scored").asLong(), targets);
    assertSame(summary.path("mae").asDouble(), error / targets);
    assertSame(summary.path("naiveMae").asDouble(), naive / targets);
  }

  @Test
  void everyForecastSinceAModelFirstServedIsScored() throws Exception {
    String since = "'" + summary.path("scoredFrom").asText() + "'";
    long pairs =
        number(
            "SELECT count(*) FROM forecast_point p JOIN observation o USING (series, time)"
                + " WHERE p.origin >= "
                + since);

    assertEquals(pairs, summary.path("scored").asLong());
    assertTrue(
        number("SELECT count(*) FROM forecast WHERE quality = 'naive' AND origin >= " + since) > 0,
        "the seasonal naive has served beside the model");
    assertEquals(
        summary.path("forecasts").asLong(), number("SELECT count(*) FROM forecast"), "all stored");
  }

  private static double weightedMae(JsonNode byLead) {
    double error = 0;
    double targets = 0;
    for (int i = 0; i < byLead.path("Lead").size(); i++) {
      error += byLead.at("/MAE/" + i).asDouble() * byLead.at("/Targets/" + i).asLong();
      targets += byLead.at("/Targets/" + i).asLong();
    }
    return error / targets;
  }

  private static void assertSame(double expected, double actual) {
    assertSame(expected, actual, 1e-9);
  }

  private static void assertSame(double expected, double actual, double relative) {
    assertTrue(expected > 0);
    assertEquals(expected, actual, relative * expected);
  }

  private static String sql(JsonNode dashboard, String title) {
    for (JsonNode panel : dashboard.path("panels")) {
      if (panel.path("title").asText().equals(title)) {
        return panel.at("/targets/0/rawSql").asText();
      }
    }
    throw new AssertionError("no panel " + title);
  }

  private static JsonNode livePage(String title, String series) throws Exception {
    String query =
        "api/panel?title=%s&series=%s&from=%d&to=%d"
            .formatted(
                URLEncoder.encode(title, StandardCharsets.UTF_8),
                URLEncoder.encode(series, StandardCharsets.UTF_8),
                EVER.from().toEpochMilli(),
                EVER.to().toEpochMilli());
    HttpRequest request = HttpRequest.newBuilder(page.uri().resolve(query)).build();
    String body =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return new ObjectMapper().readTree(body);
  }

  private static long number(String sql) throws Exception {
    PostgresConfig owner = postgres.owner();
    try (Connection connection = owner.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertTrue(row.next());
      return row.getLong(1);
    }
  }

  private static ConfigFile config() throws Exception {
    return ConfigFile.read(
        Files.writeString(
            directory.resolve("demo.yaml"),
            """
            domain: demo
            kafka: {partitions: 1}
            series: {step: PT1H, season: PT24H, targets: [load], history: 48}
            forecast: {horizon: 6, evaluationPeriod: PT4H}
            model: {cell: none}
            retrain: {epoch: P5D, lead: PT6H, every: P10D, minimumHistory: 600, window: 24}
            postgres: {retention: PT0S}
            feed:
              type: file
              time: {column: time, format: rfc3339}
              stream: stream
              values: {load: load}
            """));
  }

  private static Path data() throws Exception {
    Random noise = new Random(7);
    List<String> lines = new ArrayList<>(List.of("time,stream,load"));
    for (int step = 0; step < STEPS; step++) {
      for (String stream : step < LATE_START ? List.of("early") : List.of("early", "late")) {
        double load = 20 + 5 * Math.sin(step * Math.PI / 12) + noise.nextGaussian();
        Instant time = START.plus(Duration.ofHours(step));
        lines.add(String.format(Locale.ROOT, "%s,%s,%.3f", time, stream, load));
      }
    }
    return Files.write(directory.resolve("load.csv"), lines);
  }
}
