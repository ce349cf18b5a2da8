package io.tidecast.connectors.postgres;

import java.io.IOException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/**
 * Writes records by upsert, at least once: a batch goes when it is full, when it is 200 ms old, and
 * before every checkpoint, each in one transaction. A batch holds one record per key, as PostgreSQL
 * refuses an insert of many rows that would touch a row twice.
 *
 * <p>While the database is away, writing fails the task, and the job's restart strategy tries again
 * from the last checkpoint: nothing is lost, and what is written twice is the same row.
 *
 * <p>Why not the sink of flink-connector-jdbc 4.0: closing it writes what is buffered once more.
 * With the database away that fails while the task is being cleaned up, which Flink takes for a
 * broken process and ends the task manager, and with it every other job on it.
 *
 * @param <T> record of the table
 */
final class UpsertSink<T> implements Sink<T> {
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
    return new Writer(context.getProcessingTimeService());
  }

  /** All methods, the timer's included, run on the task's own thread. */
  private final class Writer implements SinkWriter<T> {
    private final ProcessingTimeService clock;
    private final Map<Object, T> batch = new LinkedHashMap<>();
    private Connection connection;
    private PreparedStatement statement;

    Writer(ProcessingTimeService clock) {
      this.clock = clock;
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
        connect();
        for (T record : batch.values()) {
          binding.bind(statement, record);
          statement.addBatch();
        }
        statement.executeBatch();
        connection.commit();
      } catch (SQLException e) {
        throw new IOException("cannot write " + batch.size() + " rows to " + config, e);
      }
      batch.clear();
    }

    private void connect() throws SQLException {
      if (connection == null) {
        connection = config.connect();
        connection.setAutoCommit(false);
        statement = connection.prepareStatement(upsert);
      }
    }

    /** Writes nothing: what is buffered is behind the last checkpoint and comes again. */
    @Override
    public void close() throws SQLException {
      if (connection != null) {
        connection.close();
      }
    }
  }
}
