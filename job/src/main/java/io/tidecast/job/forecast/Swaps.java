package io.tidecast.job.forecast;

import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
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
  private final ValueState<Anchors> anchors;
  private final Targets targets;
  private final long keptSteps;

  Swaps(
      ValueState<SeriesMemory> before,
      ListState<SeriesStep> since,
      ValueState<Anchors> anchors,
      Targets targets,
      long keptSteps) {
    this.before = before;
    this.since = since;
    this.anchors = anchors;
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
      return backTo(kept, held.swappedAt().getAsLong(), model, forecaster);
    }
    swap(held, version, step);
    return held;
  }

  private void goOn(SeriesMemory held, SeriesStep step) throws Exception {
    if (held.swappedAt().isEmpty()) {
      return;
    }
    if (step.step().index() - held.swappedAt().getAsLong() < keptSteps) {
      since.add(withoutPast(step));
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
    since.update(List.of(withoutPast(step)));
    held.swap(version, step.step().index());
  }

  /** What comes out of the steps has been said by the other version. */
  private SeriesMemory backTo(
      SeriesMemory kept, long swappedAt, ForecastModel model, SeriesForecaster forecaster)
      throws Exception {
    List<ClosedStep> steps = new ArrayList<>();
    for (SeriesStep step : since.get()) {
      targets.conform(step).map(SeriesStep::step).ifPresent(steps::add);
    }
    Anchors known = anchors.value();
    SeriesForecaster.Amended back =
        forecaster.stepAgain(
            kept.live(forecaster),
            known == null ? Anchors.NONE : known.before(swappedAt),
            steps,
            index -> Optional.ofNullable(model));
    anchors.update(back.anchors());
    clear();
    return kept;
  }

  private static SeriesStep withoutPast(SeriesStep step) {
    return step.with(step.group(), step.step(), SeriesStep.Amendment.NONE);
  }

  /**
   * Amends what is kept of the present key, as its series was.
   *
   * @param models the version that serves an origin, by its index
   */
  void amend(
      SeriesStep.Amendment past,
      SeriesMemory held,
      SeriesForecaster forecaster,
      LongFunction<Optional<ForecastModel>> models)
      throws Exception {
    SeriesMemory kept = held.swappedAt().isPresent() ? before.value() : null;
    if (kept == null) {
      return;
    }
    long swappedAt = swappedAt(past, held, models);
    held.swap(held.version(), swappedAt);
    TreeMap<Long, SeriesStep> steps = new TreeMap<>();
    for (SeriesStep step : since.get()) {
      steps.put(step.step().index(), step);
    }
    SeriesStep any = steps.firstEntry().getValue();
    for (ClosedStep step : past.steps()) {
      if (step.index() >= swappedAt) {
        steps.put(step.index(), any.with(any.group(), step, SeriesStep.Amendment.NONE));
      }
    }
    since.update(List.copyOf(steps.values()));
    if (past.first() < swappedAt) {
      List<ClosedStep> until =
          past.steps().stream().filter(step -> step.index() < swappedAt).toList();
      Optional<SeriesForecaster.Amended> amended =
          forecaster.amend(kept.live(forecaster), anchors.value(), past.first(), until, models);
      if (amended.isPresent()) {
        before.update(kept.with(amended.get().state()).toKeep());
      }
    }
  }

  /** The first step under the present version may be one that was not there. */
  private static long swappedAt(
      SeriesStep.Amendment past, SeriesMemory held, LongFunction<Optional<ForecastModel>> models) {
    long known = held.swappedAt().getAsLong();
    return past.steps().stream()
        .mapToLong(ClosedStep::index)
        .filter(index -> index < known)
        .filter(
            index ->
                models.apply(index).map(ForecastModel::version).orElse("").equals(held.version()))
        .findFirst()
        .orElse(known);
  }

  /** What is kept of the present key. */
  void clear() {
    before.clear();
    since.clear();
  }
}
