package io.tidecast.model.input;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Causal location and scale of one variable: exponential averages that begin as plain averages.
 *
 * <p>With n values seen, {@code a = max(1/span, 1/n)}, {@code d = x - mean}: {@code mean += a d};
 * {@code variance = (1 - a)(variance + a d^2)}. The variance of changes is an average of squared
 * changes per step. After a warm-up each deviation counts at most as {@value #MAX_DEVIATION}
 * standard deviations and each change as {@value #MAX_CHANGE}: one absurd value then hardly widens
 * the scale, while a lasting shift is still followed, exponentially.
 */
final class RunningScale {
  static final int WARM_UP = 24;
  static final int LEVEL_SPAN = 336;
  static final int SLOW_SPAN = 720;
  static final int BYTES = 6 * Double.BYTES + 2 * Integer.BYTES;

  private static final double MAX_DEVIATION = 6;
  private static final double MAX_CHANGE = 5;

  private final int changeSpan;
  private double last;
  private double change;
  private double mean;
  private double variance;
  private double changeVariance;
  private double slowChangeVariance;
  private int count;
  private int stale;

  /**
   * @param changeSpan steps over which squared changes are averaged
   */
  RunningScale(int changeSpan) {
    this.changeSpan = changeSpan;
  }

  /** Takes a finite value. */
  void observe(double x) {
    count++;
    if (count > 1) {
      observeChange(x - last);
    }
    double rate = Math.max(1.0 / LEVEL_SPAN, 1.0 / count);
    double deviation = limited(x - mean, MAX_DEVIATION * Math.sqrt(variance));
    mean += rate * deviation;
    variance = (1 - rate) * (variance + rate * deviation * deviation);
    last = x;
    stale = 0;
  }

  private void observeChange(double difference) {
    double perStep = difference / Math.sqrt(stale + 1.0);
    double limited = limited(perStep, MAX_CHANGE * Math.sqrt(changeVariance));
    double square = limited * limited;
    changeVariance += Math.max(1.0 / changeSpan, 1.0 / (count - 1)) * (square - changeVariance);
    slowChangeVariance +=
        Math.max(1.0 / SLOW_SPAN, 1.0 / (count - 1)) * (square - slowChangeVariance);
    change = difference;
  }

  /** A constant so far has no scale to be limited by. */
  private double limited(double deviation, double limit) {
    if (count <= WARM_UP || limit <= floor()) {
      return deviation;
    }
    return Math.max(-limit, Math.min(limit, deviation));
  }

  /** One step without a value: the last one stands. */
  void miss() {
    change = 0;
    stale++;
  }

  boolean seen() {
    return count > 0;
  }

  /** Whether two values were seen, so that there is a scale at all. */
  boolean varied() {
    return count > 1;
  }

  boolean warm() {
    return count >= WARM_UP;
  }

  boolean missing() {
    return stale > 0 || count == 0;
  }

  double last() {
    return last;
  }

  double change() {
    return change;
  }

  double mean() {
    return mean;
  }

  /** Positive, also for a constant: far below what a float of this size can resolve. */
  double levelScale() {
    return Math.max(Math.sqrt(variance), floor());
  }

  double changeScale() {
    return Math.max(Math.sqrt(changeVariance), floor());
  }

  double slowChangeScale() {
    return Math.max(Math.sqrt(slowChangeVariance), floor());
  }

  private double floor() {
    return Math.max(1e-12, 1e-7 * Math.abs(last));
  }

  void set(RunningScale other) {
    last = other.last;
    change = other.change;
    mean = other.mean;
    variance = other.variance;
    changeVariance = other.changeVariance;
    slowChangeVariance = other.slowChangeVariance;
    count = other.count;
    stale = other.stale;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(last);
    out.writeDouble(change);
    out.writeDouble(mean);
    out.writeDouble(variance);
    out.writeDouble(changeVariance);
    out.writeDouble(slowChangeVariance);
    out.writeInt(count);
    out.writeInt(stale);
  }

  void read(DataInput in) throws IOException {
    last = in.readDouble();
    change = in.readDouble();
    mean = in.readDouble();
    variance = in.readDouble();
    changeVariance = in.readDouble();
    slowChangeVariance = in.readDouble();
    count = in.readInt();
    stale = in.readInt();
  }
}
