package io.tidecast.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

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
   * @return whether the database had no tables before
   */
  public static boolean migrate(PostgresConfig owner, String domain) {
    Flyway flyway = flyway(owner, domain);
    List<String> others = ofOtherBuilds(flyway.info());
    if (!others.isEmpty()) {
      throw new IllegalStateException(owner + ": " + others.get(0));
    }
    return flyway.migrate().initialSchemaVersion == null;
  }

  /**
   * The same, and the reading role may log in with a password if there is one; waits for a database
   * that does not answer, for as long as that takes, also for one that goes away meanwhile.
   *
   * @param readerPassword may be empty
   * @param say is told what is waited for
   * @return whether the database had no tables before
   * @throws IllegalStateException if the database refuses
   */
  public static boolean migrateWhenThere(
      PostgresConfig owner, String domain, String readerPassword, Consumer<String> say)
      throws InterruptedException {
    AtomicBoolean isNew = new AtomicBoolean();
    Outage.outlast(
        owner,
        () -> {
          if (migrate(owner, domain)) {
            isNew.set(true);
          }
          if (!readerPassword.isEmpty()) {
            allowReader(owner, readerPassword);
          }
        },
        say);
    return isNew.get();
  }

  private static Flyway flyway(PostgresConfig owner, String domain) {
    return Flyway.configure()
        .dataSource(owner.url(), owner.user(), owner.password())
        .placeholders(Map.of("domain", domain))
        .locations("classpath:io/tidecast/connectors/postgres")
        .group(true) // in one transaction: a database has all of it or nothing
        .load();
  }

  /**
   * A database as it is.
   *
   * @param found what is there, and what {@code store} would make of it
   * @param wrong what it cannot work with; empty if nothing
   */
  public record Finding(String found, List<String> wrong) {}

  /**
   * Looks at a database and changes nothing.
   *
   * @throws SQLException if it cannot be reached, or not as this role
   */
  public static Finding look(PostgresConfig owner, String domain) throws SQLException {
    List<String> wrong = new ArrayList<>();
    try (Connection connection = owner.connect();
        Statement statement = connection.createStatement();
        ResultSet may =
            statement.executeQuery(
                "SELECT has_schema_privilege(current_schema(), 'CREATE'),"
                    + " rolcreaterole OR rolsuper OR EXISTS (SELECT FROM pg_roles WHERE rolname = '"
                    + PostgresConfig.READER
                    + "') FROM pg_roles WHERE rolname = current_user")) {
      may.next();
      if (!may.getBoolean(1)) {
        wrong.add(owner.user() + " may not create tables in it");
      }
      if (!may.getBoolean(2)) {
        wrong.add(owner.user() + " may not create the role " + PostgresConfig.READER);
      }
    }
    MigrationInfoService versions = flyway(owner, domain).info();
    wrong.addAll(ofOtherBuilds(versions));
    return new Finding(found(versions), List.copyOf(wrong));
  }

  private static List<String> ofOtherBuilds(MigrationInfoService versions) {
    return Arrays.stream(versions.applied())
        .filter(applied -> applied.getState() != MigrationState.SUCCESS)
        .map(
            applied ->
                "version %s is %s; accepted: those of this build"
                    .formatted(applied.getVersion(), applied.getState().getDisplayName()))
        .toList();
  }

  private static String found(MigrationInfoService versions) {
    MigrationInfo[] pending = versions.pending();
    String now =
        versions.current() == null ? "no tables yet" : "schema " + versions.current().getVersion();
    return pending.length == 0
        ? now
        : now + "; store would bring it to " + pending[pending.length - 1].getVersion();
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
