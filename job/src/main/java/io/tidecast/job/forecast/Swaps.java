package io.tidecast.job.forecast;

import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.weights.ForecastModel;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;

/**
 * How a series comes under another version, and back.
 *
 * <p>Forwards the state goes on, and the forecaster replays the kept history through the weights.
 * Backwards that would not be exact: what the other version has forecast is in the mixture and in
 * the calibration, and a replay of the history is not the past of a state that was carried. So the
 * state before a swap is kept for a while, with the steps since: a series that comes back to the
 * version before takes that state and steps it on. It is then, to the bit, where it would be if
 * nothing had happened.
 *
 * <p>State per series, for {@code keptSteps} after a swap: once more that of the series, written
 * once; about 60 bytes for each step since.
 */
final class Swaps {
  static final ValueStateDescriptor<SeriesMemory> BEFORE =
      new ValueStateDescriptor<>("series-before-swap", StoredTypes.SERIES_MEMORY);
  static final ListStateDescriptor<SeriesStep> SINCE =
      new ListStateDescriptor<>("steps-since-swap", StoredTypes.SERIES_STEP);

  private final ValueState<SeriesMemory> before;
  private final ListState<SeriesStep> since;
  private final Targets targets;
  private final long keptSteps;

  Swaps(
      ValueState<SeriesMemory> before,
      ListState<SeriesStep> since,
      Targets targets,
      long keptSteps) {
    this.before = before;
    this.since = since;
    this.targets = targets;
    this.keptSteps = keptSteps;
  }

  /**
   * The state of the present key from which a step goes on.
   *
   * @param model that serves the step; null while none does
   */
  SeriesMemory under(
      ForecastModel model, SeriesMemory held, SeriesStep step, SeriesForecaster forecaster)
      throws Exception {
    String version = model == null ? "" : model.version();
    if (version.equals(held.version())) {
      goOn(held, step);
      return held;
    }
    SeriesMemory kept = held.swappedAt().isPresent() ? before.value() : null;
    if (kept != null && kept.version().equals(version)) {
      return backTo(kept, model, forecaster);
    }
    swap(held, version, step);
    return held;
  }

  private void goOn(SeriesMemory held, SeriesStep step) throws Exception {
    if (held.swappedAt().isEmpty()) {
      return;
    }
    if (step.step().index() - held.swappedAt().getAsLong() < keptSteps) {
      since.add(step);
    } else {
      held.swapForGood(held.version());
      clear();
    }
  }

  private void swap(SeriesMemory held, String version, SeriesStep step) throws Exception {
    if (held.version().isEmpty() || keptSteps == 0) {
      held.swapForGood(version);
      return;
    }
    before.update(held.toKeep());
    since.update(List.of(step));
    held.swap(version, step.step().index());
  }

  /** What comes out of the steps has been said by the other version. */
  private SeriesMemory backTo(SeriesMemory kept, ForecastModel model, SeriesForecaster forecaster)
      throws Exception {
    for (SeriesStep step : since.get()) {
      Optional<SeriesStep> conforming = targets.conform(step);
      if (conforming.isPresent()) {
        forecaster.step(kept.live(forecaster.config()), conforming.get().step(), model);
      }
    }
    clear();
    return kept;
  }

  /** What is kept of the present key. */
  void clear() {
    before.clear();
    since.clear();
  }
}
