package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import java.util.Arrays;
import java.util.List;

/**
 * One stretch of consecutive steps of one series after the feature pipeline. Row r is step {@code
 * start + r}. Shared by all batches, never written after construction.
 *
 * @param start step of row 0
 * @param x {@code [rows]}, transformed target; where it is missing, what the pipeline filled in
 * @param scale {@code [rows]}, running scale
 * @param observed {@code [rows]}, whether the target is there
 * @param inputs {@code [rows][inputs]} of the recurrent member
 * @param firstUsable first row whose inputs have seen enough of the series
 */
record SeriesRows(
    long start, float[] x, float[] scale, boolean[] observed, float[][] inputs, int firstUsable) {
  // Below this share of its mean, a scale is that of a sensor that stands still: errors in units of
  // it would drown all others.
  private static final double LEAST_SCALE = 1e-3;

  /**
   * Runs the pipeline over adjoining windows, as the forecaster does: what is missing is stepped
   * with a mask, gaps beyond the limit are skipped.
   */
  static SeriesRows of(List<Stretch> stretch, ForecasterConfig config) {
    float[][] raw =
        stretch.stream().flatMap(w -> Arrays.stream(w.values())).toArray(float[][]::new);
    int first = 0;
    while (first < raw.length && missing(raw[first][0], config)) {
      first++;
    }
    int rows = raw.length - first;
    long start = stretch.get(0).start() + first;
    boolean[] skipped = longGaps(raw, config.maxGap());
    float[] x = new float[rows];
    float[] scale = new float[rows];
    boolean[] observed = new boolean[rows];
    float[][] inputs = new float[rows][InputLayout.of(config).size()];
    SeriesInputs pipeline = new SeriesInputs(config);
    int ready = rows;
    for (int r = 0; r < rows; r++) {
      float[] values = raw[first + r];
      if (skipped[first + r]) {
        pipeline.skip(1);
      } else {
        pipeline.step(values[0], Arrays.copyOfRange(values, 1, values.length));
      }
      x[r] = pipeline.last();
      scale[r] = pipeline.scale();
      observed[r] = !missing(values[0], config);
      pipeline.fill(start + r, inputs[r]);
      if (ready == rows && pipeline.ready()) {
        ready = r;
      }
    }
    int warmUp = Math.min(config.history(), (rows - ready) / 4);
    return new SeriesRows(start, x, scale, observed, inputs, ready + warmUp);
  }

  private static boolean missing(float value, ForecasterConfig config) {
    return Float.isNaN(config.transform().apply(value));
  }

  /** Which rows are part of more than {@code maxGap} rows in a row without any value. */
  private static boolean[] longGaps(float[][] raw, int maxGap) {
    boolean[] skipped = new boolean[raw.length];
    int run = 0;
    for (int r = 0; r < raw.length; r++) {
      run = empty(raw[r]) ? run + 1 : 0;
      if (run > maxGap) {
        Arrays.fill(skipped, r - run + 1, r + 1, true);
      }
    }
    return skipped;
  }

  /** Whether the step is missing as a whole. */
  static boolean empty(float[] row) {
    for (float value : row) {
      if (!Float.isNaN(value)) {
        return false;
      }
    }
    return true;
  }

  int rows() {
    return x.length;
  }

  /** Row of {@code step}, limited to 0 and the number of rows. */
  int rowOf(long step) {
    return (int) Math.max(0, Math.min(rows(), step - start));
  }

  /** Mean scale of the usable rows before {@code end}; 1 if there are none. */
  double meanScale(int end) {
    double sum = 0;
    for (int r = firstUsable; r < end; r++) {
      sum += scale[r];
    }
    return end > firstUsable ? sum / (end - firstUsable) : 1;
  }

  /** Whether a forecast from this row can be learned from. */
  boolean isOrigin(int row, double meanScale) {
    return row >= firstUsable && observed[row] && scale[row] > LEAST_SCALE * meanScale;
  }
}
