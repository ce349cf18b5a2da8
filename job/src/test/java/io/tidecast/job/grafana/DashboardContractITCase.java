package io.tidecast.job.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.job.grafana.DashboardFile.Query;
import io.tidecast.job.serve.GrafanaSql;
import io.tidecast.job.store.StoreEnvironment;
import io.tidecast.job.store.TopicData;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every query of dashboards and alerts, on a database the store job has written, as the reader. */
class DashboardContractITCase {
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.HOURS);
  private static final TopicData DATA = new TopicData(3, NOW, 100, 24);
  private static final TopicData COUNTER =
      new TopicData(1, NOW, 100, 24).named("C", "counter").above(1.7e9);

  @TempDir static Path directory;
  private static StoreEnvironment environment;
  private static ContractCheck check;

  @BeforeAll
  static void store() throws Exception {
    environment = StoreEnvironment.start(directory);
    DATA.publish(environment.kafka());
    COUNTER.publish(environment.kafka());
    environment.startJob();
    environment.await(DATA, COUNTER);
    environment.leaveOneAwaited();
    write("INSERT INTO alert_limit VALUES ('" + TopicData.VARIABLE + "', -5, 20, 'test')");
    write(
        "INSERT INTO forecast_latest (series, origin, step, levels, quantiles, model, quality,"
            + " domain, written) SELECT 'awaited/temperature', origin - interval '1 day', step,"
            + " levels, quantiles, model, quality, domain, written - interval '1 day'"
            + " FROM forecast_latest LIMIT 1");
    check =
        new ContractCheck(
            environment.reader(),
            NOW,
            Map.of(
                "domain",
                environment.kafka().domain(),
                "series",
                DATA.series(1),
                "variable",
                TopicData.VARIABLE,
                "group",
                TopicData.VARIABLE,
                "origin",
                "0",
                "lead",
                "3",
                "__searchFilter",
                "S%"));
  }

  @AfterAll
  static void stop() throws Exception {
    if (environment != null) {
      environment.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"forecast", "accuracy", "models"})
  void everyQueryRunsAndGivesWhatItsPanelNames(String name) throws Exception {
    JsonNode dashboard = DashboardFile.dashboard(name);
    List<Query> queries = new ArrayList<>(DashboardFile.annotations(dashboard));
    queries.addAll(DashboardFile.variables(dashboard));
    List<String> breaches = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      queries.addAll(DashboardFile.queries(panel));
      breaches.addAll(check.names(panel));
    }
    breaches.addAll(check.queries(queries));

    assertEquals(List.of(), breaches);
    assertFalse(queries.isEmpty());
  }

  @Test
  void everyAlertQueryRunsAndGivesASeries() throws Exception {
    List<Query> alerts = DashboardFile.alerts(DashboardFile.alertRules());

    assertEquals(List.of(), check.queries(alerts));
    assertEquals(7, alerts.size());
    assertTrue(alerts.stream().allMatch(Query::timeSeries), "Grafana takes no tables in alerts");
  }

  @Test
  void groupsThatFailThreeTimesInARowOrHaveNoDecisionForTwoEpochsAreAlarmedOf() throws Exception {
    decisions("failing", "kept", "failed", "failed", "not-triggered", "failed");
    decisions("recovering", "failed", "failed", "kept", "failed", "failed");
    decisions("silent", "kept", "kept");
    write(
        "UPDATE model_event SET boundary = boundary - interval '2 hours 1 minute'"
            + " WHERE model_group = 'silent'");
    latestForecast("silent", "1 minute");
    decisions("replayed", "kept", "kept");
    write(
        "UPDATE model_event SET boundary = boundary - interval '1 year' WHERE model_group = 'replayed'");
    latestForecast("replayed", "1 year");

    assertEquals(List.of("failing"), alarmed("Trainings fail"));
    assertEquals(List.of("silent"), alarmed("A group has no decision"));
    write("DELETE FROM model_event WHERE domain = 'alarms'");
    write("DELETE FROM forecast_latest WHERE domain = 'alarms'");
  }

  /** Written now, from an origin that lies so far back. */
  private static void latestForecast(String group, String back) throws SQLException {
    write(
        "INSERT INTO forecast_latest (domain, series, origin, step, levels, quantiles, model,"
            + " quality) VALUES ('alarms', 'a/%s', now() - interval '%s', '1 hour', '{0.5}',"
                .formatted(group, back)
            + " '{{1}}', '%s-1-01234567', 'model')".formatted(group));
  }

  /** An hour apart, the last of them now. */
  private static void decisions(String group, String... decisions) throws SQLException {
    for (int i = 0; i < decisions.length; i++) {
      write(
          "INSERT INTO model_event (domain, model_group, boundary, valid_from, decision, version,"
              + " parent, reason, windows, series) VALUES ('alarms', '%s', now() - interval '%d"
                  .formatted(group, decisions.length - 1 - i)
              + " hours', now(), '%s', '', '', '', 1, 1)".formatted(decisions[i]));
    }
  }

  private static List<String> alarmed(String title) throws Exception {
    JsonNode rule = rule(title);
    double limit = rule.at("/data/2/model/conditions/0/evaluator/params/0").asDouble();
    List<String> alarmed = new ArrayList<>();
    metrics(rule)
        .forEach(
            (metric, value) -> {
              if (metric.startsWith("alarms: ") && value > limit) {
                alarmed.add(metric.substring("alarms: ".length()));
              }
            });
    return alarmed;
  }

  private static JsonNode rule(String title) throws Exception {
    for (JsonNode rule : DashboardFile.alertRules()) {
      if (rule.path("title").asText().equals(title)) {
        return rule;
      }
    }
    throw new AssertionError("no alert " + title);
  }

  private static Map<String, Double> metrics(JsonNode rule) throws SQLException {
    Map<String, Double> metrics = new TreeMap<>();
    try (Connection connection = environment.reader().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(rule.at("/data/0/model/rawSql").asText())) {
      while (rows.next()) {
        metrics.put(rows.getString(2), rows.getDouble(3));
      }
    }
    return metrics;
  }

  @Test
  void aCounterIsDrawnInFull() throws Exception {
    ForecastRecord newest = COUNTER.forecast(0, 99);
    List<Double> medians = counter("Forecast", "Chosen");
    List<Double> ahead = counter("Forecast", "FixedLead");
    List<Double> residuals = counter("Residuals", "Residuals");

    assertEquals(24, medians.size());
    for (int lead = 1; lead <= 24; lead++) {
      assertEquals(newest.quantile(3, lead), medians.get(lead - 1), 0.01);
    }
    assertEquals(newest.quantile(3, 3), ahead.get(ahead.size() - 1), 0.01);
    assertEquals(
        COUNTER.value(0, 99) - COUNTER.forecast(0, 96).quantile(3, 3),
        residuals.get(residuals.size() - 1),
        0.01);
  }

  /** The numbers of a query's second column. */
  private static List<Double> counter(String title, String refId) throws Exception {
    Map<String, String> variables =
        Map.of(
            "domain",
            environment.kafka().domain(),
            "series",
            COUNTER.series(0),
            "origin",
            "0",
            "lead",
            "3");
    GrafanaSql range =
        new GrafanaSql(
            NOW.minusSeconds(86_400), NOW.plusSeconds(86_400), Duration.ofMinutes(5), variables);
    String sql =
        DashboardFile.queries(panel(DashboardFile.dashboard("forecast"), title)).stream()
            .filter(query -> query.place().endsWith(" " + refId))
            .map(Query::sql)
            .findFirst()
            .orElseThrow();
    List<Double> numbers = new ArrayList<>();
    try (Connection connection = environment.reader().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(range.expand(sql))) {
      while (rows.next()) {
        numbers.add(rows.getDouble(2));
      }
    }
    return numbers;
  }

  @Test
  void aCounterIsHeldToLimitsInFull() throws Exception {
    write("INSERT INTO alert_limit VALUES ('counter', 1700000000, 1700000015, 'test')");

    double beyond = metrics(rule("Forecast crosses a limit")).get("test: " + COUNTER.series(0));

    // the cycle goes up to 18 above the base
    assertEquals(3, beyond, 0.01);
    write("DELETE FROM alert_limit WHERE variable = 'counter'");
  }

  @Test
  void aPastForecastIsDrawnFromItsOrigin() throws Exception {
    JsonNode panel = panel(DashboardFile.dashboard("forecast"), "Forecast");
    ContractCheck past =
        new ContractCheck(
            environment.reader(),
            NOW,
            Map.of(
                "domain", environment.kafka().domain(),
                "series", DATA.series(0),
                "origin", Long.toString(DATA.time(50).getEpochSecond()),
                "lead", "0"));
    List<Query> chosen =
        DashboardFile.queries(panel).stream().filter(q -> q.place().endsWith("Chosen")).toList();

    assertEquals(List.of(), past.queries(chosen));
    assertEquals(1, chosen.size());
  }

  @Test
  void noQueryReadsAllOfTheHistory() throws Exception {
    write(
        "SELECT open_partition('forecast', d, NULL), open_partition('observation', d, NULL)"
            + " FROM generate_series(now() - interval '100 days', now(), '1 day') d");
    write(
        "INSERT INTO forecast SELECT 'H' || s || '/temperature', h, 'PT1H', '{0.05,0.5,0.95}',"
            + " '{{1,2},{2,3},{3,4}}', '', 'naive', 'test' FROM generate_series(date_trunc('hour', now())"
            + " - interval '83 days', now() - interval '1 hour', '1 hour') h,"
            + " generate_series(1, 505) s");
    write(
        "INSERT INTO observation SELECT 'H' || s || '/temperature', h, 1, 'test' FROM generate_series("
            + "date_trunc('hour', now()) - interval '83 days', now(), '1 hour') h,"
            + " generate_series(1, 505) s");
    write("ANALYZE");
    assertTrue(environment.number("SELECT count(*) FROM forecast") > 1_000_000);

    List<String> breaches = new ArrayList<>();
    Pattern history = Pattern.compile("(forecast|observation)(_\\d+)?");
    for (String name : List.of("forecast", "accuracy", "models")) {
      JsonNode dashboard = DashboardFile.dashboard(name);
      List<Query> queries = new ArrayList<>(DashboardFile.annotations(dashboard));
      queries.addAll(DashboardFile.variables(dashboard));
      for (JsonNode panel : dashboard.path("panels")) {
        queries.addAll(DashboardFile.queries(panel));
      }
      for (Query query : queries) {
        breaches.addAll(check.scans(query, history));
      }
    }
    for (Query query : DashboardFile.alerts(DashboardFile.alertRules())) {
      breaches.addAll(check.scans(query, history));
    }
    assertEquals(List.of(), breaches);
    assertFalse(
        check.scans(new Query("all", "SELECT count(*) FROM forecast", false), history).isEmpty(),
        "a scan of the history is found");
  }

  @Test
  void everyMetricIsExportedByTheRealJob() throws Exception {
    Set<String> exported = ReportedMetrics.ofRealJob(directory.resolve("metrics"));
    List<String> expressions =
        new ArrayList<>(DashboardFile.promQl(DashboardFile.dashboard("pipeline")));
    expressions.addAll(DashboardFile.promQl(DashboardFile.alertRules()));

    assertEquals(List.of(), ContractCheck.metrics(expressions, exported));
    assertEquals(
        1,
        ContractCheck.metrics(
                List.of("rate(flink_taskmanager_job_task_operator_tidecast_observation[5m])"),
                exported)
            .size(),
        "a misspelt metric is found");
  }

  @Test
  void aMisspeltColumnIsFound() throws Exception {
    JsonNode panel = misspelt("Forecast", "lower_90 AS", "lower_09 AS");

    assertBreach(check.queries(DashboardFile.queries(panel)), "lower_09");
  }

  @Test
  void aMisspeltOverrideIsFound() throws Exception {
    JsonNode panel = misspelt("Forecast", "\"options\":\"Median\"", "\"options\":\"Meadian\"");

    assertBreach(check.names(panel), "override of Meadian");
  }

  @Test
  void aMisspeltLowerEndOfABandIsFound() throws Exception {
    JsonNode panel = misspelt("Forecast", "\"value\":\"Lower 90%\"", "\"value\":\"Lower 90 %\"");

    assertBreach(check.names(panel), "fillBelowTo Lower 90 %");
  }

  @Test
  void aMisspeltMacroIsFound() throws Exception {
    JsonNode panel = misspelt("Forecast", "$__timeFilter(time)", "$__timeFliter(time)");

    assertBreach(check.queries(DashboardFile.queries(panel)), "$__timeFliter");
  }

  private static void assertBreach(List<String> breaches, String text) {
    assertTrue(breaches.stream().anyMatch(b -> b.contains(text)), breaches::toString);
  }

  private static JsonNode misspelt(String title, String right, String wrong) throws Exception {
    String text = panel(DashboardFile.dashboard("forecast"), title).toString();
    assertTrue(text.contains(right), right);
    return new ObjectMapper().readTree(text.replace(right, wrong));
  }

  private static JsonNode panel(JsonNode dashboard, String title) {
    for (JsonNode panel : dashboard.path("panels")) {
      if (panel.path("title").asText().equals(title)) {
        return panel;
      }
    }
    throw new AssertionError("no panel " + title);
  }

  private static void write(String sql) throws SQLException {
    try (Connection connection = environment.owner().connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
