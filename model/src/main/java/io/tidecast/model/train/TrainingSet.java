package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import java.util.ArrayList;
import java.util.List;

/**
 * Training windows after the feature pipeline, and their split by time. A target never lies beyond
 * the part its origin is in.
 *
 * @param series in order of their keys
 * @param windows accepted, by series and time
 * @param refused windows with an infinite value, that overlap another, or of a series that is one
 *     too many
 */
record TrainingSet(List<SeriesRows> series, List<Stretch> windows, int refused, TimeSplit split) {

  /** Runs the pipeline over each series from its start. */
  static TrainingSet of(List<Stretch> windows, ForecasterConfig config, TrainingConfig training) {
    List<Stretch> usable =
        TrainingWindows.atMost(
            training.history().maxRows(), TrainingWindows.usable(windows, config));
    List<SeriesRows> series = new ArrayList<>();
    for (List<Stretch> one : TrainingWindows.bySeries(usable)) {
      SeriesRows rows = SeriesRows.of(one, config);
      if (rows.rows() > 0) {
        series.add(rows);
      }
    }
    return new TrainingSet(
        List.copyOf(series),
        List.copyOf(usable),
        windows.size() - usable.size(),
        TimeSplit.of(series, training.parts()));
  }

  /** With the parts that are fair to a champion, see {@link TimeSplit#since}. */
  TrainingSet since(long lastTrained, TrainingConfig training) {
    return with(TimeSplit.since(lastTrained, series, training.parts()));
  }

  /** With all rows to train on. */
  TrainingSet whole() {
    return with(split.whole());
  }

  private TrainingSet with(TimeSplit other) {
    return new TrainingSet(series, windows, refused, other);
  }

  /** Number of different series. */
  int seriesCount() {
    return (int) windows.stream().map(Stretch::series).distinct().count();
  }

  /** Row of {@code series} where its training part ends. */
  int trainingEnd(SeriesRows series) {
    return series.rowOf(split.validationStart());
  }

  /** Row of {@code series} where its validation part ends. */
  int validationEnd(SeriesRows series) {
    return series.rowOf(split.holdOutStart());
  }

  /** Number of origins in the training part. */
  long trainingRows() {
    return series.stream().mapToLong(one -> one.usable(trainingEnd(one))).sum();
  }
}
