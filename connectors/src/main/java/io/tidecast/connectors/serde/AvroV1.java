package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ObservationRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The records in Avro's single-object encoding, by the schemas {@code Observation.avsc}, {@code
 * Forecast.avsc}, {@code Evaluation.avsc} and {@code Anomaly.avsc}: one field per component, in its
 * order and under its name; times and durations in milliseconds, quantiles and sums in single
 * precision. A forecast whose steps vary has a schema of its own, {@code CalendarForecast.avsc},
 * and so has one that single precision is not enough for, {@code FullForecast.avsc}: the bytes of
 * the others stay what they are. Evaluations of before the targets' sizes were summed up are read
 * by {@code OlderEvaluation.avsc}.
 */
final class AvroV1 {
  private static final AvroFrame OBSERVATION = new AvroFrame("Observation");
  private static final AvroFrame FORECAST = new AvroFrame("Forecast");
  private static final AvroFrame CALENDAR_FORECAST = new AvroFrame("CalendarForecast");
  private static final AvroFrame FULL_FORECAST = new AvroFrame("FullForecast");
  private static final AvroFrame EVALUATION = new AvroFrame("Evaluation");
  private static final AvroFrame OLDER_EVALUATION = new AvroFrame("OlderEvaluation");
  private static final AvroFrame ANOMALY = new AvroFrame("Anomaly");

  private AvroV1() {}

  static byte[] write(ObservationRecord record) {
    return OBSERVATION.write(
        128,
        out -> {
          out.writeString(record.stream());
          out.writeLong(record.time().toEpochMilli());
          out.writeMapStart();
          out.setItemCount(record.values().size());
          for (Map.Entry<String, Double> value : record.values().entrySet()) {
            out.startItem();
            out.writeString(value.getKey());
            out.writeDouble(value.getValue());
          }
          out.writeMapEnd();
        });
  }

  static byte[] write(ForecastRecord record) {
    int quantiles = record.levels().size() * record.horizon();
    boolean isFull = record.base() != 0;
    boolean hasTargets = isFull || !record.targets().isEmpty();
    return (isFull ? FULL_FORECAST : hasTargets ? CALENDAR_FORECAST : FORECAST)
        .write(
            256 + Float.BYTES * quantiles + Long.BYTES * record.targets().size(),
            out -> {
              out.writeString(record.series());
              out.writeLong(record.origin().toEpochMilli());
              out.writeLong(record.step().toMillis());
              out.writeInt(record.horizon());
              if (hasTargets) {
                AvroFields.writeTimes(out, record.targets());
              }
              AvroFields.write(out, record.levels());
              if (isFull) {
                AvroFields.writeFull(out, FullQuantiles.of(record));
              } else {
                AvroFields.write(out, record.quantiles());
              }
              out.writeString(record.model());
              out.writeString(record.quality());
            });
  }

  static byte[] write(EvaluationRecord record) {
    return EVALUATION.write(
        256 + 64 * record.horizon(),
        out -> {
          out.writeString(record.series());
          out.writeLong(record.time().toEpochMilli());
          out.writeLong(record.period().toMillis());
          out.writeLong(record.step().toMillis());
          out.writeString(record.model());
          AvroFields.write(out, record.levels());
          AvroFields.write(out, record.count());
          AvroFields.write(out, record.absoluteError());
          AvroFields.write(out, record.squaredError());
          AvroFields.write(out, record.pinball());
          AvroFields.write(out, record.inside());
          AvroFields.write(out, record.width());
          AvroFields.write(out, record.naiveAbsoluteError());
          AvroFields.write(out, record.naivePinball());
          AvroFields.write(out, record.persistenceAbsoluteError());
          AvroFields.write(out, record.absoluteTarget());
        });
  }

  static byte[] write(AnomalyRecord record) {
    return ANOMALY.write(
        128,
        out -> {
          out.writeString(record.series());
          out.writeLong(record.time().toEpochMilli());
          out.writeDouble(record.value());
          out.writeDouble(orNan(record.lower()));
          out.writeDouble(orNan(record.median()));
          out.writeDouble(orNan(record.upper()));
          out.writeDouble(record.score());
          out.writeString(record.direction());
          out.writeInt(record.run());
          out.writeString(record.cause());
        });
  }

  private static double orNan(Double value) {
    return value == null ? Double.NaN : value;
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  static AnomalyRecord anomaly(byte[] bytes) {
    return ANOMALY.read(
        bytes,
        in ->
            new AnomalyRecord(
                in.text(),
                in.time(),
                in.number(),
                orNull(in.number()),
                orNull(in.number()),
                orNull(in.number()),
                in.number(),
                in.text(),
                in.integer(),
                in.text()));
  }

  static ForecastRecord forecast(byte[] bytes) {
    if (FULL_FORECAST.isOf(bytes)) {
      return fullForecast(bytes);
    }
    boolean hasTargets = CALENDAR_FORECAST.isOf(bytes);
    return (hasTargets ? CALENDAR_FORECAST : FORECAST)
        .read(
            bytes,
            in ->
                new ForecastRecord(
                    in.text(),
                    in.time(),
                    in.duration(),
                    in.integer(),
                    hasTargets ? in.times() : List.of(),
                    in.doubles(),
                    in.rows(in::floats, new float[0][]),
                    in.text(),
                    in.text()));
  }

  private static ForecastRecord fullForecast(byte[] bytes) {
    return FULL_FORECAST.read(
        bytes,
        in ->
            new FullQuantiles(
                    in.text(),
                    in.time(),
                    in.duration(),
                    in.integer(),
                    in.times(),
                    in.doubles(),
                    in.rows(in::doubleArray, new double[0][]),
                    in.text(),
                    in.text())
                .recordWithBase());
  }

  static EvaluationRecord evaluation(byte[] bytes) {
    return OLDER_EVALUATION.isOf(bytes)
        ? OLDER_EVALUATION.read(bytes, in -> evaluation(in, false))
        : EVALUATION.read(bytes, in -> evaluation(in, true));
  }

  private static EvaluationRecord evaluation(AvroFields in, boolean hasTargets) throws IOException {
    return new EvaluationRecord(
        in.text(),
        in.time(),
        in.duration(),
        in.duration(),
        in.text(),
        in.doubles(),
        in.integers(),
        in.sums(),
        in.sums(),
        in.sums(),
        in.rows(in::integers, new int[0][]),
        in.rows(in::sums, new double[0][]),
        in.sums(),
        in.sums(),
        in.sums(),
        hasTargets ? in.sums() : new double[0]);
  }

  /**
   * An observation as it came, none of it checked.
   *
   * @param values in their order; of a name that comes twice the last
   */
  record Raw(String stream, Instant time, Map<String, Double> values) {}

  static Raw observation(byte[] bytes) {
    return OBSERVATION.read(bytes, in -> new Raw(in.text(), in.time(), values(in)));
  }

  private static Map<String, Double> values(AvroFields in) throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int n = in.entries(true); n > 0; n = in.entries(false)) {
      for (int i = 0; i < n; i++) {
        values.put(in.text(), in.number());
      }
    }
    return values;
  }
}
