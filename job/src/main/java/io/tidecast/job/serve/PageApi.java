package io.tidecast.job.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What the page asks for, each answered by queries of the dashboard {@code forecast}:
 *
 * <pre>
 * /api/series?search=                          names of series
 * /api/panel?title=&amp;series=&amp;from=&amp;to=          all targets of a panel; times in epoch milliseconds
 *     &amp;origin=  forecast drawn, epoch seconds; 0, the newest, by default
 *     &amp;lead=    fixed lead in steps; 0, none, by default
 * /api/annotation?name=&amp;series=&amp;from=&amp;to=     an annotation
 * </pre>
 */
final class PageApi {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The page draws hourly values or finer ones; no query of it groups by this. */
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final Dashboard forecast = Dashboard.load("forecast");
  private final DashboardQueries queries;
  private final String domain;

  /** Answers for one domain; what others have in the same database is not seen. */
  PageApi(DashboardQueries queries, String domain) {
    this.queries = queries;
    this.domain = domain;
  }

  /**
   * @throws IllegalArgumentException if there is no such question or a parameter is wrong
   * @throws SQLException if the database does not answer
   */
  byte[] answer(String question, Map<String, String> parameters) throws SQLException {
    JsonNode answer =
        switch (question) {
          case "series" -> series(parameters.getOrDefault("search", ""));
          case "panel" -> queries.panel(forecast, required(parameters, "title"), range(parameters));
          case "annotation" -> annotation(parameters);
          default -> throw new IllegalArgumentException("api: no such question: " + question);
        };
    try {
      return MAPPER.writeValueAsBytes(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode series(String search) throws SQLException {
    GrafanaSql range =
        new GrafanaSql(
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(1),
            INTERVAL,
            Map.of("domain", domain, "__searchFilter", literalPattern(search) + "%"));
    return queries.columns(range.expand(forecast.variable("series"))).path("__value");
  }

  /** What is typed is searched for as it is, also where it holds a wildcard. */
  private static String literalPattern(String search) {
    return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
  }

  private JsonNode annotation(Map<String, String> parameters) throws SQLException {
    String sql = forecast.annotation(required(parameters, "name"));
    return queries.columns(range(parameters).expand(sql));
  }

  private GrafanaSql range(Map<String, String> parameters) {
    return new GrafanaSql(
        Instant.ofEpochMilli(number(parameters, "from", 0)),
        Instant.ofEpochMilli(number(parameters, "to", 1)),
        INTERVAL,
        Map.of(
            "domain", domain,
            "series", required(parameters, "series"),
            // inserted without quotes: nothing but a number gets there
            "origin", Long.toString(number(parameters, "origin", 0)),
            "lead", Integer.toString(lead(parameters))));
  }

  private static int lead(Map<String, String> parameters) {
    long lead = number(parameters, "lead", 0);
    if (lead != (int) lead) {
      throw new IllegalArgumentException("lead: " + lead + "; accepted: a number of steps");
    }
    return (int) lead;
  }

  private static String required(Map<String, String> parameters, String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + ": absent; accepted: a name");
    }
    return value;
  }

  private static long number(Map<String, String> parameters, String name, long fallback) {
    String text = parameters.get(name);
    try {
      return text == null ? fallback : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + ": " + text + "; accepted: a whole number", e);
    }
  }
}
