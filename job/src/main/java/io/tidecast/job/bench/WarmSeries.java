package io.tidecast.job.bench;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.Phases;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.online.StepResult;
import io.tidecast.model.weights.ForecastModel;

/**
 * Series in full operation: a model serves, their history is full and as many forecasts wait for
 * their targets as there can be.
 */
final class WarmSeries {
  private static final float[] NO_COVARIATES = {};

  private final JobConfig config;
  private final ForecastModel serving;
  private final SeriesForecaster forecaster;
  private final SeriesState[] states;
  private long hour = GeneratedLoad.FIRST;
  private StepResult last;

  WarmSeries(BenchOptions options, Phases phases) {
    config = options.config();
    serving = DrawnModel.of(forecasterConfig());
    forecaster = new SeriesForecaster(forecasterConfig(), config.evaluationSteps());
    states = new SeriesState[options.keys()];
    for (int series = 0; series < states.length; series++) {
      states[series] = forecaster.newState();
    }
    warmUp(phases);
  }

  private void warmUp(Phases phases) {
    int steps = config.series().history() + config.forecast().horizon() + config.evaluationSteps();
    try (Phases.Phase phase = phases.begin("warming up", steps)) {
      for (int i = 1; i <= steps; i++) {
        step(next(1));
        phase.at(i, states.length + " series");
      }
    }
  }

  ForecasterConfig forecasterConfig() {
    return config.forecaster(GeneratedLoad.VARIABLE);
  }

  SeriesForecaster forecaster() {
    return forecaster;
  }

  ForecastModel model() {
    return serving;
  }

  int keys() {
    return states.length;
  }

  SeriesState state(int series) {
    return states[series];
  }

  /** The next hours of every series, to be stepped in order. */
  ClosedStep[] next(int hours) {
    ClosedStep[] steps = new ClosedStep[hours * states.length];
    for (int i = 0; i < steps.length; i++) {
      int series = i % states.length;
      float value = (float) GeneratedLoad.value(series, hour + i / states.length);
      steps[i] = new ClosedStep(hour + i / states.length, value, NO_COVARIATES);
    }
    hour += hours;
    return steps;
  }

  /** Steps what {@link #next} gave. */
  void step(ClosedStep[] steps) {
    for (int i = 0; i < steps.length; i++) {
      step(i % states.length, steps[i]);
    }
  }

  private void step(int series, ClosedStep step) {
    last = forecaster.step(states[series], step, serving);
    if (last.forecast().isEmpty()) {
      throw new IllegalStateException("Expected a forecast at step " + step.index());
    }
  }

  /** What the last step gave. */
  StepResult last() {
    return last;
  }
}
