package io.tidecast.model.train;

import io.tidecast.model.Base;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.SeriesInputs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All steps of one series after the feature pipeline, one row each: what the pipeline holds in
 * service. Rows are consecutive steps but for a gap longer than the history, which is as short here
 * as it is there. Shared by all batches, never written after construction.
 *
 * @param steps {@code [rows]}, ascending, of the grid
 * @param x {@code [rows]}, transformed target, all from one base; where it is missing, what the
 *     pipeline filled in
 * @param scale {@code [rows]}, running scale
 * @param observed {@code [rows]}, whether the target is there
 * @param inputs {@code [rows][inputs]} of the recurrent member; null within a long gap, which no
 *     cell steps
 * @param ahead {@code [rows][2 known horizon]} of the covariates that are known beforehand, by
 *     variable and lead: the level at the target as it was known at the row, NaN where it was not,
 *     and that of a season before; null where inputs are
 * @param segments between long gaps, in order: each begins with a zero state in service
 * @param firstUsable first row whose inputs have seen enough of the series
 */
record SeriesRows(
    long[] steps,
    float[] x,
    float[] scale,
    boolean[] observed,
    float[][] inputs,
    float[][] ahead,
    List<Segment> segments,
    int firstUsable) {
  // Below this share of its mean, a scale is that of a sensor that stands still: errors in units of
  // it would drown all others.
  private static final double LEAST_SCALE = 1e-3;

  /** Rows {@code [from, to)} that cells step one after the other. */
  record Segment(int from, int to) {}

  SeriesRows {
    segments = List.copyOf(segments);
  }

  /**
   * Runs one pipeline over all windows of a series, holes or not, as the forecaster does: what is
   * missing is stepped with a mask, gaps beyond the limit are skipped.
   */
  static SeriesRows of(List<Stretch> windows, ForecasterConfig config) {
    Pass pass = new Pass(config);
    for (Stretch window : windows) {
      for (int i = 0; i < window.values().length; i++) {
        if (!empty(window.values()[i])) {
          pass.step(window.step(i));
        }
      }
    }
    return pass.rows();
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

  /** A row as what is known of the future sees it. */
  KnownFuture.Origin at(int row, int horizon) {
    return new KnownFuture.Origin() {
      @Override
      public float past(int steps) {
        return x[row - steps];
      }

      @Override
      public int length() {
        return row + 1;
      }

      @Override
      public float scale() {
        return scale[row];
      }

      @Override
      public float ahead(int variable, int lead) {
        return ahead[row][2 * (variable * horizon + lead - 1)];
      }

      @Override
      public float seasonBefore(int variable, int lead) {
        return ahead[row][2 * (variable * horizon + lead - 1) + 1];
      }
    };
  }

  /** First row at or after {@code step}; the number of rows if there is none. */
  int rowOf(long step) {
    int found = Arrays.binarySearch(steps, step);
    return found < 0 ? -found - 1 : found;
  }

  /** Whether row {@code origin + lead} is that lead's target, and is there. */
  boolean hasTarget(int origin, int lead, int end) {
    int target = origin + lead;
    return target < end && observed[target] && steps[target] - steps[origin] == lead;
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

  /** Observed rows in {@code [firstUsable, end)}. */
  long usable(int end) {
    long rows = 0;
    for (int r = firstUsable; r < end; r++) {
      rows += observed[r] ? 1 : 0;
    }
    return rows;
  }

  /** One pass over a series; rows are collected as they come. */
  private static final class Pass {
    private final ForecasterConfig config;
    private final SeriesInputs pipeline;
    private final float[] nothing;
    private final int inputSize;
    private final List<Segment> segments = new ArrayList<>();
    private long[] steps = new long[1024];
    // from 0, while the base of the pipeline may still move
    private double[] x = new double[1024];
    private boolean hadBase;
    private float[] scale = new float[1024];
    private boolean[] observed = new boolean[1024];
    private float[][] inputs = new float[1024][];
    private float[][] ahead = new float[1024][];
    private int rows;
    private int segment;
    private int ready = -1;

    Pass(ForecasterConfig config) {
      this.config = config;
      pipeline = new SeriesInputs(config);
      inputSize = InputLayout.of(config).size();
      nothing = new float[config.width()];
      Arrays.fill(nothing, Float.NaN);
    }

    void step(ClosedStep step) {
      boolean there = !Float.isNaN(pipeline.base().transformed(step.value()));
      if (rows == 0 && !there) {
        return;
      }
      if (rows > 0) {
        cross(step.index());
      }
      add(step.index(), step.value(), step.covariates(), there);
    }

    private void cross(long index) {
      long missing = index - steps[rows - 1] - 1;
      if (missing > config.maxGap()) {
        skip(index, missing);
        return;
      }
      for (long i = index - missing; i < index; i++) {
        add(i, Double.NaN, nothing, false);
      }
    }

    private void skip(long index, long missing) {
      segments.add(new Segment(segment, rows));
      long held = pipeline.heldOf(missing);
      for (long i = index - held; i < index; i++) {
        pipeline.skip(1);
        row(i, false);
      }
      segment = rows;
    }

    private void add(long index, double target, float[] covariates, boolean there) {
      pipeline.step(target, covariates);
      int r = row(index, there);
      inputs[r] = new float[inputSize];
      pipeline.fill(index, inputs[r]);
      ahead[r] = new float[2 * config.knownFuture().size() * config.horizon()];
      for (int i = 0; i < ahead[r].length / 2; i++) {
        int variable = i / config.horizon();
        int lead = i % config.horizon() + 1;
        ahead[r][2 * i] = pipeline.ahead(variable, lead);
        ahead[r][2 * i + 1] = pipeline.seasonBefore(variable, lead);
      }
    }

    private int row(long index, boolean there) {
      if (rows == x.length) {
        grow();
      }
      steps[rows] = index;
      double base = pipeline.base().value();
      hadBase |= base != 0;
      x[rows] = base + pipeline.last();
      scale[rows] = pipeline.scale();
      observed[rows] = there;
      if (ready < 0 && pipeline.ready()) {
        ready = rows;
      }
      return rows++;
    }

    private void grow() {
      int size = 2 * rows;
      steps = Arrays.copyOf(steps, size);
      x = Arrays.copyOf(x, size);
      scale = Arrays.copyOf(scale, size);
      observed = Arrays.copyOf(observed, size);
      inputs = Arrays.copyOf(inputs, size);
      ahead = Arrays.copyOf(ahead, size);
    }

    SeriesRows rows() {
      if (rows > segment) {
        segments.add(new Segment(segment, rows));
      }
      int first = ready < 0 ? rows : ready;
      int warmUp = Math.min(config.history(), (rows - first) / 4);
      return new SeriesRows(
          Arrays.copyOf(steps, rows),
          told(Arrays.copyOf(x, rows)),
          Arrays.copyOf(scale, rows),
          Arrays.copyOf(observed, rows),
          Arrays.copyOf(inputs, rows),
          Arrays.copyOf(ahead, rows),
          segments,
          first + warmUp);
    }

    /** From one base. */
    private float[] told(double[] values) {
      double base = hadBase ? Base.of(values) : 0;
      float[] told = new float[values.length];
      for (int r = 0; r < told.length; r++) {
        told[r] = (float) (values[r] - base);
      }
      return told;
    }
  }
}
