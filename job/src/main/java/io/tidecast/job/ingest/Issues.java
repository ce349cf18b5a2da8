package io.tidecast.job.ingest;

import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.model.Grid;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * What has been said of steps to come: of each the newest issue, and those before it that an origin
 * which is still open has to be told instead. An issue counts for the origins that its partition
 * had not gone past when it came, so that what a forecast knew follows from the order of records
 * alone.
 *
 * <p>State per series, where there are such variables: per step from the next one on some 40 bytes
 * and 4 per variable, for as many steps as the horizon and {@value FutureColumns#KEPT_BEYOND} more.
 */
final class Issues {
  private static final int MOST_ISSUES = 4;

  private final Grid grid;
  private final FutureColumns columns;
  private final MapState<Long, List<Tuple2<Long, float[]>>> issued;

  Issues(Grid grid, FutureColumns columns, RuntimeContext context) {
    this.grid = grid;
    this.columns = columns;
    issued = columns.known().isEmpty() ? null : context.getMapState(descriptor(columns));
  }

  /** Of other variables nothing that was said is of use. */
  private static MapStateDescriptor<Long, List<Tuple2<Long, float[]>>> descriptor(
      FutureColumns columns) {
    return new MapStateDescriptor<>(
        "issued " + String.join(",", columns.known()),
        Types.LONG,
        Types.LIST(Types.TUPLE(Types.LONG, Types.PRIMITIVE_ARRAY(Types.FLOAT))));
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
      issued.put(index, with(issued.get(index), values, observation.passed(), closedUpTo));
    }
    return observation.with(rest);
  }

  private static List<Tuple2<Long, float[]>> with(
      List<Tuple2<Long, float[]>> known, float[] values, long passed, long closedUpTo) {
    List<Tuple2<Long, float[]>> next = known == null ? new ArrayList<>() : new ArrayList<>(known);
    float[] merged = values.clone();
    if (!next.isEmpty()) {
      Tuple2<Long, float[]> before = next.get(next.size() - 1);
      for (int k = 0; k < merged.length; k++) {
        merged[k] = Float.isNaN(merged[k]) ? before.f1[k] : merged[k];
      }
      if (before.f0 >= passed) {
        next.remove(next.size() - 1);
      }
    }
    next.add(Tuple2.of(passed, merged));
    while (next.size() > 1 && (next.get(1).f0 <= closedUpTo || next.size() > MOST_ISSUES)) {
      next.remove(0);
    }
    return next;
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
    List<Tuple2<Long, float[]>> known = issued.get(index);
    float[] newest = null;
    for (int i = 0; known != null && i < known.size(); i++) {
      newest = known.get(i).f0 < origin ? known.get(i).f1 : newest;
    }
    return newest;
  }

  /** What is said of steps up to one is of no more use. */
  void forget(long upTo) throws Exception {
    if (issued == null) {
      return;
    }
    List<Long> gone = new ArrayList<>();
    for (long index : issued.keys()) {
      if (index <= upTo) {
        gone.add(index);
      }
    }
    for (long index : gone) {
      issued.remove(index);
    }
  }

  void clear() {
    if (issued != null) {
      issued.clear();
    }
  }
}
