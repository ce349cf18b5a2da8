package io.tidecast.model.train;

import java.util.Arrays;
import java.util.List;

/**
 * The parts of the history, all series alike: the oldest is trained on, the next chooses, the
 * newest is held out for the gate. What is served in the end is trained on all three.
 *
 * <p>Parts are shares of the observed steps by their rank in time, not of the time span: a lone
 * record from long ago takes no share, and neither do nights without any.
 *
 * @param first first step of all
 * @param validationStart first step of the validation part
 * @param holdOutStart first step of the hold-out
 * @param end last step of all; before {@code first} if there are no rows
 */
public record TimeSplit(long first, long validationStart, long holdOutStart, long end) {
  // an epoch in which the champion saw nothing is all a fair gate has; noise forbids much less
  private static final double LEAST_HOLD_OUT = 0.03;
  private static final double LARGEST_HOLD_OUT = 0.25;

  static TimeSplit of(List<SeriesRows> series, TrainingConfig.Parts parts) {
    long[] steps = steps(series);
    return split(steps, stepAt(steps, parts.holdOut()), parts);
  }

  /**
   * With a hold-out that begins where the champion's training ended, as far as that leaves neither
   * too little nor too much.
   */
  static TimeSplit since(long lastTrained, List<SeriesRows> series, TrainingConfig.Parts parts) {
    long[] steps = steps(series);
    if (parts.holdOut() == 0) {
      return split(steps, stepAt(steps, 0), parts);
    }
    long earliest = stepAt(steps, LARGEST_HOLD_OUT);
    long latest = stepAt(steps, LEAST_HOLD_OUT);
    return split(steps, Math.max(earliest, Math.min(latest, lastTrained + 1)), parts);
  }

  private static TimeSplit split(long[] steps, long holdOutStart, TrainingConfig.Parts parts) {
    if (steps.length == 0) {
      return new TimeSplit(0, 0, 0, -1);
    }
    int before = Arrays.binarySearch(steps, holdOutStart);
    int rank = before < 0 ? -before - 1 : before;
    while (rank > 0 && steps[rank - 1] == holdOutStart) {
      rank--;
    }
    long wanted = Math.round(steps.length * parts.validation());
    int validation = (int) Math.max(0, rank - wanted);
    return new TimeSplit(
        steps[0],
        validation < steps.length ? Math.min(steps[validation], holdOutStart) : holdOutStart,
        holdOutStart,
        steps[steps.length - 1]);
  }

  /** First step of the newest {@code share}. */
  private static long stepAt(long[] steps, double share) {
    if (steps.length == 0) {
      return 0;
    }
    int rank = steps.length - (int) Math.round(steps.length * share);
    return rank < steps.length ? steps[rank] : steps[steps.length - 1] + 1;
  }

  /** Of all observed rows, ascending. */
  private static long[] steps(List<SeriesRows> series) {
    long[] steps = new long[series.stream().mapToInt(SeriesRows::rows).sum()];
    int count = 0;
    for (SeriesRows one : series) {
      for (int r = 0; r < one.rows(); r++) {
        if (one.observed()[r]) {
          steps[count++] = one.steps()[r];
        }
      }
    }
    long[] observed = Arrays.copyOf(steps, count);
    Arrays.sort(observed);
    return observed;
  }

  /** All of it in the training part. */
  TimeSplit whole() {
    return new TimeSplit(first, end + 1, end + 1, end);
  }
}
