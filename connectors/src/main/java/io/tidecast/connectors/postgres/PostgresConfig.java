package io.tidecast.connectors.postgres;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * A PostgreSQL database and who connects to it.
 *
 * @param url JDBC URL, {@code jdbc:postgresql://host:port/database}, without credentials
 * @param user role to connect as
 * @param password of that role; may be empty
 */
public record PostgresConfig(String url, String user, String password) implements Serializable {
  /** The role that may only read, made by the schema. */
  public static final String READER = "tidecast_reader";

  public PostgresConfig {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new IllegalArgumentException(
          "postgres.url: " + url + "; accepted: jdbc:postgresql://host:port/database");
    }
    if (user.isEmpty()) {
      throw new IllegalArgumentException("postgres.user: empty; accepted: a role name");
    }
  }

  /** Opens a connection of its own for the caller, who closes it. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(url, user, password);
  }

  /** Without the password: this text ends in logs. */
  @Override
  public String toString() {
    return user + "@" + url;
  }
}
