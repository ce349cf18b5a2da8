package io.tidecast.job.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.Topics;
import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the topics of a domain hold now, as the rows the tables should have: one for each key, the
 * last that was published. Every cell is text that says all of its value.
 */
public final class TopicsAndTables {
  private final KafkaConfig kafka;
  private final StoredRows tables;
  private final Map<String, String> observations;
  private final Map<String, String> forecasts;
  private final Map<String, String> evaluations;
  private final Map<String, String> anomalies;
  private final Map<String, String> decisions;

  public TopicsAndTables(KafkaConfig kafka, StoredRows tables) {
    this.kafka = kafka;
    this.tables = tables;
    Topics topics = kafka.topics();
    observations =
        rows(
            topics.observation(),
            record -> ReadFunction.values(record, ReadFunction.ownRecords(), 0),
            seen -> row(seen.series(), seen.time()),
            seen -> row(seen.value()));
    forecasts =
        rows(
            topics.forecast(), ReadFunction::forecast, TopicsAndTables::key, TopicsAndTables::rest);
    evaluations =
        rows(
            topics.evaluation(),
            ReadFunction::evaluation,
            seen -> row(seen.series(), seen.time(), seen.model()),
            TopicsAndTables::rest);
    anomalies =
        rows(
            topics.anomaly(),
            ReadFunction::anomaly,
            seen -> row(seen.series(), seen.time()),
            TopicsAndTables::rest);
    decisions =
        rows(
            topics.model(),
            ReadFunction::decision,
            seen -> row(seen.group(), seen.boundary()),
            TopicsAndTables::rest);
    for (Map<String, String> rows : List.of(observations, forecasts, evaluations, decisions)) {
      assertFalse(rows.isEmpty());
    }
  }

  /** Waits until every table has as many rows, then compares them row by row. */
  public void awaitEqual() throws SQLException {
    tables.await("SELECT count(*) FROM observation", observations.size());
    tables.await("SELECT count(*) FROM forecast", forecasts.size());
    tables.await("SELECT count(*) FROM evaluation", evaluations.size());
    tables.await("SELECT count(*) FROM anomaly", anomalies.size());
    tables.await("SELECT count(*) FROM model_event", decisions.size());

    assertRows(observations, 2, "SELECT series, time, value FROM observation");
    String forecast =
        "SELECT series, origin, extract(epoch FROM step)::int, levels, quantiles, base, model,"
            + " quality ";
    assertRows(forecasts, 2, forecast + "FROM forecast");
    assertRows(newest(), 2, forecast + "FROM forecast_latest");
    assertRows(
        evaluations,
        3,
        "SELECT series, time, model, extract(epoch FROM period)::int,"
            + " extract(epoch FROM step)::int, levels, count, absolute_error, squared_error,"
            + " pinball, inside, width, naive_absolute_error, naive_pinball,"
            + " persistence_absolute_error, coalesce(absolute_target, '{}') FROM evaluation");
    assertRows(
        anomalies,
        2,
        "SELECT series, time, value, lower, median, upper, score, direction, run, cause"
            + " FROM anomaly");
    assertRows(
        decisions,
        2,
        "SELECT model_group, boundary, valid_from, decision, version, parent, reason, windows,"
            + " series, data_from, data_to, observed, left_out, seconds, pinball, champion_pinball,"
            + " naive_pinball FROM model_event");
  }

  int forecasts() {
    return forecasts.size();
  }

  private static String key(ForecastRecord forecast) {
    return row(forecast.series(), forecast.origin());
  }

  private static String rest(ForecastRecord forecast) {
    return row(
        forecast.step().toSeconds(),
        forecast.levels(),
        Arrays.deepToString(forecast.quantiles()),
        forecast.base(),
        forecast.model(),
        forecast.quality());
  }

  private static String rest(EvaluationRecord seen) {
    return row(
        seen.period().toSeconds(),
        seen.step().toSeconds(),
        seen.levels(),
        Arrays.toString(seen.count()),
        floats(seen.absoluteError()),
        floats(seen.squaredError()),
        floats(seen.pinball()),
        Arrays.stream(seen.inside())
            .map(counts -> floats(Arrays.stream(counts).asDoubleStream().toArray()))
            .toList(),
        Arrays.stream(seen.width()).map(TopicsAndTables::floats).toList(),
        floats(seen.naiveAbsoluteError()),
        floats(seen.naivePinball()),
        floats(seen.persistenceAbsoluteError()),
        floats(seen.absoluteTarget()));
  }

  private static String rest(AnomalyRecord seen) {
    return row(
        seen.value(),
        seen.lower(),
        seen.median(),
        seen.upper(),
        seen.score(),
        seen.direction(),
        seen.run(),
        seen.cause());
  }

  private static String rest(ModelRecord decision) {
    return row(
        decision.validFrom(),
        decision.decision(),
        decision.version(),
        decision.parent(),
        decision.reason(),
        decision.windows(),
        decision.series(),
        decision.dataFrom(),
        decision.dataTo(),
        decision.observed(),
        decision.leftOut(),
        decision.seconds(),
        decision.pinball(),
        decision.championPinball(),
        decision.naivePinball());
  }

  private Map<String, String> newest() {
    Map<String, String> newest = new TreeMap<>(); // keys of a series are in order of its origins
    forecasts.forEach((key, rest) -> newest.put(key.substring(0, key.indexOf('|')), key));
    return newest.values().stream().collect(Collectors.toMap(key -> key, forecasts::get));
  }

  private <T> Map<String, String> rows(
      String topic,
      ReadFunction.Reader<T> reader,
      Function<T, String> key,
      Function<T, String> rest) {
    Map<String, String> rows = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record : CommittedTopic.read(kafka, topic)) {
      RawRecord raw = RawRecord.of(record, ModelRecord.SECONDS);
      reader.read(raw).forEach(read -> rows.put(key.apply(read), rest.apply(read)));
    }
    return rows;
  }

  private void assertRows(Map<String, String> expected, int keys, String sql) throws SQLException {
    Map<String, String> stored = new TreeMap<>();
    try (Connection connection = tables.owner().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        Object[] cells = new Object[columns];
        for (int i = 0; i < columns; i++) {
          cells[i] = cell(rows.getObject(i + 1));
        }
        stored.put(row(Arrays.copyOf(cells, keys)), row(Arrays.copyOfRange(cells, keys, columns)));
      }
    }
    assertEquals(new TreeMap<>(expected), stored, sql);
  }

  private static Object cell(Object value) throws SQLException {
    if (value instanceof Timestamp time) {
      return time.toInstant();
    }
    return value instanceof Array array ? Arrays.deepToString((Object[]) array.getArray()) : value;
  }

  private static String row(Object... cells) {
    return Arrays.stream(cells).map(String::valueOf).collect(Collectors.joining("|"));
  }

  /** Arrays are stored in single precision. */
  private static String floats(double[] values) {
    return Arrays.toString(Arrays.stream(values).mapToObj(value -> (float) value).toArray());
  }
}
