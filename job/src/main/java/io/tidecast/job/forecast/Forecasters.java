package io.tidecast.job.forecast;

import io.tidecast.job.state.Targets;
import io.tidecast.model.online.SeriesForecaster;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How the series of each group are forecast: one object for all of them in a subtask. */
final class Forecasters {
  private final Map<String, SeriesForecaster> byGroup = new HashMap<>();
  private final Targets targets;

  Forecasters(ForecastOperator.Config config) {
    targets = config.targets();
    config
        .groups()
        .forEach(
            (group, how) ->
                byGroup.put(
                    group,
                    new SeriesForecaster(how, config.evaluationPeriod(), config.reachSteps())));
  }

  SeriesForecaster ofGroup(String group) {
    return byGroup.get(group);
  }

  /** That of a series by its name; empty if it is no longer forecast. */
  Optional<SeriesForecaster> ofSeries(String series) {
    return targets.of(series).map(target -> byGroup.get(target.group()));
  }
}
