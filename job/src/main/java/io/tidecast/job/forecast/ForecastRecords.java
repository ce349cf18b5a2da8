package io.tidecast.job.forecast;

import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Where the model's words become records of the wire: indices of steps become times. */
final class ForecastRecords {
  private ForecastRecords() {}

  static ForecastRecord of(String series, Forecast forecast, Duration step, List<Double> levels) {
    return new ForecastRecord(
        series,
        time(forecast.origin(), step),
        step,
        forecast.quantiles()[0].length,
        levels,
        forecast.quantiles(),
        forecast.version(),
        forecast.quality().label());
  }

  static EvaluationRecord of(
      String series, Evaluation evaluation, Duration step, int period, List<Double> levels) {
    return new EvaluationRecord(
        series,
        time(evaluation.end(), step),
        step.multipliedBy(period),
        step,
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
        evaluation.persistenceAbsoluteError());
  }

  private static Instant time(long index, Duration step) {
    return Instant.ofEpochMilli(index * step.toMillis());
  }
}
