package io.tidecast.model.train;

import io.tidecast.model.weights.ForecastModel;

/** What a training comes to. A failed one leaves the champion serving. */
public sealed interface TrainingResult {
  TrainingReport report();

  record Trained(ForecastModel model, TrainingReport report) implements TrainingResult {}

  /**
   * @param reason for people: what was expected, what was found
   */
  record Failed(String reason, TrainingReport report) implements TrainingResult {}
}
