package io.tidecast.job.forecast;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The series that have steps waiting, and those among them whose turn has come. Mirrors keyed
 * state, which can be asked for one key at a time only; about 100 bytes per waiting series.
 */
final class WaitingKeys {
  private final Map<String, Waiting> bySeries = new HashMap<>();
  private final Map<String, Set<String>> byGroup = new HashMap<>();
  private final Deque<String> ready = new ArrayDeque<>();
  private final Set<String> isReady = new HashSet<>();
  private int steps;

  /** What waits of a series; its steps have indices from {@code first} to {@code last}. */
  static final class Waiting {
    private final String group;
    private long first = Long.MAX_VALUE;
    private long last = Long.MIN_VALUE;
    private int count;

    private Waiting(String group) {
      this.group = group;
    }

    String group() {
      return group;
    }

    long first() {
      return first;
    }

    long last() {
      return last;
    }

    /** Whether to look for the next step index by index is cheaper than to sort them all. */
    boolean isDense() {
      return last - first < 2L * count;
    }
  }

  /** All waiting steps. */
  int steps() {
    return steps;
  }

  boolean contains(String series) {
    return bySeries.containsKey(series);
  }

  Waiting of(String series) {
    return bySeries.get(series);
  }

  void add(String series, String group, long index) {
    Waiting waiting = bySeries.computeIfAbsent(series, key -> new Waiting(group));
    byGroup.computeIfAbsent(group, key -> new HashSet<>()).add(series);
    waiting.first = Math.min(waiting.first, index);
    waiting.last = Math.max(waiting.last, index);
    waiting.count++;
    steps++;
  }

  /** Takes away steps of a series, up to an index. */
  void release(String series, int count, long upTo) {
    Waiting waiting = bySeries.get(series);
    waiting.count -= count;
    waiting.first = Math.max(waiting.first, upTo + 1);
    steps -= count;
    if (waiting.count == 0) {
      bySeries.remove(series);
      Set<String> others = byGroup.get(waiting.group);
      others.remove(series);
      if (others.isEmpty()) {
        byGroup.remove(waiting.group);
      }
    }
  }

  /** Lets the series of a group have their turn. */
  void markReady(String group) {
    markReady(byGroup.getOrDefault(group, Set.of()));
  }

  void markAllReady() {
    markReady(List.copyOf(bySeries.keySet()));
  }

  private void markReady(Collection<String> keys) {
    for (String key : keys) {
      if (isReady.add(key)) {
        ready.add(key);
      }
    }
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  /** A series whose turn it is. */
  String nextReady() {
    return ready.peek();
  }

  /** The turn of that series is over. */
  void endTurn() {
    isReady.remove(ready.poll());
  }
}
