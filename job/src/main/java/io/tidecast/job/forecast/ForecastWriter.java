package io.tidecast.job.forecast;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.serde.RecordBytes;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.model.Anomaly;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.Quality;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.StepResult;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * What comes of a step, as records of the wire under the key of its series: the forecast on the
 * main output, counted by its quality, to the side evaluations of past ones and what was not to be
 * expected, counted by its cause.
 */
final class ForecastWriter {
  private final Output<StreamRecord<KeyedBytes>> output;
  private final ForecastOperator.Config config;
  private final Map<Quality, Counter> forecasts = new EnumMap<>(Quality.class);
  private final Map<Anomaly.Cause, Counter> anomalies = new EnumMap<>(Anomaly.Cause.class);

  ForecastWriter(
      Output<StreamRecord<KeyedBytes>> output,
      ForecastOperator.Config config,
      MetricGroup metrics) {
    this.output = output;
    this.config = config;
    for (Quality quality : Quality.values()) {
      forecasts.put(
          quality,
          Metrics.counter(metrics, Metrics.FORECASTS, Metrics.BY_QUALITY, quality.label()));
    }
    for (Anomaly.Cause cause : Anomaly.Cause.values()) {
      anomalies.put(
          cause, Metrics.counter(metrics, Metrics.ANOMALIES, Metrics.BY_CAUSE, cause.label()));
    }
  }

  void write(String series, SeriesForecaster forecaster, StepResult result) {
    List<Double> levels = forecaster.config().levels().values();
    result.forecast().ifPresent(forecast -> write(series, levels, forecast));
    write(series, forecaster, result.evaluations());
    result.anomaly().ifPresent(anomaly -> write(series, anomaly));
  }

  private void write(String series, Anomaly anomaly) {
    anomalies.get(anomaly.cause()).inc();
    byte[] value =
        RecordBytes.of(ForecastRecords.of(series, anomaly, config.grid()), config.format());
    output.collect(ForecastOperator.ANOMALIES, keyed(series, value));
  }

  private void write(String series, List<Double> levels, Forecast forecast) {
    forecasts.get(forecast.quality()).inc();
    byte[] value =
        RecordBytes.of(
            ForecastRecords.of(series, forecast, config.grid(), levels), config.format());
    output.collect(keyed(series, value));
  }

  void write(String series, SeriesForecaster forecaster, List<Evaluation> evaluations) {
    List<Double> levels = forecaster.config().levels().values();
    for (Evaluation evaluation : evaluations) {
      byte[] value =
          RecordBytes.of(
              ForecastRecords.of(
                  series, evaluation, config.grid(), config.evaluationPeriod(), levels),
              config.format());
      output.collect(ForecastOperator.EVALUATIONS, keyed(series, value));
    }
  }

  private static StreamRecord<KeyedBytes> keyed(String series, byte[] value) {
    return new StreamRecord<>(new KeyedBytes(series.getBytes(StandardCharsets.UTF_8), value));
  }
}
