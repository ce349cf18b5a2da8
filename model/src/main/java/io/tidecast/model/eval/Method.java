package io.tidecast.model.eval;

import io.tidecast.model.Anomaly;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.member.Ablation;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.online.StepResult;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/** A way to forecast that a backtest can step through a series. */
public interface Method {
  String PERSISTENCE = "persistence";
  String PERSISTENCE_FIXED = "persistence, fixed quantiles";

  String name();

  /** Begins a series. */
  Session start();

  /**
   * Begins a series; most methods need not know which.
   *
   * @param base what its targets are best told from, see {@link io.tidecast.model.Base}
   */
  default Session start(String series, double base) {
    return start();
  }

  /** One pass over one series. Not thread safe. */
  interface Session {
    /**
     * @param step after the last one; missing steps are told by the index
     * @return all levels and leads from this origin; empty if nothing can be forecast from it
     */
    Optional<Forecast> step(ClosedStep step);

    /** What the last step was, or made known; most methods say nothing of that. */
    default Optional<Anomaly> anomaly() {
      return Optional.empty();
    }
  }

  /**
   * The online forecaster.
   *
   * @param serving model that serves an origin, by its index; empty while none does: then the
   *     seasonal naive with its running error quantiles
   */
  static Method online(
      String name, ForecasterConfig config, LongFunction<Optional<ForecastModel>> serving) {
    return online(name, config, serving, Ablation.NONE);
  }

  /** The same with parts of its models switched off. */
  static Method online(
      String name,
      ForecasterConfig config,
      LongFunction<Optional<ForecastModel>> serving,
      Ablation ablation) {
    return new Method() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Session start() {
        // without evaluations of interest, the longest period costs least
        SeriesForecaster forecaster = SeriesForecaster.without(ablation, config, Integer.MAX_VALUE);
        SeriesState state = forecaster.newState();
        return new Session() {
          private StepResult last;

          @Override
          public Optional<Forecast> step(ClosedStep step) {
            last = forecaster.step(state, step, serving.apply(step.index()).orElse(null));
            return last.forecast();
          }

          @Override
          public Optional<Anomaly> anomaly() {
            return last.anomaly();
          }
        };
      }
    };
  }

  /** The last value. */
  static Method persistence(ForecasterConfig config) {
    return Baseline.rolling(PERSISTENCE, config, () -> new SeasonalNaive(1));
  }

  /**
   * The last value with the error quantiles of the training part, which never change.
   *
   * @param trainingEnd first step after the training part
   */
  static Method persistenceFixed(ForecasterConfig config, long trainingEnd) {
    return Baseline.fixed(PERSISTENCE_FIXED, config, () -> new SeasonalNaive(1), trainingEnd);
  }

  /** The value one season before. */
  static Method seasonalNaive(ForecasterConfig config) {
    return Baseline.rolling("seasonal naive", config, () -> new SeasonalNaive(config.season()));
  }

  /** The value one long season before. */
  static Method longSeasonNaive(ForecasterConfig config) {
    return Baseline.rolling(
        "long-season naive", config, () -> new SeasonalNaive(config.longSeason()));
  }

  /** The line through the first and the last value. */
  static Method drift(ForecasterConfig config) {
    return Baseline.rolling("drift", config, Drift::new);
  }

  /**
   * Exponential smoothing of level, damped trend and season.
   *
   * @param trainingEnd first step after the training part, which its parameters are fitted to
   */
  static Method holtWinters(ForecasterConfig config, long trainingEnd) {
    return Baseline.rolling(
        "Holt-Winters", config, () -> new HoltWinters(config.season(), trainingEnd));
  }

  /** All that are to stand beside a forecaster, in the order of the table. */
  static List<Method> baselines(ForecasterConfig config, long trainingEnd) {
    List<Method> methods = new ArrayList<>();
    methods.add(persistence(config));
    methods.add(persistenceFixed(config, trainingEnd));
    if (config.season() > 1) {
      methods.add(seasonalNaive(config));
    }
    if (config.longSeason() > config.season()) {
      methods.add(longSeasonNaive(config));
    }
    methods.add(drift(config));
    methods.add(holtWinters(config, trainingEnd));
    return methods;
  }
}
