package io.tidecast.model.train;

import io.tidecast.model.weights.ForecastModel;

/** What a training comes to. A failed one leaves the champion serving. */
public sealed interface TrainingResult {
  TrainingReport report();

  /**
   * A challenger.
   *
   * @param split what the training saw of the history, and what it did not
   */
  record Trained(ForecastModel model, TrainingReport report, TimeSplit split)
      implements TrainingResult {}

  /**
   * @param reason for people: what was expected, what was found
   */
  record Failed(String reason, TrainingReport report) implements TrainingResult {}
}
