package io.tidecast.model.train;

import java.util.ArrayList;
import java.util.List;

/**
 * What one update reads: windows side by side, stacked by time.
 *
 * @param windows at most the batch size; places without one carry neither input nor loss
 */
record WindowBatch(List<Window> windows) {
  WindowBatch {
    windows = List.copyOf(windows);
  }

  /**
   * A stretch of rows of one series.
   *
   * @param rows of which series
   * @param from first row stepped, from a zero state
   * @param lossFrom first row with a loss
   * @param to end of the rows stepped and with a loss, exclusive
   * @param targetEnd end of the rows that may be a target, exclusive
   * @param meanScale of the series: unit of its losses
   * @param negated whether the series is seen upside down
   * @param shift {@code [inputs]}, added to each row's inputs as they are seen
   */
  record Window(
      SeriesRows rows,
      int from,
      int lossFrom,
      int to,
      int targetEnd,
      double meanScale,
      boolean negated,
      float[] shift) {

    /** The same with a loss at its last row alone. */
    Window lastStepOnly() {
      return new Window(rows, from, to - 1, to, targetEnd, meanScale, negated, shift);
    }
  }

  /** Windows in groups of at most {@code batch}. */
  static List<WindowBatch> tile(List<Window> windows, int batch) {
    List<WindowBatch> batches = new ArrayList<>();
    for (int i = 0; i < windows.size(); i += batch) {
      batches.add(new WindowBatch(windows.subList(i, Math.min(windows.size(), i + batch))));
    }
    return batches;
  }
}
