package io.tidecast.connectors.postgres;

import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;
import org.postgresql.util.PSQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records by upsert, at least once: a batch goes when it is full, when it is 200 ms old, and
 * before every checkpoint, each in one transaction. A batch holds one record per key, as PostgreSQL
 * refuses an insert of many rows that would touch a row twice.
 *
 * <p>A connection that has gone (a server restarted, a proxy that cuts idle connections) is
 * replaced at once, and the batch goes again. While the database stays away, writing fails the
 * task, and the job's restart strategy tries again from the last checkpoint: nothing is lost, and
 * what is written twice is the same row.
 *
 * <p>A row that PostgreSQL refuses for what it holds would be refused for ever: it is logged,
 * counted in {@code numRecordsSendErrors} and left out, and the rest of its batch is written.
 *
 * <p>Why not the sink of flink-connector-jdbc 4.0: closing it writes what is buffered once more.
 * With the database away that fails while the task is being cleaned up, which Flink takes for a
 * broken process and ends the task manager, and with it every other job on it.
 *
 * @param <T> record of the table
 */
final class UpsertSink<T> implements Sink<T> {
  private static final Logger LOG = LoggerFactory.getLogger(UpsertSink.class);
  private static final int MAX_BATCH = 1000;
  private static final long MAX_AGE_MILLIS = 200;

  private final PostgresConfig config;
  private final String upsert;
  private final Binding<T> binding;
  private final KeyOf<T> keyOf;
  private final Choice<T> choice;

  /**
   * Sets the parameters of the upsert.
   *
   * @param <T> record of the table
   */
  @FunctionalInterface
  interface Binding<T> extends Serializable {
    void bind(PreparedStatement upsert, T record) throws SQLException;
  }

  /**
   * The primary key, by value.
   *
   * @param <T> record of the table
   */
  @FunctionalInterface
  interface KeyOf<T> extends Serializable {
    Object keyOf(T record);
  }

  /**
   * Which of two records with one key is written; the second came later.
   *
   * @param <T> record of the table
   */
  @FunctionalInterface
  interface Choice<T> extends Serializable {
    T choose(T first, T second);
  }

  UpsertSink(
      PostgresConfig config, String upsert, Binding<T> binding, KeyOf<T> keyOf, Choice<T> choice) {
    this.config = config;
    this.upsert = upsert;
    this.binding = binding;
    this.keyOf = keyOf;
    this.choice = choice;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    return new Writer(
        context.getProcessingTimeService(), context.metricGroup().getNumRecordsSendErrorsCounter());
  }

  /** All methods, the timer's included, run on the task's own thread. */
  private final class Writer implements SinkWriter<T> {
    private final ProcessingTimeService clock;
    private final Counter refused;
    private final Map<Object, T> batch = new LinkedHashMap<>();
    private Connection connection;
    private PreparedStatement statement;

    Writer(ProcessingTimeService clock, Counter refused) {
      this.clock = clock;
      this.refused = refused;
    }

    @Override
    public void write(T record, Context context) throws IOException {
      if (batch.isEmpty()) {
        clock.registerTimer(clock.getCurrentProcessingTime() + MAX_AGE_MILLIS, t -> flush(false));
      }
      batch.merge(keyOf.keyOf(record), record, choice::choose);
      if (batch.size() >= MAX_BATCH) {
        flush(false);
      }
    }

    @Override
    public void flush(boolean endOfInput) throws IOException {
      if (batch.isEmpty()) {
        return;
      }
      try {
        writeWhatIsAccepted(batch.values());
      } catch (SQLException e) {
        throw new IOException("cannot write " + batch.size() + " rows to " + config, e);
      }
      batch.clear();
    }

    private void writeWhatIsAccepted(Collection<T> records) throws SQLException {
      try {
        writeOnAnyConnection(records);
      } catch (SQLException e) {
        if (!isOfTheRow(e)) {
          throw e;
        }
        connection.rollback();
        if (records.size() > 1) {
          for (T record : records) {
            writeWhatIsAccepted(List.of(record));
          }
        } else {
          refused.inc();
          LOG.warn("left out a row that {} refuses: {}", config, refusal(e).orElseThrow());
        }
      }
    }

    private void writeOnAnyConnection(Collection<T> records) throws SQLException {
      try {
        write(records);
      } catch (SQLException e) {
        boolean wasConnected = connection != null;
        if (!wasConnected || isOfTheRow(e)) {
          throw e;
        }
        LOG.info("{} has closed a connection, which is replaced: {}", config, e.getMessage());
        close();
        write(records);
      }
    }

    private void write(Collection<T> records) throws SQLException {
      if (connection == null) {
        connection = config.connect();
        connection.setAutoCommit(false);
        statement = connection.prepareStatement(upsert);
      }
      statement.clearBatch();
      for (T record : records) {
        binding.bind(statement, record);
        statement.addBatch();
      }
      statement.executeBatch();
      connection.commit();
    }

    /**
     * Writes nothing: what is buffered is behind the last checkpoint and comes again. Never throws,
     * as Flink takes that for a broken process.
     */
    @Override
    public void close() {
      Connection closing = connection;
      connection = null;
      if (closing != null) {
        try {
          closing.close();
        } catch (SQLException e) {
          LOG.debug("closing a connection to {}", config, e);
        }
      }
    }
  }

  private static boolean isOfTheRow(SQLException thrown) {
    return refusal(thrown).isPresent();
  }

  /** Classes 22 and 23 of the SQL standard, from the server: data it refuses, constraints. */
  private static Optional<String> refusal(SQLException thrown) {
    for (SQLException e = thrown; e != null; e = e.getNextException()) {
      if (e instanceof PSQLException server
          && server.getServerErrorMessage() != null
          && server.getSQLState().matches("2[23].*")) {
        return Optional.of(server.getServerErrorMessage().getMessage());
      }
    }
    return Optional.empty();
  }
}
