package io.tidecast.connectors.postgres;

import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import java.io.Serializable;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.sink2.Sink;

/**
 * Sinks to the tables of {@link Schema}, at least once: after a failure the records since the last
 * checkpoint are written again. Every row has a key of its own ((domain, series, origin) for a
 * forecast) and is written by an upsert, so a repeat changes nothing, and the tables end up equal
 * to the topics. Rows of other domains are never touched.
 *
 * <p>See {@link UpsertSink} for what happens while the database is away.
 *
 * @param config the database, as the role that owns its tables
 * @param domain of all rows written
 */
public record PostgresSinks(PostgresConfig config, String domain) implements Serializable {

  /** Values of observations. */
  public Sink<ObservedValue> observations() {
    return new UpsertSink<>(
        config,
        """
        INSERT INTO observation (domain, series, time, value) VALUES (?, ?, ?, ?)
        ON CONFLICT (domain, series, time) DO UPDATE SET value = excluded.value
        """,
        (statement, observed) -> {
          statement.setString(1, domain);
          statement.setString(2, observed.series());
          statement.setObject(3, timestamp(observed.time()));
          statement.setDouble(4, observed.value());
        },
        observed -> List.of(observed.series(), observed.time()),
        newer());
  }

  /** Every forecast. */
  public Sink<ForecastRecord> forecasts() {
    return new UpsertSink<>(
        config,
        """
        INSERT INTO forecast
          (domain, series, origin, step, levels, quantiles, model, quality, targets, base)
        VALUES (?, ?, ?, ?::interval, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (domain, series, origin) DO UPDATE SET
          step = excluded.step, levels = excluded.levels, quantiles = excluded.quantiles,
          model = excluded.model, quality = excluded.quality, targets = excluded.targets,
          base = excluded.base
        """,
        this::bind,
        forecast -> List.of(forecast.series(), forecast.origin()),
        newer());
  }

  /** The newest forecast of each series; an older one never replaces a newer. */
  public Sink<ForecastRecord> latestForecasts() {
    return new UpsertSink<>(
        config,
        """
        INSERT INTO forecast_latest AS present
          (domain, series, origin, step, levels, quantiles, model, quality, targets, base)
        VALUES (?, ?, ?, ?::interval, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (domain, series) DO UPDATE SET
          origin = excluded.origin, step = excluded.step, levels = excluded.levels,
          quantiles = excluded.quantiles, model = excluded.model, quality = excluded.quality,
          targets = excluded.targets, base = excluded.base, written = excluded.written
        WHERE excluded.origin >= present.origin
        """,
        this::bind,
        ForecastRecord::series,
        (first, second) -> second.origin().isBefore(first.origin()) ? first : second);
  }

  /** Errors of past forecasts. */
  public Sink<EvaluationRecord> evaluations() {
    return new UpsertSink<>(
        config,
        """
        INSERT INTO evaluation
          (domain, series, time, model, period, step, levels, total_count, total_absolute_error,
          total_pinball, total_inside, total_naive_absolute_error, total_naive_pinball,
          total_persistence_absolute_error, count, absolute_error, squared_error, pinball, inside,
          width, naive_absolute_error, naive_pinball, persistence_absolute_error,
          total_absolute_target, absolute_target)
        VALUES (?, ?, ?, ?, ?::interval, ?::interval, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
          ?, ?, ?)
        ON CONFLICT (domain, series, time, model) DO UPDATE SET
          period = excluded.period, step = excluded.step, levels = excluded.levels,
          total_count = excluded.total_count,
          total_absolute_error = excluded.total_absolute_error,
          total_pinball = excluded.total_pinball, total_inside = excluded.total_inside,
          total_naive_absolute_error = excluded.total_naive_absolute_error,
          total_naive_pinball = excluded.total_naive_pinball,
          total_persistence_absolute_error = excluded.total_persistence_absolute_error,
          count = excluded.count, absolute_error = excluded.absolute_error,
          squared_error = excluded.squared_error, pinball = excluded.pinball,
          inside = excluded.inside, width = excluded.width,
          naive_absolute_error = excluded.naive_absolute_error,
          naive_pinball = excluded.naive_pinball,
          persistence_absolute_error = excluded.persistence_absolute_error,
          total_absolute_target = excluded.total_absolute_target,
          absolute_target = excluded.absolute_target
        """,
        this::bind,
        evaluation -> List.of(evaluation.series(), evaluation.time(), evaluation.model()),
        newer());
  }

  /** What was not to be expected, as it is known at last. */
  public Sink<AnomalyRecord> anomalies() {
    return new UpsertSink<>(
        config,
        """
        INSERT INTO anomaly
          (domain, series, time, value, lower, median, upper, score, direction, run, cause)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (domain, series, time) DO UPDATE SET
          value = excluded.value, lower = excluded.lower, median = excluded.median,
          upper = excluded.upper, score = excluded.score, direction = excluded.direction,
          run = excluded.run, cause = excluded.cause
        """,
        this::bind,
        anomaly -> List.of(anomaly.series(), anomaly.time()),
        newer());
  }

  /** Decisions of the retraining. */
  public Sink<ModelRecord> modelEvents() {
    return new UpsertSink<>(
        config,
        """
        INSERT INTO model_event
          (domain, model_group, boundary, valid_from, decision, version, parent, reason, windows, series,
          pinball, champion_pinball, naive_pinball, data_from, data_to, observed, left_out, seconds)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (domain, model_group, boundary) DO UPDATE SET
          valid_from = excluded.valid_from, decision = excluded.decision,
          version = excluded.version, parent = excluded.parent, reason = excluded.reason,
          windows = excluded.windows, series = excluded.series, pinball = excluded.pinball,
          champion_pinball = excluded.champion_pinball, naive_pinball = excluded.naive_pinball,
          data_from = excluded.data_from, data_to = excluded.data_to, observed = excluded.observed,
          left_out = excluded.left_out, seconds = excluded.seconds
        """,
        this::bind,
        decision -> List.of(decision.group(), decision.boundary()),
        newer());
  }

  /** Of two records with one key the one that came later. */
  private static <T> UpsertSink.Choice<T> newer() {
    return (first, second) -> second;
  }

  private void bind(PreparedStatement statement, ForecastRecord forecast) throws SQLException {
    statement.setString(1, domain);
    statement.setString(2, forecast.series());
    statement.setObject(3, timestamp(forecast.origin()));
    statement.setString(4, interval(forecast.step()));
    statement.setObject(5, doubles(forecast.levels()));
    statement.setObject(6, forecast.quantiles());
    statement.setString(7, forecast.model());
    statement.setString(8, forecast.quality());
    statement.setArray(9, times(statement, forecast.targets()));
    statement.setDouble(10, forecast.base());
  }

  private void bind(PreparedStatement statement, EvaluationRecord evaluation) throws SQLException {
    statement.setString(1, domain);
    statement.setString(2, evaluation.series());
    statement.setObject(3, timestamp(evaluation.time()));
    statement.setString(4, evaluation.model());
    statement.setString(5, interval(evaluation.period()));
    statement.setString(6, interval(evaluation.step()));
    statement.setObject(7, doubles(evaluation.levels()));
    statement.setLong(8, IntStream.of(evaluation.count()).asLongStream().sum());
    statement.setDouble(9, sum(evaluation.absoluteError()));
    statement.setDouble(10, sum(evaluation.pinball()));
    statement.setObject(11, sums(evaluation.inside()));
    statement.setDouble(12, sum(evaluation.naiveAbsoluteError()));
    statement.setDouble(13, sum(evaluation.naivePinball()));
    statement.setDouble(14, sum(evaluation.persistenceAbsoluteError()));
    statement.setObject(15, evaluation.count());
    statement.setObject(16, floats(evaluation.absoluteError()));
    statement.setObject(17, floats(evaluation.squaredError()));
    statement.setObject(18, floats(evaluation.pinball()));
    statement.setObject(19, floats(evaluation.inside()));
    statement.setObject(20, floats(evaluation.width()));
    statement.setObject(21, floats(evaluation.naiveAbsoluteError()));
    statement.setObject(22, floats(evaluation.naivePinball()));
    statement.setObject(23, floats(evaluation.persistenceAbsoluteError()));
    boolean isUnknown = evaluation.absoluteTarget().length == 0;
    statement.setObject(24, isUnknown ? null : sum(evaluation.absoluteTarget()), Types.DOUBLE);
    statement.setObject(25, isUnknown ? null : floats(evaluation.absoluteTarget()), Types.ARRAY);
  }

  private void bind(PreparedStatement statement, AnomalyRecord anomaly) throws SQLException {
    statement.setString(1, domain);
    statement.setString(2, anomaly.series());
    statement.setObject(3, timestamp(anomaly.time()));
    statement.setDouble(4, anomaly.value());
    statement.setObject(5, anomaly.lower(), Types.DOUBLE);
    statement.setObject(6, anomaly.median(), Types.DOUBLE);
    statement.setObject(7, anomaly.upper(), Types.DOUBLE);
    statement.setDouble(8, anomaly.score());
    statement.setString(9, anomaly.direction());
    statement.setInt(10, anomaly.run());
    statement.setString(11, anomaly.cause());
  }

  private void bind(PreparedStatement statement, ModelRecord decision) throws SQLException {
    statement.setString(1, domain);
    statement.setString(2, decision.group());
    statement.setObject(3, timestamp(decision.boundary()));
    statement.setObject(4, timestamp(decision.validFrom()));
    statement.setString(5, decision.decision());
    statement.setString(6, decision.version());
    statement.setString(7, decision.parent());
    statement.setString(8, decision.reason());
    statement.setInt(9, decision.windows());
    statement.setInt(10, decision.series());
    statement.setObject(11, decision.pinball(), Types.DOUBLE);
    statement.setObject(12, decision.championPinball(), Types.DOUBLE);
    statement.setObject(13, decision.naivePinball(), Types.DOUBLE);
    statement.setObject(14, timestampOrNull(decision.dataFrom()));
    statement.setObject(15, timestampOrNull(decision.dataTo()));
    statement.setObject(16, decision.observed(), Types.BIGINT);
    statement.setObject(17, decision.leftOut(), Types.BIGINT);
    statement.setObject(18, decision.seconds(), Types.DOUBLE);
  }

  /** Null if there are none: then the step tells them. */
  private static Array times(PreparedStatement statement, List<Instant> times) throws SQLException {
    return times.isEmpty()
        ? null
        : statement
            .getConnection()
            .createArrayOf("timestamptz", times.stream().map(Instant::toString).toArray());
  }

  private static OffsetDateTime timestampOrNull(Instant time) {
    return time == null ? null : timestamp(time);
  }

  private static OffsetDateTime timestamp(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  /** PostgreSQL reads what {@link Duration} prints. */
  private static String interval(Duration duration) {
    return duration.toString();
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  private static float[] sums(int[][] perInterval) {
    float[] sums = new float[perInterval.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = IntStream.of(perInterval[i]).sum();
    }
    return sums;
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static float[][] floats(double[][] rows) {
    return Arrays.stream(rows).map(PostgresSinks::floats).toArray(float[][]::new);
  }

  private static float[][] floats(int[][] rows) {
    return Arrays.stream(rows)
        .map(row -> floats(IntStream.of(row).asDoubleStream().toArray()))
        .toArray(float[][]::new);
  }
}
