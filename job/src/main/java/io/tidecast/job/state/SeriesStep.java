package io.tidecast.job.state;

import io.tidecast.model.ClosedStep;
import java.util.List;

/**
 * A closed step on its way to the forecaster and to the training windows, and with it what has
 * turned out otherwise of the steps before.
 *
 * @param series key of the series
 * @param group model group of the series
 * @param step what was observed in it
 * @param knownAt index of the step at whose end it was known: its own, as a rule
 * @param past what has to be known before it is forecast from
 */
public record SeriesStep(
    String series, String group, ClosedStep step, long knownAt, Amendment past) {

  /** A step that was known at its end, of a series whose past is as it was. */
  public SeriesStep(String series, String group, ClosedStep step) {
    this(series, group, step, step.index(), Amendment.NONE);
  }

  /** The same series with another step. */
  public SeriesStep with(String otherGroup, ClosedStep other, Amendment otherPast) {
    return new SeriesStep(series, otherGroup, other, knownAt, otherPast);
  }

  /**
   * Steps that were closed before and are otherwise, or new.
   *
   * @param amended their indices, ascending
   * @param steps as they are now, and all others since the block of the first of them began,
   *     ascending
   */
  public record Amendment(List<Long> amended, List<ClosedStep> steps) {
    public static final Amendment NONE = new Amendment(List.of(), List.of());

    public Amendment {
      amended = List.copyOf(amended);
      steps = List.copyOf(steps);
    }

    public boolean isEmpty() {
      return amended.isEmpty();
    }

    public long first() {
      return amended.get(0);
    }
  }

  /**
   * How far the steps of a series have been closed.
   *
   * @param closedUpTo index of the last closed step; {@code Long.MIN_VALUE} before the first
   * @param open number of steps after it that have been observed
   * @param expiry when the series is given up unless it goes on, milliseconds; {@code
   *     Long.MIN_VALUE} before the first closed step
   * @param late observations of closed steps that wait for the next step
   * @param newest the steps that were closed last, before they go to the others that are kept
   */
  public record Progress(long closedUpTo, int open, long expiry, int late, KeptSteps newest) {
    public static final Progress NONE =
        new Progress(Long.MIN_VALUE, 0, Long.MIN_VALUE, 0, KeptSteps.NONE);

    public Progress opened() {
      return new Progress(closedUpTo, open + 1, expiry, late, newest);
    }

    public Progress closed(long index) {
      return new Progress(index, open - 1, expiry, late, newest);
    }

    public Progress expiringAt(long time) {
      return new Progress(closedUpTo, open, time, late, newest);
    }

    public Progress withLate(int count) {
      return new Progress(closedUpTo, open, expiry, count, newest);
    }

    public Progress keeping(KeptSteps kept) {
      return new Progress(closedUpTo, open, expiry, late, kept);
    }

    public boolean isEmpty() {
      return closedUpTo == Long.MIN_VALUE;
    }
  }
}
