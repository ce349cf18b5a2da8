package io.tidecast.job.ingest;

import io.tidecast.model.Grid;

/**
 * When the clock closes the steps of one partition.
 *
 * <p>That is {@code maxDelay} after the end of a step; or, if that is longer, as long after it as
 * the observations of this step and the one before have taken to be appended, so that what comes as
 * late as ever comes in time. One that has taken longer than a step is of a past that is read, or
 * of a producer that catches up: for two steps from then on the clock closes nothing.
 */
final class PartitionClock {
  static final long NOTHING = Long.MIN_VALUE;
  private static final int STEPS_WITHOUT = 2;

  private final Grid grid;
  private final long maxDelay;
  private final long longestDelay;

  /** Ends of the first and the last step that hold an observation and are not closed. */
  private long first = NOTHING;

  private long last = NOTHING;

  /** Append time from which on the clock may close a step. */
  private long closableFrom = NOTHING;

  /** Step of the latest append. */
  private long step = NOTHING;

  /** The longest that an observation that was appended in that step had taken. */
  private long delay;

  private long delayBefore;

  /** How far this machine's clock is ahead of the broker's, as far as that has been seen. */
  private long ahead;

  PartitionClock(Grid grid, long maxDelay) {
    this.grid = grid;
    this.maxDelay = maxDelay;
    this.longestDelay = Math.max(maxDelay, grid.spacing().toMillis());
  }

  /** Of several that know of the partition the one that knows most is right. */
  void restore(long lastOpen, long from) {
    first = Math.max(first, lastOpen);
    last = Math.max(last, lastOpen);
    closableFrom = Math.max(closableFrom, from);
  }

  /** Beside it, what versions before did not keep. */
  void restore(long firstOpen, long of, long inStep) {
    if (inStep > step) {
      first = firstOpen;
      delay = of;
      step = inStep;
    } else if (inStep == step) {
      first = earlier(first, firstOpen);
      delay = Math.max(delay, of);
    }
  }

  long first() {
    return first;
  }

  long last() {
    return last;
  }

  long closableFrom() {
    return closableFrom;
  }

  long step() {
    return step;
  }

  /** How long after the end of a step it is closed. */
  long delay() {
    return Math.max(maxDelay, Math.max(delay, delayBefore));
  }

  /** The end up to which the steps are to be closed now, or {@link #NOTHING}. */
  long due(long time) {
    long now = time - ahead;
    if (first == NOTHING || now < closableFrom || now < first + delay()) {
      return NOTHING;
    }
    return Math.min(last, grid.end(grid.lastEndedBy(now - delay())));
  }

  /**
   * Takes note of an observation. One that closes its step itself is no exception: what waits for
   * the partition, other partitions and decisions, waits for its steps.
   *
   * @param time of it, milliseconds
   * @param appended milliseconds
   * @param passed index of the last step that the partition had gone past: an observation of such a
   *     step is closed with the next
   */
  void observed(long time, long appended, long passed) {
    if (appended - time > longestDelay) {
      closableFrom = Math.max(closableFrom, appended + STEPS_WITHOUT * grid.spacing().toMillis());
    } else {
      note(appended - time, grid.indexOf(appended));
    }
    long end = grid.end(Math.max(grid.indexOf(time), passed + 1));
    first = earlier(first, end);
    last = Math.max(last, end);
  }

  private static long earlier(long open, long other) {
    return open == NOTHING || other == NOTHING ? Math.max(open, other) : Math.min(open, other);
  }

  private void note(long taken, long inStep) {
    if (inStep > step) {
      delayBefore = inStep == step + 1 ? delay : 0;
      delay = 0;
      step = inStep;
    }
    delay = Math.max(delay, taken);
  }

  /** Takes note of a tick: what ends by then is closed. */
  void ticked(long tick) {
    if (last <= tick) {
      first = NOTHING;
      last = NOTHING;
    } else if (first <= tick) {
      first = grid.end(grid.indexOf(tick) + 1);
    }
  }

  /** Takes note of a tick of its own that the broker has appended before its time. */
  void refused(long tick, long appended) {
    ahead = Math.max(ahead, tick + delay() - appended);
  }
}
