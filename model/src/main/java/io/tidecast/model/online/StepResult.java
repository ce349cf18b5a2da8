package io.tidecast.model.online;

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
 */
public record StepResult(Forecast forecastOrNull, List<Evaluation> evaluations) {
  /** From this origin, if there can be one. */
  public Optional<Forecast> forecast() {
    return Optional.ofNullable(forecastOrNull);
  }
}
