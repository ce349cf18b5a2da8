package io.tidecast.job.grafana;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.postgres.PostgresConfig;
import io.tidecast.job.grafana.DashboardFile.Query;
import io.tidecast.job.serve.GrafanaSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What holds between the dashboards and what they show; each method gives the breaches it found.
 */
final class ContractCheck {
  private static final Set<Integer> NUMBERS =
      Set.of(Types.INTEGER, Types.BIGINT, Types.REAL, Types.DOUBLE, Types.NUMERIC, Types.SMALLINT);

  private static final Pattern SCAN =
      Pattern.compile("Seq Scan on (\\w+).*\\(cost=[\\d.]+\\.\\.([\\d.]+)");
  private static final double COST_OF_A_FEW_PAGES = 20;

  private final PostgresConfig reader;
  private final Instant now;
  private final Map<String, String> variables;

  ContractCheck(PostgresConfig reader, Instant now, Map<String, String> variables) {
    this.reader = reader;
    this.now = now;
    this.variables = variables;
  }

  /** The queries run over five minutes, three days and a year, and over the year give rows. */
  List<String> queries(List<Query> queries) throws SQLException {
    List<String> breaches = new ArrayList<>();
    try (Connection connection = reader.connect()) {
      for (Query query : queries) {
        run(connection, query, range(Duration.ofMinutes(5), Duration.ZERO), false, breaches);
        run(connection, query, range(Duration.ofDays(2), Duration.ofDays(1)), false, breaches);
        run(connection, query, range(Duration.ofDays(365), Duration.ofDays(1)), true, breaches);
      }
    }
    return breaches;
  }

  /** What a panel names (overrides, the lower end of a band, the x axis) is a column of it. */
  List<String> names(JsonNode panel) throws SQLException {
    Set<String> columns = columns(panel);
    List<String> breaches = new ArrayList<>();
    String title = panel.path("title").asText();
    for (JsonNode override : panel.at("/fieldConfig/overrides")) {
      String wanted = override.at("/matcher/options").asText();
      if (!matches(override.at("/matcher/id").asText(), wanted, columns)) {
        breaches.add(title + ": override of " + wanted + ", columns " + columns);
      }
      for (JsonNode property : override.path("properties")) {
        String lower = property.path("value").asText();
        if (property.path("id").asText().equals("custom.fillBelowTo") && !columns.contains(lower)) {
          breaches.add(title + ": fillBelowTo " + lower + ", columns " + columns);
        }
      }
    }
    JsonNode x = panel.at("/options/xField");
    if (!x.isMissingNode() && !columns.contains(x.asText())) {
      breaches.add(title + ": xField " + x.asText() + ", columns " + columns);
    }
    return breaches;
  }

  /** Metrics that no job exports. */
  static List<String> metrics(List<String> expressions, Set<String> exported) {
    List<String> breaches = new ArrayList<>();
    for (String expression : expressions) {
      Matcher names = Pattern.compile("\\bflink_\\w+").matcher(expression);
      boolean any = false;
      while (names.find()) {
        any = true;
        if (!exported.contains(names.group())) {
          breaches.add(names.group() + " is not exported: " + expression);
        }
      }
      if (!any) {
        breaches.add("no metric in: " + expression);
      }
    }
    return breaches;
  }

  /** Sequential scans in the plan, but for tables so small that an index would only cost. */
  List<String> scans(Query query, Pattern table) throws SQLException {
    String plan = "EXPLAIN " + range(Duration.ofDays(2), Duration.ofDays(1)).expand(query.sql());
    List<String> breaches = new ArrayList<>();
    try (Connection connection = reader.connect();
        Statement statement = connection.createStatement();
        ResultSet lines = statement.executeQuery(plan)) {
      while (lines.next()) {
        Matcher scan = SCAN.matcher(lines.getString(1));
        if (scan.find()
            && table.matcher(scan.group(1)).matches()
            && Double.parseDouble(scan.group(2)) > COST_OF_A_FEW_PAGES) {
          breaches.add(query.place() + ": " + lines.getString(1).strip());
        }
      }
    }
    return breaches;
  }

  private static void run(
      Connection connection,
      Query query,
      GrafanaSql range,
      boolean hasRows,
      List<String> breaches) {
    String sql;
    try {
      sql = range.expand(query.sql());
    } catch (IllegalArgumentException e) {
      breaches.add(query.place() + ": " + e.getMessage());
      return;
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      if (query.timeSeries()) {
        checkColumns(query, rows.getMetaData(), breaches);
      }
      int count = checkOrder(query, rows, breaches);
      if (hasRows && count == 0) {
        breaches.add(query.place() + ": no rows from " + range.from() + " to " + range.to());
      }
    } catch (SQLException e) {
      breaches.add(query.place() + ": " + e.getMessage());
    }
  }

  private static void checkColumns(Query query, ResultSetMetaData meta, List<String> breaches)
      throws SQLException {
    if (!meta.getColumnLabel(1).equals("time")) {
      breaches.add(query.place() + ": first column is " + meta.getColumnLabel(1) + ", not time");
    }
    for (int i = 2; i <= meta.getColumnCount(); i++) {
      boolean label = meta.getColumnLabel(i).equals("metric");
      if (!label && !NUMBERS.contains(meta.getColumnType(i))) {
        breaches.add(query.place() + ": column " + meta.getColumnLabel(i) + " is no number");
      }
    }
  }

  private static int checkOrder(Query query, ResultSet rows, List<String> breaches)
      throws SQLException {
    double last = Double.NEGATIVE_INFINITY;
    int count = 0;
    while (rows.next()) {
      count++;
      if (query.timeSeries()) {
        double time = time(rows.getObject(1));
        if (time < last) {
          breaches.add(query.place() + ": not sorted by time");
          return count;
        }
        last = time;
      }
    }
    return count;
  }

  private static double time(Object value) {
    return value instanceof Timestamp timestamp
        ? timestamp.getTime() / 1000.0
        : ((Number) value).doubleValue();
  }

  private Set<String> columns(JsonNode panel) throws SQLException {
    Set<String> columns = new HashSet<>();
    GrafanaSql range = range(Duration.ofDays(2), Duration.ofDays(1));
    try (Connection connection = reader.connect();
        Statement statement = connection.createStatement()) {
      for (Query query : DashboardFile.queries(panel)) {
        try (ResultSet rows = statement.executeQuery(range.expand(query.sql()))) {
          for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            columns.add(rows.getMetaData().getColumnLabel(i));
          }
        }
      }
    }
    return columns;
  }

  private static boolean matches(String matcher, String wanted, Set<String> columns) {
    if (matcher.equals("byName")) {
      return columns.contains(wanted);
    }
    Pattern pattern = Pattern.compile(wanted.replaceAll("^/|/$", ""));
    return columns.stream().anyMatch(column -> pattern.matcher(column).find());
  }

  private GrafanaSql range(Duration back, Duration ahead) {
    return new GrafanaSql(now.minus(back), now.plus(ahead), Duration.ofMinutes(5), variables);
  }
}
