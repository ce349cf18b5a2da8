package io.tidecast.model.train;

import java.io.Serializable;

/**
 * How a model is trained. A value; the only place of the recipe's defaults.
 *
 * @param burnIn steps at the start of a training window, from a zero state, that carry no loss
 * @param windowSteps steps of a training window after the burn-in, each with a loss
 * @param batch training windows per update
 * @param rounds rounds of updates from scratch; each ends with a look at the validation part
 * @param warmStartRounds rounds when the champion's weights are the start
 * @param rowsPerUpdate a round has one update for this many training steps over all series
 * @param minUpdatesPerRound updates of a round at least
 * @param maxUpdatesPerRound updates of a round at most
 * @param patience rounds without a better validation loss after which training stops
 * @param learningRate peak of the schedule: linear warm-up, then a cosine down to 5 %
 * @param warmStartLearningRate the same when the champion's weights are the start
 * @param warmUpUpdates updates of the warm-up
 * @param weightDecay decoupled from the gradient, per update and learning rate
 * @param clipNorm largest global norm of a gradient
 * @param ridge penalty of the linear highway, on values in units of each series' mean scale
 * @param validationFraction share of the time span before the hold-out that chooses the round
 * @param holdOutFraction share of the time span, the newest, that no training sees: the gate's
 * @param minimumHistory usable training steps over all series, below which training is refused
 * @param maxNonFiniteSteps updates dropped for a loss or gradient that is not finite, above which
 *     the training has failed
 */
public record TrainingConfig(
    int burnIn,
    int windowSteps,
    int batch,
    int rounds,
    int warmStartRounds,
    int rowsPerUpdate,
    int minUpdatesPerRound,
    int maxUpdatesPerRound,
    int patience,
    double learningRate,
    double warmStartLearningRate,
    int warmUpUpdates,
    double weightDecay,
    double clipNorm,
    double ridge,
    double validationFraction,
    double holdOutFraction,
    int minimumHistory,
    int maxNonFiniteSteps)
    implements Serializable {

  public static final TrainingConfig DEFAULT =
      new TrainingConfig(
          48, 240, 16, 14, 6, 500, 8, 96, 6, 3e-3, 1e-3, 20, 1e-4, 1.0, 300, 0.15, 0.15, 300, 10);

  public TrainingConfig {
    inRange("training.burnIn", burnIn, 1, 1000);
    inRange("training.windowSteps", windowSteps, 1, 2000);
    inRange("training.batch", batch, 1, 256);
    inRange("training.rounds", rounds, 1, 10_000);
    inRange("training.warmStartRounds", warmStartRounds, 1, 10_000);
    inRange("training.rowsPerUpdate", rowsPerUpdate, 1, 1e9);
    inRange("training.minUpdatesPerRound", minUpdatesPerRound, 1, 100_000);
    inRange("training.maxUpdatesPerRound", maxUpdatesPerRound, minUpdatesPerRound, 100_000);
    inRange("training.patience", patience, 1, 10_000);
    inRange("training.learningRate", learningRate, 1e-8, 1);
    inRange("training.warmStartLearningRate", warmStartLearningRate, 1e-8, 1);
    inRange("training.warmUpUpdates", warmUpUpdates, 0, 1_000_000);
    inRange("training.weightDecay", weightDecay, 0, 1);
    inRange("training.clipNorm", clipNorm, 1e-6, Float.MAX_VALUE);
    inRange("training.ridge", ridge, 1e-6, 1e9);
    inRange("training.validationFraction", validationFraction, 0.01, 0.5);
    inRange("training.holdOutFraction", holdOutFraction, 0, 0.5);
    inRange("training.minimumHistory", minimumHistory, 50, 1e9);
    inRange("training.maxNonFiniteSteps", maxNonFiniteSteps, 0, 1e9);
  }

  /** The same with other shares of the time span. */
  public TrainingConfig withParts(double validation, double holdOut) {
    return new TrainingConfig(
        burnIn,
        windowSteps,
        batch,
        rounds,
        warmStartRounds,
        rowsPerUpdate,
        minUpdatesPerRound,
        maxUpdatesPerRound,
        patience,
        learningRate,
        warmStartLearningRate,
        warmUpUpdates,
        weightDecay,
        clipNorm,
        ridge,
        validation,
        holdOut,
        minimumHistory,
        maxNonFiniteSteps);
  }

  private static void inRange(String key, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new IllegalArgumentException(key + ": " + value + "; accepted: " + min + " to " + max);
    }
  }
}
