package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import java.util.ArrayList;
import java.util.List;

/**
 * Training windows after the feature pipeline, and their split by time. A target never lies beyond
 * the part its origin is in.
 *
 * @param series one entry per stretch, in order of series and time
 * @param windows accepted, by series and time
 * @param refused windows with an infinite value, or that overlap another
 */
record TrainingSet(List<SeriesRows> series, List<Stretch> windows, int refused, TimeSplit split) {

  /** Joins adjoining windows and runs the pipeline over each stretch from its start. */
  static TrainingSet of(List<Stretch> windows, ForecasterConfig config, TrainingConfig training) {
    List<Stretch> usable = TrainingWindows.usable(windows, config);
    List<SeriesRows> series = new ArrayList<>();
    for (List<Stretch> stretch : TrainingWindows.stretches(usable)) {
      SeriesRows rows = SeriesRows.of(stretch, config);
      if (rows.rows() > 0) {
        series.add(rows);
      }
    }
    return new TrainingSet(
        List.copyOf(series),
        List.copyOf(usable),
        windows.size() - usable.size(),
        TimeSplit.of(usable, training.parts()));
  }

  /** Number of different series. */
  int seriesCount() {
    return (int) windows.stream().map(Stretch::series).distinct().count();
  }

  /** Row of {@code series} where its training part ends. */
  int trainingEnd(SeriesRows series) {
    return series.rowOf(split.validationStart());
  }

  /** Number of origins in the training part. */
  long trainingRows() {
    long rows = 0;
    for (SeriesRows one : series) {
      for (int r = one.firstUsable(); r < trainingEnd(one); r++) {
        rows += one.observed()[r] ? 1 : 0;
      }
    }
    return rows;
  }
}
