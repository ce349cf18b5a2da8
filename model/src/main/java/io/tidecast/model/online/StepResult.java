package io.tidecast.model.online;

import io.tidecast.model.Anomaly;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import java.util.List;
import java.util.Optional;

/**
 * What one closed step gives.
 *
 * @param forecastOrNull from this origin; null if the target is missing at this step or no usable
 *     value has been seen yet
 * @param evaluations of the periods that ended with or before this step, one per model version
 * @param anomalyOrNull what this step is or makes known; null as a rule
 */
public record StepResult(
    Forecast forecastOrNull, List<Evaluation> evaluations, Anomaly anomalyOrNull) {
  /** From this origin, if there can be one. */
  public Optional<Forecast> forecast() {
    return Optional.ofNullable(forecastOrNull);
  }

  /** What this step is, or makes known of an earlier one. */
  public Optional<Anomaly> anomaly() {
    return Optional.ofNullable(anomalyOrNull);
  }
}
