package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import io.tidecast.model.input.SeriesInputs;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Running quantiles of the errors of the seasonal naive, per lead, in constant memory: {@code
 * quantile = naive + scale * spread[h] * shape[h, j]}.
 *
 * <p>The spread is a running mean of |error| / scale and finds its size within a few errors. The
 * shape starts as that of a normal law and follows by the sub-gradient of the pinball loss, as in
 * quantile tracking, slower at longer leads: overlapping errors repeat themselves, and a fast
 * tracker would chase them and cover too little. The median stays at the naive value.
 */
final class NaiveErrors {
  private static final int SPAN = 1000;
  private static final double SHAPE_RATE = 0.02;
  // an error counts at most as this many spreads, so that one absurd target does not hide the rest
  private static final double MAX_SPREADS = 20;
  private static final double MEAN_OVER_DEVIATION = Math.sqrt(2 / Math.PI);

  private final int horizon;
  private final float[] levels;
  private final float[] spread;
  private final int[] count;
  private final float[] shape;

  NaiveErrors(ForecasterConfig config) {
    horizon = config.horizon();
    levels = config.levels().toFloats();
    spread = new float[horizon];
    count = new int[horizon];
    shape = new float[horizon * levels.length];
    for (int j = 0; j < levels.length; j++) {
      shape[j] = (float) (normalQuantile(levels[j]) / MEAN_OVER_DEVIATION);
    }
    for (int h = 0; h < horizon; h++) {
      double growth = config.transform().isRandomWalk() ? Math.sqrt(h + 1.0) : 1;
      spread[h] = (float) (MEAN_OVER_DEVIATION * growth);
      System.arraycopy(shape, 0, shape, h * levels.length, levels.length);
    }
  }

  static int bytes(ForecasterConfig config) {
    return config.horizon() * (Float.BYTES + Integer.BYTES + Float.BYTES * config.levels().size());
  }

  /** Tukey's lambda law near the normal one; off by less than 0.02 between 0.01 and 0.99. */
  private static double normalQuantile(double level) {
    return 4.91 * (Math.pow(level, 0.14) - Math.pow(1 - level, 0.14));
  }

  /**
   * The seasonal naive with its error quantiles.
   *
   * @param out {@code [horizon * levels]}, transformed, ascending over levels
   */
  void forecast(SeriesInputs inputs, float[] out) {
    float scale = inputs.scale();
    for (int h = 0; h < horizon; h++) {
      float naive = inputs.seasonalNaive(h + 1);
      float unit = scale * spread[h];
      for (int j = 0; j < levels.length; j++) {
        int k = h * levels.length + j;
        out[k] = naive + unit * shape[k];
      }
    }
  }

  /**
   * @param h lead - 1
   * @param error of the naive, transformed, over the running scale at its origin
   */
  void observe(int h, double error) {
    double before = spread[h];
    double limit = Math.max(1, MAX_SPREADS * before);
    count[h]++;
    double rate = Math.max(1.0 / SPAN, 1.0 / (count[h] + 1));
    spread[h] += (float) (rate * (Math.min(Math.abs(error), limit) - before));
    moveShape(h, error / Math.max(before, Float.MIN_NORMAL));
  }

  private void moveShape(int h, double error) {
    int median = levels.length / 2;
    int from = h * levels.length;
    for (int j = 0; j < levels.length; j++) {
      if (j == median) {
        continue;
      }
      int k = from + j;
      double rate = SHAPE_RATE / (h + 1) / Math.sqrt(Math.min(levels[j], 1 - levels[j]));
      double moved = shape[k] + rate * (levels[j] - (error <= shape[k] ? 1 : 0));
      shape[k] = (float) (j < median ? Math.min(0, moved) : Math.max(0, moved));
    }
    Arrays.sort(shape, from, from + levels.length);
  }

  void set(NaiveErrors other) {
    System.arraycopy(other.spread, 0, spread, 0, spread.length);
    System.arraycopy(other.count, 0, count, 0, count.length);
    System.arraycopy(other.shape, 0, shape, 0, shape.length);
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, spread);
    LittleEndian.write(out, count);
    LittleEndian.write(out, shape);
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, spread);
    LittleEndian.read(in, count);
    LittleEndian.read(in, shape);
  }
}
