package io.tidecast.model.train;

import java.util.ArrayList;
import java.util.List;

/** What a running training has come to; becomes its report. */
final class Progress {
  private final TrainingSet set;
  private final long startNanos = System.nanoTime();
  private final List<Double> losses = new ArrayList<>();
  private final List<Double> validation = new ArrayList<>();
  private final List<Double> gradientNormByLag = new ArrayList<>();
  private int bestRound;
  private int updates;
  private int clippedSteps;
  private int nonFiniteSteps;

  Progress(TrainingSet set) {
    this.set = set;
  }

  /** Round 0 is the start, without a loss. Tells whether the round is the best so far. */
  boolean roundEnded(double loss, double validationLoss) {
    if (!validation.isEmpty()) {
      losses.add(loss);
    }
    validation.add(validationLoss);
    int round = validation.size() - 1;
    if (round > 0 && validationLoss < bestValidation()) {
      bestRound = round;
      return true;
    }
    return false;
  }

  void updated(boolean clipped) {
    updates++;
    clippedSteps += clipped ? 1 : 0;
  }

  void nonFinite() {
    nonFiniteSteps++;
  }

  void gradientNormByLag(double[] norms) {
    for (double norm : norms) {
      gradientNormByLag.add(norm);
    }
  }

  int nonFiniteSteps() {
    return nonFiniteSteps;
  }

  double bestValidation() {
    return validation.get(bestRound);
  }

  double lastValidation() {
    return validation.get(validation.size() - 1);
  }

  int roundsSinceBest() {
    return validation.size() - 1 - bestRound;
  }

  TrainingReport report() {
    return new TrainingReport(
        set.trainingRows(),
        set.windows().size(),
        set.refused(),
        updates,
        losses,
        validation,
        bestRound,
        gradientNormByLag,
        clippedSteps,
        nonFiniteSteps,
        (System.nanoTime() - startNanos) * 1e-9);
  }
}
