package io.tidecast.model.artifact;

/** Bytes that are not a whole and unchanged model artifact; the message says what is wrong. */
public final class InvalidArtifactException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidArtifactException(String reason) {
    super(reason);
  }

  InvalidArtifactException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
