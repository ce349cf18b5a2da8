package io.tidecast.model.online;

import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Sums of the errors of one model version in the open period, see {@link Evaluation}: single
 * precision, all measures of a lead side by side. A sum beyond {@link Float#MAX_VALUE}, as that of
 * the square of one absurd error is, stays there.
 */
final class Scores {
  private static final int ABSOLUTE = 0;
  private static final int SQUARED = 1;
  private static final int PINBALL = 2;
  private static final int NAIVE_ABSOLUTE = 3;
  private static final int NAIVE_PINBALL = 4;
  private static final int PERSISTENCE_ABSOLUTE = 5;
  private static final int ABSOLUTE_TARGET = 6;
  private static final int WIDTH = 7;
  private static final int MAX_BYTE = 255;
  private static final int MAX_SHORT = 65_535;

  // how counts are stored, by the largest
  private static final int SHORTS = 0;
  private static final int INTS = 1;
  private static final int BYTES = 2;

  private final int horizon;
  private final int intervals;
  private final int sums;
  // [horizon * (1 + intervals)]: targets, then those inside each interval
  private final int[] count;
  // [horizon * (7 + intervals)]
  private final float[] sum;

  Scores(ForecasterConfig config) {
    horizon = config.horizon();
    intervals = config.levels().intervals();
    sums = WIDTH + intervals;
    count = new int[horizon * (1 + intervals)];
    sum = new float[horizon * sums];
  }

  /** While no count is above 255. */
  static int bytes(ForecasterConfig config) {
    int intervals = config.levels().intervals();
    int perLead = Byte.BYTES * (1 + intervals) + Float.BYTES * (WIDTH + intervals);
    return 1 + config.horizon() * perLead;
  }

  /**
   * @param h lead - 1
   * @param target less the base of the series, as all values here
   * @param size of the target in full
   * @param served quantiles of the forecast that was given out, {@code [levels]}
   * @param servedPinball mean pinball loss of it
   * @param naive median of the seasonal naive
   * @param last value at the origin
   */
  void add(
      int h,
      float target,
      float size,
      float[] served,
      float servedPinball,
      float naive,
      float pinballOfNaive,
      float last) {
    float error = target - served[intervals];
    int at = h * sums;
    add(at + ABSOLUTE, Math.abs(error));
    add(at + SQUARED, error * error);
    add(at + PINBALL, servedPinball);
    add(at + NAIVE_ABSOLUTE, Math.abs(target - naive));
    add(at + NAIVE_PINBALL, pinballOfNaive);
    add(at + PERSISTENCE_ABSOLUTE, Math.abs(target - last));
    sum[at + ABSOLUTE_TARGET] = finiteOrUnknown(sum[at + ABSOLUTE_TARGET] + size);
    int counts = h * (1 + intervals);
    count[counts]++;
    for (int i = 0; i < intervals; i++) {
      float lower = served[i];
      float upper = served[served.length - 1 - i];
      // a matter of chance: no branch
      count[counts + 1 + i] += (target >= lower ? 1 : 0) & (target <= upper ? 1 : 0);
      add(at + WIDTH + i, upper - lower);
    }
  }

  private void add(int at, float more) {
    sum[at] = finite(sum[at] + more);
  }

  private static float finite(float sum) {
    return sum < Float.MAX_VALUE ? sum : Float.MAX_VALUE;
  }

  private static float finiteOrUnknown(float sum) {
    return sum > Float.MAX_VALUE ? Float.MAX_VALUE : sum;
  }

  Evaluation evaluation(long end, String version) {
    int[][] inside = new int[intervals][];
    double[][] width = new double[intervals][];
    for (int i = 0; i < intervals; i++) {
      inside[i] = counts(1 + i);
      width[i] = sums(WIDTH + i);
    }
    return new Evaluation(
        end,
        version,
        counts(0),
        sums(ABSOLUTE),
        sums(SQUARED),
        sums(PINBALL),
        inside,
        width,
        sums(NAIVE_ABSOLUTE),
        sums(NAIVE_PINBALL),
        sums(PERSISTENCE_ABSOLUTE),
        sizes());
  }

  private int[] counts(int which) {
    int[] byLead = new int[horizon];
    for (int h = 0; h < horizon; h++) {
      byLead[h] = count[h * (1 + intervals) + which];
    }
    return byLead;
  }

  private double[] sums(int which) {
    double[] byLead = new double[horizon];
    for (int h = 0; h < horizon; h++) {
      // what was stored before sums were held may be infinite
      byLead[h] = finite(sum[h * sums + which]);
    }
    return byLead;
  }

  private double[] sizes() {
    double[] byLead = new double[horizon];
    for (int h = 0; h < horizon; h++) {
      byLead[h] = finiteOrUnknown(sum[h * sums + ABSOLUTE_TARGET]);
    }
    return byLead;
  }

  void clear() {
    Arrays.fill(count, 0);
    Arrays.fill(sum, 0);
  }

  Scores copy(ForecasterConfig config) {
    Scores copy = new Scores(config);
    System.arraycopy(count, 0, copy.count, 0, count.length);
    System.arraycopy(sum, 0, copy.sum, 0, sum.length);
    return copy;
  }

  void write(DataOutput out) throws IOException {
    int most = 0;
    for (int n : count) {
      most = Math.max(most, n);
    }
    int stored = most <= MAX_BYTE ? BYTES : most <= MAX_SHORT ? SHORTS : INTS;
    out.writeByte(stored);
    switch (stored) {
      case INTS -> LittleEndian.write(out, count);
      case SHORTS -> {
        for (int n : count) {
          out.writeShort(n);
        }
      }
      default -> {
        for (int n : count) {
          out.writeByte(n);
        }
      }
    }
    LittleEndian.write(out, sum);
  }

  void read(DataInput in) throws IOException {
    readCounts(in);
    LittleEndian.read(in, sum);
  }

  /** Without the sizes of the targets: of a period that has begun they stay unknown. */
  void readFormat8(DataInput in) throws IOException {
    readCounts(in);
    float[] stored = new float[horizon * (sums - 1)];
    LittleEndian.read(in, stored);
    for (int h = 0; h < horizon; h++) {
      int from = h * (sums - 1);
      int to = h * sums;
      System.arraycopy(stored, from, sum, to, ABSOLUTE_TARGET);
      sum[to + ABSOLUTE_TARGET] = count[h * (1 + intervals)] > 0 ? Float.NaN : 0;
      System.arraycopy(stored, from + ABSOLUTE_TARGET, sum, to + WIDTH, intervals);
    }
  }

  private void readCounts(DataInput in) throws IOException {
    int stored = in.readUnsignedByte();
    if (stored == INTS) {
      LittleEndian.read(in, count);
      return;
    }
    for (int i = 0; i < count.length; i++) {
      count[i] = stored == BYTES ? in.readUnsignedByte() : in.readUnsignedShort();
    }
  }
}
