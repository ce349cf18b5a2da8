package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;

/**
 * A closed step on its way to the forecaster and to the training windows.
 *
 * @param series key of the series
 * @param group model group of the series
 * @param step what was observed in it
 */
public record SeriesStep(String series, String group, ClosedStep step) {
  /**
   * How far the steps of a series have been closed.
   *
   * @param closedUpTo index of the last closed step; {@code Long.MIN_VALUE} before the first
   * @param open number of steps after it that have been observed
   * @param expiry when the series is given up unless it goes on, milliseconds; {@code
   *     Long.MIN_VALUE} before the first closed step
   */
  public record Progress(long closedUpTo, int open, long expiry) {
    public static final Progress NONE = new Progress(Long.MIN_VALUE, 0, Long.MIN_VALUE);

    public Progress opened() {
      return new Progress(closedUpTo, open + 1, expiry);
    }

    public Progress closed(long index) {
      return new Progress(index, open - 1, expiry);
    }

    public Progress expiringAt(long time) {
      return new Progress(closedUpTo, open, time);
    }

    public boolean isEmpty() {
      return closedUpTo == Long.MIN_VALUE;
    }
  }
}
