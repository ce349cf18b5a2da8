package io.tidecast.job.forecast;

import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The steps of the present key that wait for what is decided, in keyed state by their index; {@link
 * WaitingKeys} says which keys have any. About 60 bytes each.
 */
final class WaitingSteps {
  static final MapStateDescriptor<Long, SeriesStep> WAITING =
      new MapStateDescriptor<>("waiting-steps", Types.LONG, StoredTypes.SERIES_STEP);

  private final MapState<Long, SeriesStep> waiting;
  private final WaitingKeys keys;
  private final Targets targets;

  WaitingSteps(MapState<Long, SeriesStep> waiting, WaitingKeys keys, Targets targets) {
    this.waiting = waiting;
    this.keys = keys;
    this.targets = targets;
  }

  /** Those of the present key, as a state that is gone on from has them. */
  void find(String series) throws Exception {
    for (SeriesStep step : waiting.values()) {
      String group = targets.conform(step).orElse(step).group();
      keys.add(series, group, step.step().index());
    }
  }

  /** False if one of the same time waits already. */
  boolean add(SeriesStep step) throws Exception {
    long index = step.step().index();
    if (waiting.contains(index)) {
      return false;
    }
    waiting.put(index, step);
    keys.add(step.series(), step.group(), index);
    return true;
  }

  /** Takes away the first of a series, the present key, in order, as far as they are covered. */
  List<SeriesStep> take(String series, int atMost, LongPredicate isCovered) throws Exception {
    Iterator<Long> indices = indices(keys.of(series));
    List<SeriesStep> taken = new ArrayList<>();
    while (taken.size() < atMost && indices.hasNext()) {
      long index = indices.next();
      if (!isCovered.test(index)) {
        break;
      }
      SeriesStep step = waiting.get(index);
      if (step != null) {
        waiting.remove(index);
        taken.add(step);
      }
    }
    if (!taken.isEmpty()) {
      keys.release(series, taken.size(), taken.get(taken.size() - 1).step().index());
    }
    return taken;
  }

  private Iterator<Long> indices(WaitingKeys.Waiting range) throws Exception {
    if (range.isDense()) {
      return Stream.iterate(range.first(), i -> i <= range.last(), i -> i + 1).iterator();
    }
    TreeSet<Long> indices = new TreeSet<>();
    waiting.keys().forEach(indices::add);
    return indices.iterator();
  }
}
