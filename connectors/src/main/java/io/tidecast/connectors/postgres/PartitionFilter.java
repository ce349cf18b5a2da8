package io.tidecast.connectors.postgres;

import io.tidecast.connectors.record.Require;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.FilterFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before a sink to a partitioned table: makes the partition a record needs before the record
 * gets there, and drops the record if its day is out of retention already. Asks the database once
 * per day and task, and says what was dropped.
 *
 * <p>Not thread safe; fails, and with it the task, while the database is away.
 *
 * @param <T> record of the table
 */
public final class PartitionFilter<T> implements FilterFunction<T> {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionFilter.class);

  private final PostgresConfig config;
  private final String table;
  private final Duration retention;
  private final TimeOf<T> timeOf;

  /** Answers by day; not part of any checkpoint, as the database knows them. */
  private transient NavigableMap<LocalDate, Boolean> open;

  /**
   * The moment that decides on the partition.
   *
   * @param <T> record of the table
   */
  @FunctionalInterface
  public interface TimeOf<T> extends Serializable {
    Instant timeOf(T record);
  }

  /**
   * @param table a partitioned table of {@link Schema}
   * @param retention how long partitions are kept, counted back from the newest one or from now,
   *     whichever is earlier; zero: for ever
   */
  public PartitionFilter(
      PostgresConfig config, String table, Duration retention, TimeOf<T> timeOf) {
    Require.that(
        !retention.isNegative(),
        "postgres.retention",
        retention,
        "PT0S (for ever) or a positive duration");
    this.config = config;
    this.table = table;
    this.retention = retention;
    this.timeOf = timeOf;
  }

  @Override
  public boolean filter(T record) throws SQLException {
    Instant time = timeOf.timeOf(record);
    LocalDate day = LocalDate.ofInstant(time, ZoneOffset.UTC);
    if (open == null) {
      open = new TreeMap<>();
    }
    Boolean known = open.get(day);
    if (known == null) {
      if (open.isEmpty() || day.isAfter(open.lastKey())) {
        open.clear(); // a newest day may end the retention of others: ask again for them
      }
      known = openPartition(time);
      open.put(day, known);
      if (!known) {
        LOG.warn("{} of {} is out of the retention of {} and left out", table, day, retention);
      }
    }
    return known;
  }

  private boolean openPartition(Instant time) throws SQLException {
    try (Connection connection = config.connect();
        PreparedStatement call =
            connection.prepareStatement("SELECT open_partition(?, ?, ?::interval)")) {
      call.setString(1, table);
      call.setObject(2, time.atOffset(ZoneOffset.UTC));
      call.setString(3, retention.isZero() ? null : retention.toString());
      try (ResultSet rows = call.executeQuery()) {
        rows.next();
        boolean opened = rows.getBoolean(1);
        for (SQLWarning said = call.getWarnings(); said != null; said = said.getNextWarning()) {
          LOG.info("{}: {}", table, said.getMessage());
        }
        return opened;
      }
    }
  }
}
