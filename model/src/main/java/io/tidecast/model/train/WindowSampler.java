package io.tidecast.model.train;

import io.tidecast.model.train.WindowBatch.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Chooses the windows of the updates at random, and lays those of the validation part. */
final class WindowSampler {
  // a window that falls into a long gap has no origin; a few draws find another
  private static final int DRAWS = 8;

  private final TrainingSet set;
  private final TrainingConfig training;
  private final SplittableRandom random;
  private final long[] starts; // cumulative over series

  WindowSampler(TrainingSet set, TrainingConfig training, SplittableRandom random) {
    this.set = set;
    this.training = training;
    this.random = random;
    starts = new long[set.series().size()];
    long sum = 0;
    for (int i = 0; i < starts.length; i++) {
      SeriesRows series = set.series().get(i);
      int rows = set.trainingEnd(series) - series.firstUsable();
      sum += rows < 2 ? 0 : Math.max(1, rows - length() + 1);
      starts[i] = sum;
    }
  }

  private int length() {
    return training.windows().length();
  }

  /** Windows of one update; half of them upside down, so that no drift is learned. */
  WindowBatch draw() {
    List<Window> windows = new ArrayList<>();
    for (int i = 0; i < training.windows().batch(); i++) {
      windows.add(window());
    }
    return new WindowBatch(windows);
  }

  private Window window() {
    Window window = candidate();
    for (int draw = 1; draw < DRAWS && !hasOrigin(window); draw++) {
      window = candidate();
    }
    return window;
  }

  private Window candidate() {
    long place = random.nextLong(starts[starts.length - 1]);
    int i = 0;
    while (place >= starts[i]) {
      i++;
    }
    SeriesRows series = set.series().get(i);
    int end = set.trainingEnd(series);
    int from = series.firstUsable() + (int) (place - (i == 0 ? 0 : starts[i - 1]));
    int to = Math.min(end, from + length());
    int burnIn = Math.min(training.windows().burnIn(), (to - from) / 4);
    return new Window(
        series, from, from + burnIn, to, end, series.meanScale(end), random.nextBoolean());
  }

  private static boolean hasOrigin(Window window) {
    for (int r = window.lossFrom(); r < window.to(); r++) {
      if (window.rows().isOrigin(r, window.meanScale())) {
        return true;
      }
    }
    return false;
  }

  /** The validation part side by side; the burn-in reaches back into the training part. */
  List<WindowBatch> validation() {
    List<Window> windows = new ArrayList<>();
    for (SeriesRows series : set.series()) {
      int trained = set.trainingEnd(series);
      int end = series.rowOf(set.split().holdOutStart());
      if (trained <= series.firstUsable()) {
        continue;
      }
      double meanScale = series.meanScale(trained);
      for (int lossFrom = trained; lossFrom < end; lossFrom += training.windows().steps()) {
        int from = Math.max(0, lossFrom - training.windows().burnIn());
        int to = Math.min(end, lossFrom + training.windows().steps());
        windows.add(new Window(series, from, lossFrom, to, end, meanScale, false));
      }
    }
    return WindowBatch.tile(windows, training.windows().batch());
  }
}
