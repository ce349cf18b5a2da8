package io.tidecast.connectors.postgres;

import io.tidecast.connectors.record.Require;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.apache.flink.util.FlinkUserCodeClassLoader;
import org.postgresql.Driver;

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

  private static final Driver DRIVER = driver();

  public PostgresConfig {
    Require.that(
        url.startsWith("jdbc:postgresql:"),
        "postgres.url",
        url,
        "jdbc:postgresql://host:port/database");
    Require.that(!user.isEmpty(), "postgres.user", "empty", "a role name");
  }

  /**
   * Opens a connection of its own for the caller, who closes it. One that does not answer for a
   * minute fails.
   */
  public Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "60");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("reWriteBatchedInserts", "true");
    properties.setProperty("ApplicationName", "tidecast");
    return DRIVER.connect(url, properties);
  }

  /**
   * The driver's class registers itself. What is registered stays as long as the process does, and
   * with it all classes of a job that Flink has loaded by itself into a TaskManager.
   */
  private static Driver driver() {
    try {
      Driver driver = new Driver();
      if (Driver.class.getClassLoader() instanceof FlinkUserCodeClassLoader) {
        Driver.deregister();
      }
      return driver;
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Without passwords, also of the URL: this text ends in logs. */
  @Override
  public String toString() {
    return user + "@" + url.replaceAll("(?i)(password=)[^&]*", "$1***");
  }
}
