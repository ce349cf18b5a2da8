package io.tidecast.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.flywaydb.core.Flyway;

/**
 * The tables, views and roles of the database, kept by Flyway: the SQL files beside this class are
 * their only definition.
 */
public final class Schema {
  private Schema() {}

  /**
   * Brings a database to the newest version; one that is there already is left alone.
   *
   * @param owner a role that may create tables and roles
   * @param domain that rows belong to which were written before rows had one
   */
  public static void migrate(PostgresConfig owner, String domain) {
    Flyway.configure()
        .dataSource(owner.url(), owner.user(), owner.password())
        .placeholders(Map.of("domain", domain))
        .locations("classpath:io/tidecast/connectors/postgres")
        .load()
        .migrate();
  }

  /**
   * Lets the reading role log in with this password.
   *
   * @return how to connect as that role
   */
  public static PostgresConfig allowReader(PostgresConfig owner, String password) {
    try (Connection connection = owner.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(alterReader(connection, password));
    } catch (SQLException e) {
      throw new IllegalStateException("cannot let " + PostgresConfig.READER + " log in", e);
    }
    return new PostgresConfig(owner.url(), PostgresConfig.READER, password);
  }

  /** ALTER ROLE takes no parameters: the server itself quotes the literal. */
  private static String alterReader(Connection connection, String password) throws SQLException {
    try (PreparedStatement quote =
        connection.prepareStatement("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', ?, ?)")) {
      quote.setString(1, PostgresConfig.READER);
      quote.setString(2, password);
      try (ResultSet rows = quote.executeQuery()) {
        rows.next();
        return rows.getString(1);
      }
    }
  }
}
