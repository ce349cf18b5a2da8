package io.tidecast.model.online;

import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import io.tidecast.model.QuantileLevels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Sums of the errors of one model version in the open period, see {@link Evaluation}. */
final class Scores {
  private final QuantileLevels levels;
  private final int[] count;
  private final double[] absoluteError;
  private final double[] squaredError;
  private final double[] pinball;
  private final int[][] inside;
  private final double[][] width;
  private final double[] naiveAbsoluteError;
  private final double[] naivePinball;
  private final double[] persistenceAbsoluteError;

  Scores(ForecasterConfig config) {
    levels = config.levels();
    int horizon = config.horizon();
    count = new int[horizon];
    absoluteError = new double[horizon];
    squaredError = new double[horizon];
    pinball = new double[horizon];
    inside = new int[levels.intervals()][horizon];
    width = new double[levels.intervals()][horizon];
    naiveAbsoluteError = new double[horizon];
    naivePinball = new double[horizon];
    persistenceAbsoluteError = new double[horizon];
  }

  static int bytes(ForecasterConfig config) {
    int perInterval = Integer.BYTES + Double.BYTES;
    return config.horizon()
        * (Integer.BYTES + 6 * Double.BYTES + config.levels().intervals() * perInterval);
  }

  /**
   * @param h lead - 1
   * @param served quantiles of the forecast that was given out, {@code [levels]}
   * @param servedPinball mean pinball loss of it
   * @param naive quantiles of the seasonal naive, {@code [levels]}
   * @param last value at the origin
   */
  void add(
      int h,
      double target,
      float[] served,
      double servedPinball,
      float[] naive,
      double pinballOfNaive,
      double last) {
    int median = levels.median();
    double error = target - served[median];
    count[h]++;
    absoluteError[h] += Math.abs(error);
    squaredError[h] += error * error;
    pinball[h] += servedPinball;
    for (int i = 0; i < inside.length; i++) {
      float lower = served[i];
      float upper = served[served.length - 1 - i];
      inside[i][h] += target >= lower && target <= upper ? 1 : 0;
      width[i][h] += (double) upper - lower;
    }
    naiveAbsoluteError[h] += Math.abs(target - naive[median]);
    naivePinball[h] += pinballOfNaive;
    persistenceAbsoluteError[h] += Math.abs(target - last);
  }

  /** Hands over the sums: this object is not used after it. */
  Evaluation evaluation(long end, String version) {
    return new Evaluation(
        end,
        version,
        count,
        absoluteError,
        squaredError,
        pinball,
        inside,
        width,
        naiveAbsoluteError,
        naivePinball,
        persistenceAbsoluteError);
  }

  Scores copy(ForecasterConfig config) {
    Scores copy = new Scores(config);
    System.arraycopy(count, 0, copy.count, 0, count.length);
    double[][] from = sums();
    double[][] to = copy.sums();
    for (int k = 0; k < from.length; k++) {
      System.arraycopy(from[k], 0, to[k], 0, from[k].length);
    }
    for (int i = 0; i < inside.length; i++) {
      System.arraycopy(inside[i], 0, copy.inside[i], 0, inside[i].length);
      System.arraycopy(width[i], 0, copy.width[i], 0, width[i].length);
    }
    return copy;
  }

  private double[][] sums() {
    return new double[][] {
      absoluteError,
      squaredError,
      pinball,
      naiveAbsoluteError,
      naivePinball,
      persistenceAbsoluteError
    };
  }

  void write(DataOutput out) throws IOException {
    LittleEndian.write(out, count);
    for (double[] sum : sums()) {
      LittleEndian.write(out, sum);
    }
    for (int i = 0; i < inside.length; i++) {
      LittleEndian.write(out, inside[i]);
      LittleEndian.write(out, width[i]);
    }
  }

  void read(DataInput in) throws IOException {
    LittleEndian.read(in, count);
    for (double[] sum : sums()) {
      LittleEndian.read(in, sum);
    }
    for (int i = 0; i < inside.length; i++) {
      LittleEndian.read(in, inside[i]);
      LittleEndian.read(in, width[i]);
    }
  }
}
