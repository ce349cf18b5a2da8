package io.tidecast.job.report;

import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.forecast.ForecastRecords;
import io.tidecast.job.offline.EndForecasts;
import io.tidecast.job.offline.ForecastRows;
import io.tidecast.model.Forecast;
import io.tidecast.model.Quality;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Forecasts from the ends of series as rows or as JSON. */
public final class EndReport {
  private final List<EndForecasts.End> ends;

  public EndReport(List<EndForecasts.End> ends) {
    this.ends = List.copyOf(ends);
  }

  /** A row per series and lead, see {@link ForecastRows}. */
  public void writeRows(Writer out) throws IOException {
    try (ForecastRows rows =
        new ForecastRows(out, ends.get(0).config().grid(), ends.get(0).config().levels())) {
      for (EndForecasts.End end : ends) {
        float[] open = new float[end.config().horizon()];
        Arrays.fill(open, Float.NaN);
        end.forecast().ifPresent(forecast -> rows.add(end.series(), forecast, open));
      }
    }
  }

  /** A line per series, as in the forecast topic. */
  public void writeJson(Writer out) throws IOException {
    for (EndForecasts.End end : ends) {
      if (end.forecast().isPresent()) {
        byte[] json = ForecastJsonV1.write(record(end, end.forecast().get()));
        out.write(new String(json, StandardCharsets.UTF_8));
        out.write('\n');
      }
    }
  }

  private static ForecastRecord record(EndForecasts.End end, Forecast forecast) {
    return ForecastRecords.of(
        end.series(), forecast, end.config().grid(), end.config().levels().values());
  }

  /** A line for each series that has no forecast, or one without a model. */
  public List<String> remarks() {
    return ends.stream().flatMap(end -> remark(end).stream()).toList();
  }

  private static Optional<String> remark(EndForecasts.End end) {
    if (end.forecast().isEmpty()) {
      return Optional.of(end.series() + ": no forecast, for none of its steps has a value");
    }
    return end.forecast()
        .filter(forecast -> forecast.quality() == Quality.NAIVE)
        .map(naive -> end.series() + ": forecast without a model, by the naives: too little data");
  }
}
