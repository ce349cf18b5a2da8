package io.tidecast.job.offline;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Forecasts from the end of each series of a file, wherever that is: the online forecaster steps
 * each series from its first observation to its last, and the forecast of the last one is kept.
 */
public final class EndForecasts {
  private final JobConfig config;
  private final Map<String, ForecastModel> models;
  private final Phases phases;

  /**
   * @param models by group; those without one are trained on the file first
   */
  public EndForecasts(JobConfig config, Map<String, ForecastModel> models, Phases phases) {
    this.config = config;
    this.models = Map.copyOf(models);
    this.phases = phases;
  }

  /**
   * The last forecast of one series.
   *
   * @param forecastOrNull null if none of its steps could be forecast from
   */
  public record End(String series, ForecasterConfig config, Forecast forecastOrNull) {
    /** The forecast, if there can be one. */
    public Optional<Forecast> forecast() {
      return Optional.ofNullable(forecastOrNull);
    }
  }

  /** In order of groups and series. */
  public List<End> ends() {
    List<End> ends = new ArrayList<>();
    SeriesHistory.byGroup(config)
        .forEach(
            (group, series) -> {
              LongFunction<Optional<ForecastModel>> serving = serving(group, series);
              series.forEach(one -> ends.add(end(one, config.groups().get(group), serving)));
            });
    return ends;
  }

  private LongFunction<Optional<ForecastModel>> serving(String group, List<SeriesHistory> series) {
    ForecastModel given = models.get(group);
    if (given != null) {
      return origin -> Optional.of(given);
    }
    return new OfflineTraining(config, phases)
        .serving(group, series.stream().map(SeriesHistory::toWindow).toList());
  }

  private static End end(
      SeriesHistory series,
      ForecasterConfig config,
      LongFunction<Optional<ForecastModel>> serving) {
    SeriesForecaster forecaster = new SeriesForecaster(config, Integer.MAX_VALUE);
    SeriesState state = forecaster.newState();
    Forecast last = null;
    long end =
        series.steps().stream()
            .map(SeriesStep::step)
            .filter(step -> !Double.isNaN(step.value()))
            .mapToLong(ClosedStep::index)
            .max()
            .orElse(0);
    for (SeriesStep step : series.steps()) {
      // what is given out is by what has seen everything, however early the series ends
      long origin = step.step().index() == end ? Long.MAX_VALUE : step.step().index();
      ForecastModel model = serving.apply(origin).orElse(null);
      last = forecaster.step(state, step.step(), model).forecast().orElse(last);
    }
    return new End(series.series(), config, last);
  }
}
