package io.tidecast.model.train;

import io.tidecast.model.Stretch;
import java.util.List;

/**
 * The parts of the time span of all windows, all series alike: the oldest is trained on, the next
 * chooses the round, the newest is held out for the gate.
 *
 * <p>Parts are shares of the span: while that grows or moves on, a champion never was trained on
 * what is validation or hold-out now.
 *
 * @param first first step of all
 * @param validationStart first step of the validation part
 * @param holdOutStart first step of the hold-out
 * @param end last step of all; before {@code first} if there are no windows
 */
public record TimeSplit(long first, long validationStart, long holdOutStart, long end) {

  static TimeSplit of(List<Stretch> windows, TrainingConfig.Parts parts) {
    if (windows.isEmpty()) {
      return new TimeSplit(0, 0, 0, -1);
    }
    long first = windows.stream().mapToLong(Stretch::start).min().getAsLong();
    long end = windows.stream().mapToLong(Stretch::end).max().getAsLong();
    long span = end - first + 1;
    long holdOutStart = end + 1 - Math.round(span * parts.holdOut());
    long validationStart = holdOutStart - Math.round(span * parts.validation());
    return new TimeSplit(first, validationStart, holdOutStart, end);
  }
}
