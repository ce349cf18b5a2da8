package io.tidecast.job.forecast;

import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.GroupModels;
import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import io.tidecast.model.online.Anchors;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.util.Optional;
import java.util.function.LongFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * The past of the present key: earlier states of its series, to step on from when something of the
 * past turns out otherwise.
 *
 * <p>An amendment comes with the next step of its series, so a series is stepped again at most once
 * per step, and over at most twice the steps that a correction may reach back: barriers and other
 * records pass between two of them.
 *
 * <p>State per series: {@link Anchors}, written once in as many steps as a correction may reach
 * back.
 */
final class Past {
  static final ValueStateDescriptor<Anchors> ANCHORS =
      new ValueStateDescriptor<>("anchors", StoredTypes.ANCHORS);

  private final ValueState<Anchors> anchors;
  private final Swaps swaps;
  private final Grid grid;
  private final ModelCache cache;
  private final Counter amended;
  private final Counter dropped;

  Past(ValueState<Anchors> anchors, Swaps swaps, Grid grid, ModelCache cache, MetricGroup metrics) {
    this.anchors = anchors;
    this.swaps = swaps;
    this.grid = grid;
    this.cache = cache;
    amended = Metrics.counter(metrics, Metrics.AMENDED);
    dropped = Metrics.counter(metrics, Metrics.STEPS_DROPPED);
  }

  /** Keeps the state before a step, if that is due. */
  void keep(SeriesState state, long index, SeriesForecaster forecaster) throws Exception {
    if (forecaster.isAnchorDue(state, index)) {
      anchors.update(forecaster.anchored(known(), state, index));
    }
  }

  private Anchors known() throws Exception {
    Anchors known = anchors.value();
    return known == null ? Anchors.NONE : known;
  }

  /** The state from which a step goes on, with what it brings of the past. */
  SeriesMemory amended(
      SeriesStep.Amendment past, SeriesMemory held, SeriesForecaster forecaster, GroupModels models)
      throws Exception {
    if (past.isEmpty()) {
      return held;
    }
    long now = grid.end(held.lastIndex());
    LongFunction<Optional<ForecastModel>> serving =
        index ->
            models
                .replayedAt(grid.end(index), now)
                .flatMap(served -> cache.get(served, forecaster.config()));
    Anchors before = known();
    Optional<SeriesForecaster.Amended> result =
        forecaster.amend(held.live(forecaster), before, past.first(), past.steps(), serving);
    if (result.isEmpty()) {
      dropped.inc(past.amended().size());
      return held;
    }
    swaps.amend(past, held, forecaster, serving);
    anchors.update(result.get().anchors());
    amended.inc();
    return held.with(result.get().state());
  }

  void clear() {
    anchors.clear();
  }
}
