package io.tidecast.job.offline;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A few observations so far from all others that they, and not the others, would decide where
 * training ends and testing begins: those of a device whose clock was wrong, mostly.
 *
 * @param words what is wrong, and what is accepted, in one line
 * @param key of a file's time that leaves them out
 * @param bound its value
 */
record TimeHole(String words, String key, Instant bound) {
  /** Share of the observations that are few. */
  private static final double FEW = 0.1;

  /** A hole is longer than all the rest, and at least so many steps. */
  private static final int LEAST_STEPS = 1_000;

  /**
   * The hole, if there is one.
   *
   * @param observations in order of time
   */
  static Optional<TimeHole> in(List<ObservationRecord> observations, Duration step) {
    int widest = widest(observations);
    if (widest == 0) {
      return Optional.empty();
    }
    Instant before = observations.get(widest - 1).time();
    Instant after = observations.get(widest).time();
    Duration hole = Duration.between(before, after);
    Duration all =
        Duration.between(
            observations.get(0).time(), observations.get(observations.size() - 1).time());
    int few = Math.min(widest, observations.size() - widest);
    boolean longer = hole.compareTo(all.minus(hole)) > 0;
    boolean matters = hole.compareTo(step.multipliedBy(LEAST_STEPS)) > 0;
    if (!longer || !matters || few >= FEW * observations.size()) {
      return Optional.empty();
    }
    boolean early = few == widest;
    String key = early ? "earliest" : "latest";
    String words =
        String.format(
            Locale.ROOT,
            "%,d of %,d observations lie %s %s, %,d steps of nothing %s the others; accepted: rows"
                + " without such a hole, or feed.time.%s, which leaves them out",
            few,
            observations.size(),
            early ? "up to" : "from",
            early ? before : after,
            hole.toMillis() / step.toMillis(),
            early ? "before" : "after",
            key);
    return Optional.of(new TimeHole(words, key, after));
  }

  private static int widest(List<ObservationRecord> observations) {
    int widest = 0;
    Duration longest = Duration.ZERO;
    for (int i = 1; i < observations.size(); i++) {
      Duration gap = Duration.between(observations.get(i - 1).time(), observations.get(i).time());
      if (gap.compareTo(longest) > 0) {
        longest = gap;
        widest = i;
      }
    }
    return widest;
  }
}
