package io.tidecast.model.eval;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecastModel;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.SeriesForecaster;
import io.tidecast.model.SeriesState;
import java.util.Optional;

/** A way to forecast that a backtest can step through a series. */
public interface Method {
  String name();

  /** Begins a series. */
  Session start();

  /** One pass over one series. Not thread safe. */
  interface Session {
    /**
     * @param step after the last one; missing steps are told by the index
     * @return all levels and leads from this origin; empty if nothing can be forecast from it
     */
    Optional<Forecast> step(ClosedStep step);
  }

  /**
   * The online forecaster with a model that serves from {@code servesFrom} on. Without one it is
   * the seasonal naive with the empirical quantiles of its past errors, rolling and causal.
   */
  static Method online(
      String name, ForecasterConfig config, Optional<ForecastModel> model, long servesFrom) {
    return new Method() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Session start() {
        // without evaluations of interest, the longest period costs least
        SeriesForecaster forecaster = new SeriesForecaster(config, Integer.MAX_VALUE);
        SeriesState state = forecaster.newState();
        return step ->
            forecaster
                .step(state, step, step.index() < servesFrom ? Optional.empty() : model)
                .forecast();
      }
    };
  }

  /** The seasonal naive; persistence if the season is 1. */
  static Method seasonalNaive(String name, ForecasterConfig config, int season) {
    return online(name, config.withSeason(season), Optional.empty(), 0);
  }
}
