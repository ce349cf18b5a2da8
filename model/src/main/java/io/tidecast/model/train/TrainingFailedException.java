package io.tidecast.model.train;

/** A training that cannot come to a model; the message says what was expected and what found. */
final class TrainingFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  TrainingFailedException(String reason) {
    super(reason);
  }
}
