package io.tidecast.connectors.serde;

import io.tidecast.connectors.record.Rejection;

/** Carries a rejection out of a descent; a bad record is data, so no stack trace is taken. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1;
  private static final int MAX_SHOWN = 100;

  private final transient Rejection rejection;

  Refusal(Rejection rejection) {
    super(rejection.detail(), null, false, false);
    this.rejection = rejection;
  }

  static Refusal malformed(String detail) {
    return new Refusal(new Rejection.Malformed(detail));
  }

  /** What a record holds, no longer than a refusal shows of it. */
  static String shortened(String text) {
    return text == null || text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }

  Rejection rejection() {
    return rejection;
  }
}
