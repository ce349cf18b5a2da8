package io.tidecast.job.retrain;

import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * The windows that the present key's group keeps for its trainings, in keyed state.
 *
 * <p>Of those that came since the last decision at most {@code 2 * maxSteps} steps are kept for
 * each boundary to come: of more, those of the lowest ranks that make {@code maxSteps}. A window
 * that is dropped so stands behind that many of its own boundary, and would not be drawn at it
 * either: what is drawn is the same as if all had been kept.
 *
 * <p>A step that was amended waits for the next decision, which sees it in its window if it was
 * known by its boundary: so a training reads what was known there, whatever has come meanwhile.
 *
 * <p>Size: 4 bytes a value and about 60 for each window and the name of its series.
 */
final class HeldWindows {
  private static final MapStateDescriptor<String, SeriesWindow> WINDOWS =
      new MapStateDescriptor<>("windows", Types.STRING, StoredTypes.SERIES_WINDOW);
  private static final MapStateDescriptor<String, SeriesWindow> AMENDED =
      new MapStateDescriptor<>("amended-steps", Types.STRING, StoredTypes.SERIES_WINDOW);
  private static final ValueStateDescriptor<Double> RANK_BOUND =
      new ValueStateDescriptor<>("rank-bound", Types.DOUBLE);
  private static final MapStateDescriptor<Long, Tuple2<Long, Double>> ARRIVED =
      new MapStateDescriptor<>("arrived-steps", Types.LONG, Types.TUPLE(Types.LONG, Types.DOUBLE));
  private static final int KEY_DIGITS = 19;

  private final RetrainPolicy policy;
  private final MapState<String, SeriesWindow> windows;
  private final MapState<String, SeriesWindow> amended;
  private final ValueState<Double> rankBound;

  /** By boundary: steps that are kept for it, and the bound on ranks that this came to. */
  private final MapState<Long, Tuple2<Long, Double>> arrived;

  HeldWindows(RetrainPolicy policy, KeyedStateStore state) {
    this.policy = policy;
    windows = state.getMapState(WINDOWS);
    amended = state.getMapState(AMENDED);
    rankBound = state.getState(RANK_BOUND);
    arrived = state.getMapState(ARRIVED);
  }

  private double rankBoundNow() throws Exception {
    Double bound = rankBound.value();
    return bound == null ? 1 : bound;
  }

  /**
   * Keeps a window, unless no training will draw it.
   *
   * @return steps more that are kept now; below zero if others were dropped
   */
  long add(SeriesWindow window) throws Exception {
    long boundary = policy.boundaryOf(window);
    Tuple2<Long, Double> before = arrived.get(boundary);
    double bound = before == null ? 1 : before.f1;
    if (!policy.isDrawn(window, Math.min(bound, rankBoundNow()))) {
      return 0;
    }
    windows.put(key(window), window);
    long kept = before == null ? 0 : before.f0;
    long steps = kept + window.steps();
    Tuple2<Long, Double> after =
        steps <= 2 * policy.maxSteps() ? Tuple2.of(steps, bound) : cut(boundary, bound);
    arrived.put(boundary, after);
    return after.f0 - kept;
  }

  /** Ascending by series, then end, as text: the order a training reads them in. */
  private static String key(SeriesWindow window) {
    String end = Long.toString(Math.abs(window.end()));
    String sign = window.end() < 0 ? "-" : "";
    String zeros = "0".repeat(Math.max(0, KEY_DIGITS - sign.length() - end.length()));
    return window.series() + '\0' + sign + zeros + end;
  }

  private Tuple2<Long, Double> cut(long boundary, double before) throws Exception {
    List<SeriesWindow> its = new ArrayList<>();
    for (SeriesWindow window : windows.values()) {
      if (policy.boundaryOf(window) == boundary) {
        its.add(window);
      }
    }
    double bound = policy.rankBound(its, before);
    dropIf(window -> policy.boundaryOf(window) == boundary && !policy.isDrawn(window, bound));
    its.removeIf(window -> !policy.isDrawn(window, bound));
    return Tuple2.of(its.stream().mapToLong(SeriesWindow::steps).sum(), bound);
  }

  /** Keeps a step that takes the place of another in its window. */
  void amend(SeriesWindow step) throws Exception {
    amended.put(key(step) + '\0' + step.knownAt(), step);
  }

  /** Puts the steps that were known by a boundary into their windows, in order. */
  private void amendUpTo(long boundary) throws Exception {
    TreeMap<Long, List<String>> due = new TreeMap<>();
    for (Map.Entry<String, SeriesWindow> entry : amended.entries()) {
      long knownAt = entry.getValue().knownAt();
      if (knownAt <= boundary) {
        due.computeIfAbsent(knownAt, time -> new ArrayList<>()).add(entry.getKey());
      }
    }
    if (due.isEmpty()) {
      return;
    }
    TreeMap<String, SeriesWindow> all = new TreeMap<>();
    windows.entries().forEach(entry -> all.put(entry.getKey(), entry.getValue()));
    for (List<String> keys : due.values()) {
      for (String key : keys) {
        amend(amended.get(key), all);
        amended.remove(key);
      }
    }
  }

  /** In the window that a step lies in, if that is kept. */
  private void amend(SeriesWindow step, TreeMap<String, SeriesWindow> all) throws Exception {
    Map.Entry<String, SeriesWindow> entry = all.ceilingEntry(key(step));
    SeriesWindow window = entry == null ? null : entry.getValue();
    if (window != null
        && window.series().equals(step.series())
        && window.shape() == step.shape()
        && window.start() <= step.end()) {
      SeriesWindow now = window.amendedBy(step);
      all.put(entry.getKey(), now);
      windows.put(entry.getKey(), now);
    }
  }

  /** The sample of the windows known at a boundary; what no later one reads is dropped. */
  List<SeriesWindow> known(long boundary) throws Exception {
    amendUpTo(boundary);
    List<SeriesWindow> known = new ArrayList<>();
    double before = rankBoundNow();
    for (SeriesWindow window : windows.values()) {
      if (window.knownAt() <= boundary && !policy.isTooOld(window, boundary)) {
        known.add(window);
      }
    }
    double bound = policy.rankBound(known, before);
    if (bound < before) {
      rankBound.update(bound);
      known.removeIf(window -> !policy.isDrawn(window, bound));
    }
    dropIf(window -> policy.isTooOld(window, boundary) || !policy.isDrawn(window, bound));
    for (Long passed : boundaries()) {
      if (passed <= boundary) {
        arrived.remove(passed);
      }
    }
    return known;
  }

  private List<Long> boundaries() throws Exception {
    List<Long> boundaries = new ArrayList<>();
    arrived.keys().forEach(boundaries::add);
    return boundaries;
  }

  private void dropIf(Predicate<SeriesWindow> condition) throws Exception {
    List<String> gone = new ArrayList<>();
    for (Map.Entry<String, SeriesWindow> entry : windows.entries()) {
      if (condition.test(entry.getValue())) {
        gone.add(entry.getKey());
      }
    }
    for (String key : gone) {
      windows.remove(key);
    }
  }

  Iterable<SeriesWindow> all() throws Exception {
    return windows.values();
  }

  /** Steps of all windows that are kept. */
  long steps() throws Exception {
    long steps = 0;
    for (SeriesWindow window : windows.values()) {
      steps += window.steps();
    }
    return steps;
  }

  void clear() {
    windows.clear();
    amended.clear();
    arrived.clear();
  }
}
