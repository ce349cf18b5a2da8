package io.tidecast.model.train;

import java.util.List;

/**
 * How a training went. Not part of the model: it holds wall-clock time.
 *
 * @param rows usable training steps over all series
 * @param windows accepted
 * @param refusedWindows left out: a value that is infinite, or one that overlaps another
 * @param updates made
 * @param losses mean pinball loss of each round's updates, in units of the scale
 * @param validation mean pinball loss on the validation part before the first and after each round
 * @param bestRound whose weights were kept; 0 is the start
 * @param gradientNormByLag norm of the gradient of one step's loss with respect to the hidden state
 *     that many steps before: what vanishes shows here
 * @param clippedSteps updates whose gradient was scaled down to the limit
 * @param nonFiniteSteps updates dropped for a loss or gradient that was not finite
 * @param seconds of wall-clock time
 */
public record TrainingReport(
    long rows,
    int windows,
    int refusedWindows,
    int updates,
    List<Double> losses,
    List<Double> validation,
    int bestRound,
    List<Double> gradientNormByLag,
    int clippedSteps,
    int nonFiniteSteps,
    double seconds) {
  public TrainingReport {
    losses = List.copyOf(losses);
    validation = List.copyOf(validation);
    gradientNormByLag = List.copyOf(gradientNormByLag);
  }
}
