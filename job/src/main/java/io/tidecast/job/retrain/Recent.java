package io.tidecast.job.retrain;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.DriftTest;
import io.tidecast.model.train.TrainingConfig;
import java.util.Arrays;
import java.util.List;

/**
 * What is trained on after a drift, from scratch: what has come since the change, and as much from
 * before, for it would take weeks until the whole history is of the new kind. Of that a small part
 * chooses, and the newest that can still be judged by is held out.
 *
 * @param windows the newest
 * @param training with the parts that fit them
 */
record Recent(List<Stretch> windows, TrainingConfig training) {
  private static final double VALIDATION = 0.1;
  private static final int JUDGED_HORIZONS = 6;
  private static final double LARGEST_HOLD_OUT = 0.4;

  static Recent of(
      List<Stretch> all, DriftTest drift, ForecasterConfig config, TrainingConfig training) {
    long end = all.stream().mapToLong(Stretch::end).max().orElse(0);
    long series = Math.max(1, all.stream().map(Stretch::series).distinct().count());
    long changed = drift.stepsSinceChange(config.horizon());
    long least = 2L * training.history().network() / series + config.history();
    long steps = Math.max(2 * changed, least);
    double holdOut = (double) JUDGED_HORIZONS * config.horizon() / steps;
    TrainingConfig.Parts parts =
        new TrainingConfig.Parts(
            VALIDATION, Math.max(VALIDATION, Math.min(LARGEST_HOLD_OUT, holdOut)));
    List<Stretch> newest =
        all.stream()
            .filter(window -> window.end() > end - steps)
            .map(window -> from(end - steps + 1, window))
            .toList();
    return new Recent(newest, training.with(parts));
  }

  private static Stretch from(long first, Stretch window) {
    int gone = (int) Math.max(0, first - window.start());
    return window.with(
        window.end(), Arrays.copyOfRange(window.values(), gone, window.values().length));
  }
}
