package io.tidecast.model.input;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Causal location and scale of one variable: exponential averages that begin as plain averages.
 *
 * <p>With n values seen, {@code a = max(1/span, 1/n)}, {@code d = x - mean}: {@code mean += a d};
 * {@code variance = (1 - a)(variance + a d^2)}. The variance of changes is an average of squared
 * changes per step.
 *
 * <p>After a warm-up a deviation counts at most as {@value #MAX_DEVIATION} standard deviations and
 * a change as {@value #MAX_CHANGE}, and a value is {@link #admitted} at most {@value #MAX_ADMITTED}
 * away: one absurd value then hardly widens the scale. Where such values come back they are no
 * accident: each event doubles the limits, and a limit halves again within {@value #FORGOTTEN}
 * steps or so. So the scale of rare events does not collapse between them, and a lasting shift is
 * followed.
 */
final class RunningScale {
  static final int WARM_UP = 24;
  static final int LEVEL_SPAN = 336;
  static final int SLOW_SPAN = 720;
  static final int BYTES = 8 * Double.BYTES + 4 * Integer.BYTES;

  private static final double MAX_DEVIATION = 6;
  private static final double MAX_CHANGE = 5;
  private static final double MAX_ADMITTED = 12;
  private static final double FORGOTTEN = 1000;
  private static final int MAX_DOUBLINGS = 60;
  private static final double SMALLEST_UNIT = 1e-12;
  // no overflow, and no difference to a count without end
  private static final int MAX_COUNT = 1_000_000;

  private final int changeSpan;
  private double last;
  private double change;
  private double mean;
  private double variance;
  private double changeVariance;
  private double slowChangeVariance;
  private int count;
  private int stale;

  // doublings of the limits by events of late, and values in a row beyond a limit
  private double admissions;
  private int refused;
  private double deviations;
  private int deviating;

  /**
   * @param changeSpan steps over which squared changes are averaged
   */
  RunningScale(int changeSpan) {
    this.changeSpan = changeSpan;
  }

  /**
   * The value nearest to x that can be believed for now: within {@value #MAX_ADMITTED} standard
   * deviations of the mean, or as many of the changes from the last value. What is refused again
   * and again is let in by and by.
   */
  double admitted(double x) {
    if (count < WARM_UP) {
      return x;
    }
    double limits = MAX_ADMITTED * Math.pow(2, Math.min(MAX_DOUBLINGS, admissions + refused));
    double level = limits * levelScale();
    double step = limits * changeScale() * Math.sqrt(stale + 1.0);
    double low = Math.min(mean - level, last - step);
    double high = Math.max(mean + level, last + step);
    admissions *= 1 - 1 / FORGOTTEN;
    if (x >= low && x <= high) {
      refused = 0;
      return x;
    }
    admissions += refused == 0 ? 1 : 0;
    refused++;
    return x < low ? low : high;
  }

  /** The last value that was beyond the limits was an accident, and widens none. */
  void forgive() {
    admissions = Math.max(0, admissions - 1);
    refused = 0;
  }

  /** Takes a finite value. */
  void observe(double x) {
    count = Math.min(MAX_COUNT, count + 1);
    double events = Math.pow(2, Math.min(MAX_DOUBLINGS, deviations));
    deviations *= 1 - 1 / FORGOTTEN;
    if (count > 1) {
      observeChange(x - last, events);
    }
    double rate = Math.max(1.0 / LEVEL_SPAN, 1.0 / count);
    double limit = MAX_DEVIATION * events * Math.sqrt(variance);
    double deviation = limited(x - mean, limit);
    if (deviation != x - mean) {
      deviations += deviating == 0 ? 1 : 0;
      deviating = Math.min(MAX_COUNT, deviating + 1);
    } else {
      deviating = 0;
    }
    mean += rate * deviation;
    variance = (1 - rate) * (variance + rate * deviation * deviation);
    last = x;
    stale = 0;
  }

  private void observeChange(double difference, double events) {
    double perStep = difference / Math.sqrt(stale + 1.0);
    double limited = limited(perStep, MAX_CHANGE * events * Math.sqrt(changeVariance));
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
    stale = Math.min(MAX_COUNT, stale + 1);
  }

  /** Whether a value was beyond the limits in the last hundred steps or so, or several before. */
  boolean deviatesNowAndThen() {
    return deviations > 0.9;
  }

  /** As if all values so far had been higher by {@code by}. */
  void shift(double by) {
    last += by;
    mean += by;
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

  /** Steps without a value since the last one. */
  int stale() {
    return stale;
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

  /** Of a zero nothing is known of a unit. */
  private double floor() {
    return Math.max(last == 0 ? SMALLEST_UNIT : Float.MIN_NORMAL, 1e-7 * Math.abs(last));
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
    admissions = other.admissions;
    refused = other.refused;
    deviations = other.deviations;
    deviating = other.deviating;
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
    out.writeDouble(admissions);
    out.writeInt(refused);
    out.writeDouble(deviations);
    out.writeInt(deviating);
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
    admissions = in.readDouble();
    refused = in.readInt();
    deviations = in.readDouble();
    deviating = in.readInt();
  }
}
