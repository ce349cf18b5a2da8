package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Training windows after the feature pipeline, and their split by time.
 *
 * <p>Over the whole time span, all series alike: the oldest part is trained on, the next chooses
 * the round, the newest is held out. A target never lies beyond the part its origin is in.
 *
 * @param series stretches, in order of series and time
 * @param seriesCount number of different series among them
 * @param windows accepted
 * @param refused windows with an infinite value, or that overlap another
 * @param first first step of all
 * @param validationStart first step of the validation part
 * @param holdOutStart first step of the hold-out
 * @param end last step of all
 */
record TrainingSet(
    List<SeriesRows> series,
    int seriesCount,
    int windows,
    int refused,
    long first,
    long validationStart,
    long holdOutStart,
    long end) {

  /** Joins adjoining windows and runs the pipeline over each stretch from its start. */
  static TrainingSet of(
      List<TrainingWindow> windows, ForecasterConfig config, TrainingConfig training) {
    List<List<TrainingWindow>> stretches = stretches(accepted(windows, config));
    List<SeriesRows> series = new ArrayList<>();
    int accepted = 0;
    long first = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (List<TrainingWindow> stretch : stretches) {
      accepted += stretch.size();
      first = Math.min(first, stretch.get(0).start());
      end = Math.max(end, stretch.get(stretch.size() - 1).end());
      series.add(SeriesRows.of(stretch, config));
    }
    if (series.isEmpty()) {
      return new TrainingSet(List.of(), 0, 0, windows.size(), 0, 0, 0, -1);
    }
    long span = end - first + 1;
    long holdOut = Math.round(span * training.holdOutFraction());
    long validation = Math.round(span * training.validationFraction());
    return new TrainingSet(
        List.copyOf(series),
        (int) stretches.stream().map(stretch -> stretch.get(0).series()).distinct().count(),
        accepted,
        windows.size() - accepted,
        first,
        end + 1 - holdOut - validation,
        end + 1 - holdOut,
        end);
  }

  private static List<TrainingWindow> accepted(
      List<TrainingWindow> windows, ForecasterConfig config) {
    return windows.stream()
        .filter(window -> usable(window, config))
        .sorted(
            Comparator.comparing(TrainingWindow::series)
                .thenComparingLong(TrainingWindow::end)
                .thenComparingLong(TrainingWindow::start))
        .toList();
  }

  private static boolean usable(TrainingWindow window, ForecasterConfig config) {
    int width = 1 + config.covariates().size();
    for (float[] row : window.values()) {
      if (row.length != width) {
        throw new IllegalArgumentException(
            "Expected "
                + width
                + " values per step but window of "
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

  private static List<List<TrainingWindow>> stretches(List<TrainingWindow> sorted) {
    List<List<TrainingWindow>> stretches = new ArrayList<>();
    TrainingWindow before = null;
    for (TrainingWindow window : sorted) {
      boolean sameSeries = before != null && before.series().equals(window.series());
      if (sameSeries && window.start() <= before.end()) {
        continue;
      }
      if (!sameSeries || window.start() != before.end() + 1) {
        stretches.add(new ArrayList<>());
      }
      stretches.get(stretches.size() - 1).add(window);
      before = window;
    }
    return stretches;
  }

  /** Number of origins in the training part. */
  long trainingRows() {
    long rows = 0;
    for (SeriesRows one : series) {
      for (int r = one.firstUsable(); r < one.rowOf(validationStart); r++) {
        rows += one.observed()[r] ? 1 : 0;
      }
    }
    return rows;
  }
}
