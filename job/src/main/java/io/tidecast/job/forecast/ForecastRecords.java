package io.tidecast.job.forecast;

import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.model.Anomaly;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.Grid;
import java.time.Instant;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Where the model's words become records of the wire: indices of steps become times. */
public final class ForecastRecords {
  private ForecastRecords() {}

  public static ForecastRecord of(
      String series, Forecast forecast, Grid grid, List<Double> levels) {
    return new ForecastRecord(
        series,
        time(forecast.origin(), grid),
        grid.spacing(),
        forecast.quantiles()[0].length,
        targets(forecast, grid),
        levels,
        forecast.quantiles(),
        forecast.base(),
        forecast.version(),
        forecast.quality().label());
  }

  static EvaluationRecord of(
      String series, Evaluation evaluation, Grid grid, int period, List<Double> levels) {
    return new EvaluationRecord(
        series,
        time(evaluation.end(), grid),
        grid.spacing().multipliedBy(period),
        grid.spacing(),
        evaluation.version(),
        levels,
        evaluation.count(),
        evaluation.absoluteError(),
        evaluation.squaredError(),
        evaluation.pinball(),
        evaluation.inside(),
        evaluation.width(),
        evaluation.naiveAbsoluteError(),
        evaluation.naivePinball(),
        evaluation.persistenceAbsoluteError(),
        known(evaluation.absoluteTarget()));
  }

  /** Of all leads or none. */
  private static double[] known(double[] sums) {
    return DoubleStream.of(sums).anyMatch(Double::isNaN) ? new double[0] : sums;
  }

  static AnomalyRecord of(String series, Anomaly anomaly, Grid grid) {
    return new AnomalyRecord(
        series,
        time(anomaly.index(), grid),
        decimal(anomaly.value()),
        orNull(anomaly.lower()),
        orNull(anomaly.median()),
        orNull(anomaly.upper()),
        decimal(anomaly.score()),
        anomaly.direction(),
        anomaly.run(),
        anomaly.cause().label());
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : decimal(value);
  }

  /** Of a float the same decimals, and not those of the binary fraction. */
  private static double decimal(double value) {
    return value == (float) value ? Double.parseDouble(Float.toString((float) value)) : value;
  }

  /** Where steps vary, the times of all leads. */
  private static List<Instant> targets(Forecast forecast, Grid grid) {
    if (grid.isFixed()) {
      return List.of();
    }
    return IntStream.rangeClosed(1, forecast.quantiles()[0].length)
        .mapToObj(lead -> time(forecast.origin() + lead, grid))
        .toList();
  }

  private static Instant time(long index, Grid grid) {
    return Instant.ofEpochMilli(grid.end(index));
  }
}
