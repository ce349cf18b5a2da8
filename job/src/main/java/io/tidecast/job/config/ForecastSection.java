package io.tidecast.job.config;

import static io.tidecast.model.Checks.required;
import static java.util.Objects.requireNonNullElse;

import io.tidecast.model.Checks;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;
import java.time.Duration;
import java.util.List;

/**
 * What is forecast.
 *
 * @param horizon leads of a forecast, in steps; required
 * @param levels quantile levels (default 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
 * @param evaluationPeriod errors are summed up over periods of this length (default 24 steps: then
 *     evaluations take about a tenth of the bytes that forecasts take, at any horizon)
 * @param maxWaiting the input is slowed down while a subtask holds more steps than this that wait
 *     for a training to end (default 200,000)
 */
public record ForecastSection(
    Integer horizon, List<Double> levels, Duration evaluationPeriod, Integer maxWaiting) {
  private static final int DEFAULT_STEPS = 24;

  public ForecastSection {
    required(horizon, "horizon", "a number of steps");
    Checks.inRange("horizon", horizon, 1, ForecasterConfig.MAX_HORIZON);
    maxWaiting = requireNonNullElse(maxWaiting, 200_000);
    Checks.inRange("maxWaiting", maxWaiting, 1, Integer.MAX_VALUE);
    levels =
        new QuantileLevels(requireNonNullElse(levels, QuantileLevels.DEFAULT.values())).values();
  }

  /** Refuses levels without those of the intervals that dashboards and page have columns for. */
  public void requireLevelsOfDashboards() {
    Checks.that(
        levels.containsAll(QuantileLevels.DEFAULT.values()),
        "forecast.levels",
        levels,
        "for dashboards " + QuantileLevels.DEFAULT + ", and others beside them");
  }

  /** The same with the default that follows the step. */
  ForecastSection on(Duration step) {
    return new ForecastSection(
        horizon,
        levels,
        requireNonNullElse(evaluationPeriod, step.multipliedBy(DEFAULT_STEPS)),
        maxWaiting);
  }
}
