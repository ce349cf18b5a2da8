package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;

import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.model.ForecasterConfig;
import java.time.Duration;

/**
 * How observations are taken in.
 *
 * @param maxOutOfOrder how far an observation may lie behind the latest of its partition before its
 *     step may be closed (default one step)
 * @param maxLate how late an observation may come and still amends its step; PT0S: not at all
 *     (default the kept history, series.history, with an aggregation of last, else 48 steps; in
 *     either case less than ttl)
 * @param maxFuture how far an event time may lie ahead of the broker's append time (default PT10M)
 * @param maxDelay how long after the end of a step the clock closes it, if observations have not
 *     come later than that of late; PT0S: only the next observation does (default a 60th of the
 *     step, at least PT1S)
 * @param maxGap longest gap that is bridged by masked steps (default 24 steps)
 * @param idleTimeout a partition without records for this long no longer holds the others back;
 *     PT0S: never (default two steps, at least PT30S)
 * @param maxDrift a partition is not read further than this ahead of the slowest that is not idle;
 *     PT0S: as far as it goes (default twice the retraining's epoch, so that what is decided
 *     already is never held up)
 * @param ttl state of a series without observations for this long is dropped (default 48 steps, at
 *     least P90D)
 */
public record IngestSection(
    Duration maxOutOfOrder,
    Duration maxLate,
    Duration maxFuture,
    Duration maxDelay,
    Duration maxGap,
    Duration idleTimeout,
    Duration maxDrift,
    Duration ttl) {
  private static final Duration SHORTEST_DELAY = Duration.ofSeconds(1);
  private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(30);
  private static final Duration SHORTEST_MEMORY = Duration.ofDays(90);
  private static final int LATE_STEPS = 48;

  /** A series is stepped again over twice as many: some hundredths of a second. */
  private static final int MAX_LATE_STEPS = 2_000;

  private static final int REMEMBERED_STEPS = 2 * ForecasterConfig.DEFAULT_MAX_GAP;
  static final IngestSection DEFAULT =
      new IngestSection(null, null, null, null, null, null, null, null);

  public IngestSection {
    maxFuture = requireNonNullElse(maxFuture, Duration.ofMinutes(10));
    that(
        maxOutOfOrder == null || !maxOutOfOrder.isNegative(),
        "maxOutOfOrder",
        maxOutOfOrder,
        "PT0S or longer");
    that(maxLate == null || !maxLate.isNegative(), "maxLate", maxLate, "PT0S or longer");
    that(!maxFuture.isNegative(), "maxFuture", maxFuture, "PT0S or longer");
    that(maxDelay == null || !maxDelay.isNegative(), "maxDelay", maxDelay, "PT0S or longer");
    that(
        idleTimeout == null || !idleTimeout.isNegative(),
        "idleTimeout",
        idleTimeout,
        "PT0S or longer");
    that(maxDrift == null || !maxDrift.isNegative(), "maxDrift", maxDrift, "PT0S or longer");
    that(ttl == null || !ttl.isNegative() && !ttl.isZero(), "ttl", ttl, "a positive duration");
  }

  /** The same with the defaults that follow the step, what is kept of it, and the epoch. */
  IngestSection on(SeriesSection series, Duration epoch) {
    Duration step = series.grid().spacing();
    Duration shortest = series.step().duration();
    int reach =
        series.aggregation() == Aggregation.LAST
            ? Math.min(series.history(), MAX_LATE_STEPS)
            : LATE_STEPS;
    Duration kept =
        requireNonNullElse(ttl, longer(step.multipliedBy(REMEMBERED_STEPS), SHORTEST_MEMORY));
    long steps = Math.max(0, Math.min(reach, kept.minusMillis(1).dividedBy(step)));
    Duration late = requireNonNullElse(maxLate, step.multipliedBy(steps));
    that(
        late.compareTo(step.multipliedBy(MAX_LATE_STEPS)) <= 0,
        "maxLate",
        late,
        "at most " + MAX_LATE_STEPS + " steps");
    return new IngestSection(
        requireNonNullElse(maxOutOfOrder, shortest),
        late,
        maxFuture,
        requireNonNullElse(maxDelay, longer(shortest.dividedBy(60), SHORTEST_DELAY)),
        requireNonNullElse(maxGap, step.multipliedBy(ForecasterConfig.DEFAULT_MAX_GAP)),
        requireNonNullElse(idleTimeout, longer(step.multipliedBy(2), SHORTEST_SILENCE)),
        requireNonNullElse(maxDrift, epoch.multipliedBy(2)),
        kept);
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }
}
