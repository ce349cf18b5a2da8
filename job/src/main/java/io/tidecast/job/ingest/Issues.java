package io.tidecast.job.ingest;

import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * What has been said of steps to come: of each time the newest issue, and those before it that an
 * origin which is still open has to be told instead. An issue counts for the origins that its
 * partition had not gone past when it came, so that what a forecast knew follows from the records
 * alone. Several times of one step are made one value as what is observed is: {@link OpenStep}.
 *
 * <p>State per series, where there are such variables: per time from the next step on some 50 bytes
 * and 4 per variable, for as many steps as the horizon and {@value FutureColumns#KEPT_BEYOND} more.
 */
final class Issues {
  private static final int MOST_ISSUES = 4;

  private static final Comparator<SeriesObservation> APPENDED =
      Comparator.comparingLong(SeriesObservation::appended)
          .thenComparingInt(SeriesObservation::partition)
          .thenComparingLong(SeriesObservation::offset);

  private final Grid grid;
  private final Aggregation aggregation;
  private final FutureColumns columns;
  private final MapState<Long, List<SeriesObservation>> issued;

  /** Of a version that kept one value per step; read, and not written again. */
  private final MapState<Long, List<Tuple2<Long, float[]>>> issuedBySteps;

  Issues(Grid grid, Aggregation aggregation, FutureColumns columns, RuntimeContext context) {
    this.grid = grid;
    this.aggregation = aggregation;
    this.columns = columns;
    boolean isNone = columns.known().isEmpty();
    // of other variables nothing that was said is of use
    String names = String.join(",", columns.known());
    issued =
        isNone
            ? null
            : context.getMapState(
                new MapStateDescriptor<>(
                    "issued-by-time " + names,
                    Types.LONG,
                    Types.LIST(StoredTypes.SERIES_OBSERVATION)));
    issuedBySteps =
        isNone
            ? null
            : context.getMapState(
                new MapStateDescriptor<>(
                    "issued " + names,
                    Types.LONG,
                    Types.LIST(Types.TUPLE(Types.LONG, Types.PRIMITIVE_ARRAY(Types.FLOAT)))));
  }

  /** Whether an observation says something of a variable that is known beforehand. */
  boolean has(SeriesObservation observation) {
    for (int place : columns.of(observation.series())) {
      if (!Float.isNaN(observation.covariates()[place])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Keeps what an observation says of such variables, unless its step has closed, and gives back
   * what else it says.
   */
  SeriesObservation take(SeriesObservation observation, long index, long closedUpTo)
      throws Exception {
    int[] own = columns.of(observation.series());
    float[] values = new float[own.length];
    float[] rest = observation.covariates().clone();
    for (int k = 0; k < own.length; k++) {
      values[k] = rest[own[k]];
      rest[own[k]] = Float.NaN;
    }
    boolean isNear =
        closedUpTo == Long.MIN_VALUE
            || index <= closedUpTo + columns.horizon() + FutureColumns.KEPT_BEYOND;
    if (index > closedUpTo && isNear) {
      SeriesObservation issue =
          issue(observation, Math.max(observation.passed(), closedUpTo), values);
      issued.put(index, with(known(index), issue, closedUpTo));
    }
    return observation.with(rest);
  }

  /** Of no series and group: it lies with its own. */
  private static SeriesObservation issue(SeriesObservation of, long passed, float[] values) {
    return new SeriesObservation(
        "",
        "",
        of.time(),
        Double.NaN,
        values,
        false,
        of.isKeyed(),
        passed,
        of.appended(),
        of.partition(),
        of.offset());
  }

  private List<SeriesObservation> known(long index) throws Exception {
    List<SeriesObservation> known = issued.get(index);
    if (known != null) {
      return known;
    }
    List<Tuple2<Long, float[]>> before = issuedBySteps.get(index);
    List<SeriesObservation> read = new ArrayList<>();
    for (int i = 0; before != null && i < before.size(); i++) {
      read.add(
          new SeriesObservation(
              "",
              "",
              grid.end(index),
              Double.NaN,
              before.get(i).f1,
              false,
              false,
              before.get(i).f0,
              Long.MIN_VALUE,
              0,
              i));
    }
    return read;
  }

  /** Without those that say nothing more to any origin that is open, and not without bound. */
  private List<SeriesObservation> with(
      List<SeriesObservation> known, SeriesObservation added, long closedUpTo) {
    List<SeriesObservation> next = new ArrayList<>(known.size() + 1);
    boolean isNews = true;
    int sameTime = 0;
    for (SeriesObservation one : known) {
      isNews &= !isSaid(added, one, closedUpTo);
      if (!isSaid(one, added, closedUpTo)) {
        next.add(one);
        sameTime += one.time() == added.time() ? 1 : 0;
      }
    }
    if (isNews) {
      next.add(added);
      if (sameTime >= MOST_ISSUES * columns.known().size()) {
        next.stream()
            .filter(one -> one.time() == added.time())
            .min(APPENDED)
            .ifPresent(next::remove);
      }
    }
    return next;
  }

  /** Whether all of an issue is said anew by another, to every origin that would be told it. */
  private boolean isSaid(SeriesObservation one, SeriesObservation by, long closedUpTo) {
    boolean isLater =
        one.time() == by.time()
            ? APPENDED.compare(one, by) < 0
            : aggregation == Aggregation.LAST && one.time() < by.time();
    if (!isLater || by.passed() > Math.max(one.passed(), closedUpTo)) {
      return false;
    }
    for (int k = 0; k < one.covariates().length; k++) {
      if (Float.isNaN(by.covariates()[k]) && !Float.isNaN(one.covariates()[k])) {
        return false;
      }
    }
    return true;
  }

  /** A step with what is known of it and of those to come as it closes. */
  OpenStep complete(OpenStep step, long index, String series) throws Exception {
    int[] own = columns.of(series);
    if (own.length == 0) {
      return step;
    }
    float[] filled = columns.filled(step.width() - 1, own, index, to -> of(to, index));
    for (float value : filled) {
      if (!Float.isNaN(value)) {
        return step.with(filled, grid.end(index));
      }
    }
    return step;
  }

  private float[] of(long index, long origin) throws Exception {
    List<SeriesObservation> told = new ArrayList<>(known(index));
    told.removeIf(issue -> issue.passed() >= origin);
    if (told.size() < 2) {
      return told.isEmpty() ? null : told.get(0).covariates();
    }
    OpenStep step = OpenStep.empty("", 1 + columns.known().size());
    for (SeriesObservation issue : told) {
      step = step.with(issue, aggregation);
    }
    return step.close(index, aggregation).covariates();
  }

  /**
   * What is said of steps up to one is of no more use. All that is kept is looked through at the
   * first step and after a gap alone: it may be a thousand steps.
   *
   * @param closedUpTo before that one; {@code Long.MIN_VALUE} if it is the first
   */
  void forget(long closedUpTo, long upTo) throws Exception {
    if (issued == null) {
      return;
    }
    if (closedUpTo == Long.MIN_VALUE || upTo - closedUpTo > columns.horizon()) {
      Set<Long> gone = new HashSet<>();
      issued.keys().forEach(gone::add);
      issuedBySteps.keys().forEach(gone::add);
      gone.removeIf(index -> index > upTo);
      for (long index : gone) {
        remove(index);
      }
      return;
    }
    for (long index = closedUpTo + 1; index <= upTo; index++) {
      remove(index);
    }
  }

  private void remove(long index) throws Exception {
    issued.remove(index);
    issuedBySteps.remove(index);
  }

  void clear() {
    if (issued != null) {
      issued.clear();
      issuedBySteps.clear();
    }
  }
}
