package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.train.WindowBatch.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Chooses the windows of the updates at random, and lays those of the validation part. */
final class WindowSampler {
  // a window that falls into a long gap has no origin; a few draws find another
  private static final int DRAWS = 8;

  private final TrainingSet set;
  private final TrainingConfig.Windows windows;
  private final SplittableRandom random;
  private final boolean flips;
  private final boolean[] levels;
  private final List<Draw> draws = new ArrayList<>();
  private long rows;

  /** Rows of a segment that windows may be laid in; {@code upTo} counts rows over all of them. */
  private record Draw(
      SeriesRows series, int segment, int from, int to, double meanScale, long upTo) {}

  WindowSampler(
      ForecasterConfig config,
      TrainingSet set,
      TrainingConfig.Windows windows,
      SplittableRandom random) {
    this.set = set;
    this.windows = windows;
    this.random = random;
    // what is known of the future means something else upside down
    flips = KnownFuture.size(config) == 0;
    levels = InputLayout.of(config).levels();
    for (SeriesRows series : set.series()) {
      int end = set.trainingEnd(series);
      double meanScale = series.meanScale(end);
      for (SeriesRows.Segment segment : series.segments()) {
        int from = Math.max(segment.from(), series.firstUsable());
        int to = Math.min(segment.to(), end);
        if (to - from > 1) {
          rows += to - from;
          draws.add(new Draw(series, segment.from(), from, to, meanScale, rows));
        }
      }
    }
  }

  /** Whether there is anything to draw. */
  boolean isEmpty() {
    return draws.isEmpty();
  }

  /** Windows of one update. */
  WindowBatch draw() {
    List<Window> drawn = new ArrayList<>();
    for (int i = 0; i < windows.batch(); i++) {
      drawn.add(window());
    }
    return new WindowBatch(drawn);
  }

  private Window window() {
    Window window = candidate();
    for (int draw = 1; draw < DRAWS && !hasOrigin(window); draw++) {
      window = candidate();
    }
    return window;
  }

  private Window candidate() {
    long place = random.nextLong(rows);
    Draw draw = draws.get(at(place));
    int row = draw.to() - (int) (draw.upTo() - place);
    int length = Math.min(windows.length(), draw.to() - draw.from());
    int latest = draw.to() - length;
    int from = Math.max(draw.from(), Math.min(latest, row - random.nextInt(length)));
    return new Window(
        draw.series(),
        from,
        from + burnIn(draw.segment(), from, length),
        from + length,
        set.trainingEnd(draw.series()),
        draw.meanScale(),
        random.nextBoolean() && flips,
        shift());
  }

  private float[] shift() {
    float[] shift = new float[levels.length];
    for (int i = 0; windows.shift() > 0 && i < shift.length; i++) {
      shift[i] = levels[i] ? (float) (windows.shift() * random.nextGaussian()) : 0;
    }
    return shift;
  }

  /** After a long gap the state is zero in service as well: there every row has a loss. */
  private int burnIn(int segment, int from, int length) {
    return from == segment && segment > 0 ? 0 : Math.min(windows.burnIn(), length / 4);
  }

  private int at(long place) {
    int low = 0;
    int high = draws.size() - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (place < draws.get(middle).upTo()) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private static boolean hasOrigin(Window window) {
    for (int r = window.lossFrom(); r < window.to(); r++) {
      if (window.rows().isOrigin(r, window.meanScale())) {
        return true;
      }
    }
    return false;
  }

  /** Every origin of the validation part; the burn-in reaches back into the training part. */
  List<WindowBatch> validation() {
    List<Window> laid = new ArrayList<>();
    float[] unshifted = new float[levels.length];
    for (SeriesRows series : set.series()) {
      int trained = set.trainingEnd(series);
      int end = set.validationEnd(series);
      double meanScale = series.meanScale(trained > series.firstUsable() ? trained : end);
      for (SeriesRows.Segment segment : series.segments()) {
        int first = Math.max(segment.from(), trained);
        int last = Math.min(segment.to(), end);
        for (int lossFrom = first; lossFrom < last; lossFrom += windows.steps()) {
          int from = Math.max(segment.from(), lossFrom - windows.burnIn());
          int to = Math.min(last, lossFrom + windows.steps());
          laid.add(new Window(series, from, lossFrom, to, end, meanScale, false, unshifted));
        }
      }
    }
    return WindowBatch.tile(laid, windows.batch());
  }
}
