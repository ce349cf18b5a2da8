package io.tidecast.job.ingest;

import io.tidecast.job.state.KeptSteps;
import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Grid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The closed steps of the present key, and the observations of them that came late.
 *
 * <p>What comes late changes its step with the next step of its series that closes after it: at
 * most once per step, however many come. Which step that is follows from the order of records in
 * their partition, not from how far others had been read, and so does what it changes.
 *
 * <p>State per series: the steps of the last two blocks of {@code reach} steps of the grid, see
 * {@link KeptSteps} for their size, {@value #TOGETHER} to a value where each is small; the newest
 * of them are part of {@link SeriesStep.Progress}, so that a step costs no access of its own. Late
 * observations until the next step.
 */
final class PastSteps {
  private static final int TOGETHER = 16;

  private static final MapStateDescriptor<Long, KeptSteps> KEPT =
      new MapStateDescriptor<>("kept-steps", Types.LONG, StoredTypes.KEPT_STEPS);
  private static final ListStateDescriptor<SeriesObservation> LATE =
      new ListStateDescriptor<>("late-observations", StoredTypes.SERIES_OBSERVATION);

  private static final Comparator<SeriesObservation> APPENDED =
      Comparator.comparingLong(SeriesObservation::appended)
          .thenComparingInt(SeriesObservation::partition)
          .thenComparingLong(SeriesObservation::offset);

  private final Grid grid;
  private final Aggregation aggregation;
  private final int reach;
  private final int together;
  private final MapState<Long, KeptSteps> kept;
  private final ListState<SeriesObservation> late;

  /**
   * Of the present key.
   *
   * @param reach steps that an observation may come late; 0: none may
   */
  PastSteps(Grid grid, Aggregation aggregation, int reach, RuntimeContext context) {
    this.grid = grid;
    this.aggregation = aggregation;
    this.reach = reach;
    together = aggregation == Aggregation.LAST ? TOGETHER : 1;
    kept = context.getMapState(KEPT);
    late = context.getListState(LATE);
  }

  /** With a step that closes, after all others. */
  SeriesStep.Progress keep(long index, OpenStep step, SeriesStep.Progress now) throws Exception {
    if (reach == 0) {
      return now;
    }
    KeptSteps newest = now.newest();
    if (newest.count() > 0 && placeOf(newest.last()) != placeOf(index)) {
      putAway(newest);
      forget(start(newest.last()), start(index));
      newest = KeptSteps.NONE;
    }
    return now.keeping(newest.with(index, KeptSteps.fitting(step, index, aggregation), grid));
  }

  private long placeOf(long index) {
    return Math.floorDiv(index, (long) together);
  }

  /** First step that is kept beside a newest one. */
  private long start(long newest) {
    return (Math.floorDiv(newest, (long) reach) - 1) * reach;
  }

  private void putAway(KeptSteps steps) throws Exception {
    long place = placeOf(steps.last());
    KeptSteps known = kept.get(place);
    if (known == null) {
      kept.put(place, steps);
    } else {
      TreeMap<Long, OpenStep> all = known.steps();
      all.putAll(steps.steps());
      kept.put(place, KeptSteps.of(all, grid));
    }
  }

  private void forget(long from, long until) throws Exception {
    if (placeOf(from) == placeOf(until)) {
      return;
    }
    List<Long> gone = new ArrayList<>();
    kept.keys()
        .forEach(
            place -> {
              if (place < placeOf(until)) {
                gone.add(place);
              }
            });
    for (long place : gone) {
      kept.remove(place);
    }
  }

  /** Whether an observation of a closed step can still change it. */
  boolean takes(SeriesObservation observation, long index, long newest, SeriesStep.Progress now)
      throws Exception {
    long reference =
        observation.isKeyed() ? newest : Math.max(observation.passed(), now.closedUpTo());
    if (reach == 0 || index <= reference - reach) {
      return false;
    }
    KeptSteps steps =
        now.newest().count() > 0 && placeOf(now.newest().last()) == placeOf(index)
            ? now.newest()
            : kept.get(placeOf(index));
    OpenStep step = steps == null ? null : steps.steps().get(index);
    return step == null || !KeptSteps.isSealed(step);
  }

  SeriesStep.Progress addLate(SeriesObservation observation, SeriesStep.Progress now)
      throws Exception {
    late.add(observation.placed());
    return now.withLate(now.late() + 1);
  }

  /** What has come late and has to be known before a step is forecast from. */
  record Change(SeriesStep.Progress now, SeriesStep.Amendment past) {}

  /**
   * What changes with a step that closes.
   *
   * @param closesAt index of the step at whose end it does; what came late after that is left
   */
  Change change(long index, long closesAt, SeriesStep.Progress now) throws Exception {
    if (now.late() == 0) {
      return new Change(now, SeriesStep.Amendment.NONE);
    }
    List<SeriesObservation> due = new ArrayList<>();
    List<SeriesObservation> left = new ArrayList<>();
    for (SeriesObservation observation : late.get()) {
      boolean isDue = observation.passed() < closesAt && indexOf(observation) < index;
      (isDue ? due : left).add(observation);
    }
    if (due.isEmpty()) {
      return new Change(now, SeriesStep.Amendment.NONE);
    }
    late.update(left);
    due.sort(APPENDED);
    return amend(due, now.withLate(left.size()));
  }

  private long indexOf(SeriesObservation observation) {
    return grid.indexOf(observation.time());
  }

  private Change amend(List<SeriesObservation> due, SeriesStep.Progress before) throws Exception {
    long first = due.stream().mapToLong(this::indexOf).min().orElseThrow();
    long from = Math.floorDiv(first, (long) reach) * reach;
    TreeMap<Long, OpenStep> steps = from(from, before);
    TreeMap<Long, OpenStep> changed = new TreeMap<>();
    for (SeriesObservation observation : due) {
      long index = indexOf(observation);
      OpenStep known = changed.getOrDefault(index, steps.get(index));
      changed.put(index, with(known, observation));
    }
    TreeSet<Long> amended = new TreeSet<>(changed.keySet());
    amended.removeIf(index -> isSame(index, steps.get(index), changed.get(index)));
    steps.putAll(changed);
    SeriesStep.Progress now = replace(changed.keySet(), steps, before);
    return new Change(now, amendment(amended, steps));
  }

  private OpenStep with(OpenStep known, SeriesObservation observation) {
    OpenStep step =
        known == null
            ? OpenStep.empty(observation.group(), 1 + observation.covariates().length)
            : known;
    return KeptSteps.isSealed(step) ? step : step.with(observation, aggregation);
  }

  private boolean isSame(long index, OpenStep before, OpenStep after) {
    ClosedStep now = after.close(index, aggregation);
    return before == null ? now.isEmpty() : before.close(index, aggregation).sameAs(now);
  }

  private SeriesStep.Amendment amendment(TreeSet<Long> amended, TreeMap<Long, OpenStep> steps) {
    if (amended.isEmpty()) {
      return SeriesStep.Amendment.NONE;
    }
    long from = Math.floorDiv(amended.first(), (long) reach) * reach;
    List<ClosedStep> closed = new ArrayList<>();
    steps.tailMap(from).forEach((index, step) -> closed.add(step.close(index, aggregation)));
    closed.removeIf(ClosedStep::isEmpty);
    return new SeriesStep.Amendment(List.copyOf(amended), closed);
  }

  /** Every step that is kept from an index on. */
  private TreeMap<Long, OpenStep> from(long first, SeriesStep.Progress now) throws Exception {
    TreeMap<Long, OpenStep> all = new TreeMap<>();
    for (var entry : kept.entries()) {
      if (entry.getKey() >= placeOf(first)) {
        all.putAll(entry.getValue().steps());
      }
    }
    all.putAll(now.newest().steps());
    return new TreeMap<>(all.tailMap(first));
  }

  private SeriesStep.Progress replace(
      Iterable<Long> changed, TreeMap<Long, OpenStep> steps, SeriesStep.Progress before)
      throws Exception {
    SeriesStep.Progress now = before;
    TreeSet<Long> places = new TreeSet<>();
    changed.forEach(index -> places.add(placeOf(index)));
    for (long place : places) {
      TreeMap<Long, OpenStep> own = new TreeMap<>();
      KeptSteps known = kept.get(place);
      if (known != null) {
        own.putAll(known.steps());
      }
      boolean isNewest = now.newest().count() > 0 && placeOf(now.newest().last()) == place;
      if (isNewest) {
        own.putAll(now.newest().steps());
      }
      own.putAll(steps.subMap(place * together, (place + 1) * together));
      own.replaceAll((index, step) -> KeptSteps.fitting(step, index, aggregation));
      if (isNewest) {
        now = now.keeping(KeptSteps.of(own, grid));
        kept.remove(place);
      } else {
        kept.put(place, KeptSteps.of(own, grid));
      }
    }
    return now;
  }

  void clear() {
    kept.clear();
    late.clear();
  }
}
