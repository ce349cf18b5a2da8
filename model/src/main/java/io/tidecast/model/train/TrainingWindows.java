package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
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
  static List<TrainingWindow> usable(List<TrainingWindow> windows, ForecasterConfig config) {
    List<TrainingWindow> sorted = new ArrayList<>(windows);
    sorted.removeIf(window -> !finite(window, 1 + config.covariates().size()));
    sorted.sort(
        Comparator.comparing(TrainingWindow::series)
            .thenComparingLong(TrainingWindow::end)
            .thenComparingLong(TrainingWindow::start));
    List<TrainingWindow> usable = new ArrayList<>();
    for (TrainingWindow window : sorted) {
      TrainingWindow before = usable.isEmpty() ? null : usable.get(usable.size() - 1);
      if (before == null
          || !before.series().equals(window.series())
          || window.start() > before.end()) {
        usable.add(window);
      }
    }
    return usable;
  }

  private static boolean finite(TrainingWindow window, int width) {
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

  /** Adjoining windows of a series together. */
  static List<List<TrainingWindow>> stretches(List<TrainingWindow> usable) {
    List<List<TrainingWindow>> stretches = new ArrayList<>();
    TrainingWindow before = null;
    for (TrainingWindow window : usable) {
      if (before == null
          || !before.series().equals(window.series())
          || window.start() != before.end() + 1) {
        stretches.add(new ArrayList<>());
      }
      stretches.get(stretches.size() - 1).add(window);
      before = window;
    }
    return stretches;
  }

  /** All windows of a series together, holes or not. */
  static List<List<TrainingWindow>> bySeries(List<TrainingWindow> usable) {
    List<List<TrainingWindow>> series = new ArrayList<>();
    for (TrainingWindow window : usable) {
      if (series.isEmpty()
          || !series.get(series.size() - 1).get(0).series().equals(window.series())) {
        series.add(new ArrayList<>());
      }
      series.get(series.size() - 1).add(window);
    }
    return series;
  }
}
