package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Windows put in order, whatever order they came in. */
final class TrainingWindows {
  private TrainingWindows() {}

  /**
   * By series and time, without those that have an infinite value or overlap the one before.
   *
   * @throws IllegalArgumentException if a step has not one value per variable
   */
  static List<Stretch> usable(List<Stretch> windows, ForecasterConfig config) {
    List<Stretch> sorted = new ArrayList<>(windows);
    sorted.removeIf(window -> !finite(window, 1 + config.width()));
    sorted.sort(
        Comparator.comparing(Stretch::series)
            .thenComparingLong(Stretch::end)
            .thenComparingLong(Stretch::start));
    List<Stretch> usable = new ArrayList<>();
    for (Stretch window : sorted) {
      Stretch before = usable.isEmpty() ? null : usable.get(usable.size() - 1);
      if (before == null
          || !before.series().equals(window.series())
          || window.start() > before.end()) {
        usable.add(window);
      }
    }
    return usable;
  }

  private static boolean finite(Stretch window, int width) {
    for (float[] row : window.values()) {
      if (row.length != width) {
        throw new IllegalArgumentException(
            "Expected "
                + width
                + " values per step but the window of "
                + window.series()
                + " that ends at step "
                + window.end()
                + " has "
                + row.length);
      }
      for (float value : row) {
        if (Float.isInfinite(value)) {
          return false;
        }
      }
    }
    return window.values().length > 0;
  }

  /**
   * Without whole series beyond so many steps, those with the highest hash of their keys first; one
   * stays in any case.
   */
  static List<Stretch> atMost(int maxRows, List<Stretch> usable) {
    List<List<Stretch>> series = bySeries(usable);
    series.sort(Comparator.comparingInt(one -> mixed(one.get(0).series().hashCode())));
    List<Stretch> kept = new ArrayList<>();
    long rows = 0;
    for (List<Stretch> one : series) {
      rows += one.stream().mapToLong(window -> window.values().length).sum();
      if (kept.isEmpty() || rows <= maxRows) {
        kept.addAll(one);
      }
    }
    kept.sort(Comparator.comparing(Stretch::series).thenComparingLong(Stretch::end));
    return kept;
  }

  /** Finalizer of MurmurHash3: keys that differ in one letter lie far apart. */
  private static int mixed(int hash) {
    int h = (hash ^ hash >>> 16) * 0x85ebca6b;
    h = (h ^ h >>> 13) * 0xc2b2ae35;
    return h ^ h >>> 16;
  }

  /** All windows of a series together, holes or not. */
  static List<List<Stretch>> bySeries(List<Stretch> usable) {
    List<List<Stretch>> series = new ArrayList<>();
    for (Stretch window : usable) {
      if (series.isEmpty()
          || !series.get(series.size() - 1).get(0).series().equals(window.series())) {
        series.add(new ArrayList<>());
      }
      series.get(series.size() - 1).add(window);
    }
    return series;
  }
}
