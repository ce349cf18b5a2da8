package io.tidecast.model.train;

import io.tidecast.model.weights.ForecastModel;

/** What a training comes to. A failed one leaves the champion serving. */
public sealed interface TrainingResult {
  TrainingReport report();

  /** A challenger, for the gate to judge; {@link Trainer#complete} makes of it what serves. */
  final class Chosen implements TrainingResult {
    private final ForecastModel model;
    private final TrainingReport report;
    private final TrainingSet set;
    private final TrainingRun run;
    private final Recipe recipe;

    Chosen(
        ForecastModel model,
        TrainingReport report,
        TrainingSet set,
        TrainingRun run,
        Recipe recipe) {
      this.model = model;
      this.report = report;
      this.set = set;
      this.run = run;
      this.recipe = recipe;
    }

    /** Trained on the oldest part of the history, chosen on the next. */
    public ForecastModel model() {
      return model;
    }

    @Override
    public TrainingReport report() {
      return report;
    }

    /** What it has seen of the history, and what not. */
    public TimeSplit split() {
      return set.split();
    }

    TrainingSet set() {
      return set;
    }

    TrainingRun run() {
      return run;
    }

    Recipe recipe() {
      return recipe;
    }
  }

  /**
   * No challenger.
   *
   * @param reason for people: what was expected, what was found
   * @param isTooShort whether all that is wrong is that there is too little history yet
   */
  record Failed(String reason, boolean isTooShort, TrainingReport report)
      implements TrainingResult {}
}
