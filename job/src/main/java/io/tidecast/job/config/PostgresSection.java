package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;

import io.tidecast.connectors.postgres.PostgresConfig;
import java.time.Duration;

/**
 * The database of dashboards and live page: {@code store} writes to it.
 *
 * @param url default jdbc:postgresql://127.0.0.1:5432/tidecast
 * @param user role that owns the tables (default tidecast)
 * @param password of that role; as an environment variable, {@code ${NAME}} (default none)
 * @param readerPassword with which {@code tidecast_reader} may log in; none: it may not (default)
 * @param retention partitions older than the newest by more than this are dropped; PT0S: never
 *     (default P90D)
 */
public record PostgresSection(
    String url, String user, String password, String readerPassword, Duration retention) {
  static final PostgresSection DEFAULT = new PostgresSection(null, null, null, null, null);

  public PostgresSection {
    url = requireNonNullElse(url, "jdbc:postgresql://127.0.0.1:5432/tidecast");
    user = requireNonNullElse(user, "tidecast");
    password = requireNonNullElse(password, "");
    readerPassword = requireNonNullElse(readerPassword, "");
    retention = requireNonNullElse(retention, Duration.ofDays(90));
    new PostgresConfig(url, user, password); // refuses what it cannot connect to
    that(
        retention.isZero() || retention.compareTo(Duration.ofDays(1)) >= 0,
        "retention",
        retention,
        "PT0S, or a partition's day, P1D, or longer");
  }

  public PostgresConfig owner() {
    return new PostgresConfig(url, user, password);
  }

  public PostgresConfig reader() {
    return new PostgresConfig(url, PostgresConfig.READER, readerPassword);
  }

  /** Without the passwords. */
  @Override
  public String toString() {
    return "PostgresSection[" + owner() + ", retention=" + retention + "]";
  }
}
