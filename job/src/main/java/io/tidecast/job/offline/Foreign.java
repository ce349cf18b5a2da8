package io.tidecast.job.offline;

import io.tidecast.model.Forecast;
import io.tidecast.model.Quality;
import io.tidecast.model.eval.Method;
import java.util.Map;
import java.util.Optional;

/**
 * Forecasts that were made elsewhere, as a method beside the others.
 *
 * @param name in the table
 * @param forecasts by series and origin, {@code [levels][horizon]}
 */
record Foreign(String name, Map<String, Map<Long, double[][]>> forecasts) implements Method {
  @Override
  public Session start() {
    return step -> Optional.empty();
  }

  @Override
  public Session start(String series, double base) {
    Map<Long, double[][]> own = forecasts.getOrDefault(series, Map.of());
    return step ->
        Optional.ofNullable(own.get(step.index()))
            .map(full -> Forecast.of(step.index(), full, base, name, Quality.MODEL));
  }
}
