package io.tidecast.model.train;

/** Told of a training's progress, on the training thread, after each round. */
@FunctionalInterface
public interface TrainingListener {
  TrainingListener NONE = (round, rounds, loss, validationPinball) -> {};

  /**
   * @param round ended just now; 0 before the first update
   * @param rounds planned at most
   * @param loss mean pinball loss of the round's updates; NaN for round 0
   * @param validationPinball mean pinball loss on the validation part, in units of the scale
   */
  void roundEnded(int round, int rounds, double loss, double validationPinball);
}
