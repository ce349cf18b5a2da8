package io.tidecast.job.store;

import io.tidecast.connectors.postgres.PostgresConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What lies in a database, as its owner sees it. */
public record StoredRows(PostgresConfig owner) {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** Waits until a query gives this number. */
  public void await(String sql, long expected) throws SQLException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long found = number(sql);
    while (found != expected) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(sql + ": " + found + ", expected " + expected);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      found = number(sql);
    }
  }

  /** Waits until a query, also one that the database does not answer yet, gives a larger number. */
  public long awaitMore(String sql, long than) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long found = numberOrNone(sql);
    while (found <= than) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(sql + ": " + found + ", expected more than " + than);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      found = numberOrNone(sql);
    }
    return found;
  }

  private long numberOrNone(String sql) {
    try {
      return number(sql);
    } catch (SQLException noTableOrNoDatabase) {
      return -1;
    }
  }

  public long number(String sql) throws SQLException {
    return Long.parseLong(rows(sql).get(0));
  }

  /** The rows of a query as the owner, columns separated by a bar. */
  public List<String> rows(String sql) throws SQLException {
    try (Connection connection = owner.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> lines = new ArrayList<>();
      while (rows.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          cells.add(rows.getString(i));
        }
        lines.add(String.join("|", cells));
      }
      return lines;
    }
  }
}
