package io.tidecast.model.train;

/** A training that gives no model. The message says what was expected and what was found. */
final class TrainingFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private final boolean isTooShort;

  TrainingFailedException(String reason) {
    this(reason, false);
  }

  private TrainingFailedException(String reason, boolean isTooShort) {
    super(reason);
    this.isTooShort = isTooShort;
  }

  /** There is too little history, and nothing else is wrong. */
  static TrainingFailedException tooShort(String reason) {
    return new TrainingFailedException(reason, true);
  }

  boolean isTooShort() {
    return isTooShort;
  }
}
