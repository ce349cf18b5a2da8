package io.tidecast.job.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tidecast.connectors.postgres.PostgresConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.Map;

/**
 * Runs queries of {@link Dashboard}s and gives their columns as JSON: times in epoch milliseconds,
 * missing values null. Thread safe.
 */
final class DashboardQueries implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int MAX_CONNECTIONS = 6;

  private final HikariDataSource pool;

  /**
   * @param reader a role that may only read
   */
  DashboardQueries(PostgresConfig reader) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(reader.url());
    config.setUsername(reader.user());
    config.setPassword(reader.password());
    config.setReadOnly(true);
    config.setMaximumPoolSize(MAX_CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(5_000);
    config.setInitializationFailTimeout(-1); // the page says itself that the database is away
    config.setPoolName("tidecast-page");
    pool = new HikariDataSource(config);
  }

  /** Every target of a panel: {@code {refId: {column: [values]}}}. */
  ObjectNode panel(Dashboard dashboard, String title, GrafanaSql range) throws SQLException {
    ObjectNode results = MAPPER.createObjectNode();
    for (Map.Entry<String, String> target : dashboard.panel(title).entrySet()) {
      results.set(target.getKey(), columns(range.expand(target.getValue())));
    }
    return results;
  }

  /** Columns of one query: {@code {column: [values]}}. */
  ObjectNode columns(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      ResultSetMetaData meta = rows.getMetaData();
      ObjectNode columns = MAPPER.createObjectNode();
      ArrayNode[] values = new ArrayNode[meta.getColumnCount()];
      for (int i = 0; i < values.length; i++) {
        values[i] = columns.putArray(meta.getColumnLabel(i + 1));
      }
      while (rows.next()) {
        for (int i = 0; i < values.length; i++) {
          values[i].addPOJO(value(rows.getObject(i + 1)));
        }
      }
      return columns;
    }
  }

  private static Object value(Object value) {
    if (value instanceof Timestamp time) {
      return time.getTime();
    }
    return value == null || value instanceof Number ? value : value.toString();
  }

  @Override
  public void close() {
    pool.close();
  }
}
