package io.tidecast.connectors.record;

import java.time.Instant;

/** What the bytes of an observation topic turned out to be. */
public sealed interface Decoded {

  /** An observation, all checks passed. */
  record Accepted(ObservationRecord observation) implements Decoded {}

  /**
   * A bar that has not ended yet, as exchanges send at every trade. It is well formed, and not
   * news: skipped without a dead letter.
   */
  record OpenBar() implements Decoded {}

  /** What the clock says: steps that end at this time or before are over for the partition. */
  record Tick(Instant time) implements Decoded {}

  /** Not an observation. */
  record Refused(Rejection rejection) implements Decoded {}
}
