package io.tidecast.model.online;

import io.tidecast.model.Anomaly;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tells which observations are {@link Anomaly anomalies}, and what they turn out to be: a spike if
 * the series is back within {@value #LONGEST_SPIKE} steps, nearer to where it was than a quarter of
 * the way; a shift if it stays. Nothing is allocated for what is in order.
 */
final class AnomalyWatch {
  /** Beyond the interval by its own half width: an interval of 90 % is missed one time in ten. */
  static final float LEAST_SCORE = 2;

  /** Share of the running scale below which a side of an interval has no width, as of dry days. */
  private static final float NO_WIDTH = 0.01f;

  private static final int LONGEST_SPIKE = 3;
  private static final int LONGEST_SHIFT = 16;
  private static final float BACK = 0.25f;

  /** While nothing is out of order. */
  static final int BYTES = StuckTest.BYTES + Float.BYTES + Integer.BYTES + 1;

  /** What was forecast of the present step one step before, in the unit of the target. Scratch. */
  static final class Expected {
    private float lower = Float.NaN;
    private float median = Float.NaN;
    private float upper = Float.NaN;
    private float unit = Float.NaN;

    /** Nothing was. */
    void clear() {
      lower = Float.NaN;
      median = Float.NaN;
      upper = Float.NaN;
      unit = Float.NaN;
    }

    /**
     * Takes the forecast of lead 1.
     *
     * @param quantiles ascending
     * @param scale the running scale of the series
     */
    void set(float[] quantiles, float scale) {
      unit = scale;
      lower = quantiles[0];
      median = quantiles[quantiles.length / 2];
      upper = quantiles[quantiles.length - 1];
    }

    float median() {
      return median;
    }

    /** See {@link Anomaly#score}. */
    float score(float value) {
      float distance = Math.abs(value - median);
      float width = value > median ? upper - median : median - lower;
      if (!(distance > 0)) {
        return 0;
      }
      return Math.min(Anomaly.MAX_SCORE, distance / (width > NO_WIDTH * unit ? width : unit));
    }

    /**
     * What a step is that was observed to be {@code raw}, itself and not as its float.
     *
     * @param base what the forecast is less by
     */
    Anomaly anomaly(long index, double raw, double base, int run, Anomaly.Cause cause) {
      float value = (float) (raw - base);
      return new Anomaly(
          index,
          base == 0 ? value : raw,
          base + lower,
          base + median,
          base + upper,
          score(value),
          run,
          cause);
    }
  }

  private final StuckTest stuck = new StuckTest();
  private float last = Float.NaN;

  /** Anomalies in a row, negative if they are below. */
  private int run;

  /** The one that began it, while its cause is open, in full; else null. */
  private Anomaly first;

  /** The value before it. */
  private float before;

  /** Whether more than half of the values are those before them: what rests, and is on or off. */
  boolean holds() {
    return stuck.repeats() > 0.5f;
  }

  /** Takes an observed value, and says whether the source is stuck at it. */
  boolean isStuckAt(float value) {
    return stuck.observe(value);
  }

  /**
   * The anomaly that a step is or makes known; null as a rule.
   *
   * @param raw observed
   * @param base what the values of the series are less by
   * @param expected of this step
   * @param isStuck what {@link #isStuckAt} said of it
   * @param isWarm whether the intervals mean something
   */
  Anomaly judge(
      long index, double raw, double base, Expected expected, boolean isStuck, boolean isWarm) {
    float value = (float) (raw - base);
    float previous = last;
    last = value;
    forget(index);
    if (isStuck) {
      run = 0;
      first = null;
      return expected.anomaly(index, raw, base, stuck.run(), Anomaly.Cause.STUCK);
    }
    if (first != null && isBack(index, value, base)) {
      Anomaly spike = first.as(Anomaly.Cause.SPIKE, (int) (index - first.index()));
      run = 0;
      first = null;
      return spike;
    }
    if (!isWarm || expected.score(value) < LEAST_SCORE) {
      run = 0;
      return null;
    }
    int side = value > expected.median() ? 1 : -1;
    run = Integer.signum(run) == side ? run + side : side;
    Anomaly anomaly = expected.anomaly(index, raw, base, Math.abs(run), Anomaly.Cause.UNKNOWN);
    if (first == null) {
      first = anomaly;
      before = previous;
    }
    return anomaly;
  }

  private void forget(long index) {
    if (first != null && index - first.index() > LONGEST_SHIFT) {
      first = null;
    }
  }

  private boolean isBack(long index, float value, double base) {
    return index - first.index() <= LONGEST_SPIKE
        && Math.abs(value - before) < BACK * Math.abs(first.value() - base - before);
  }

  /**
   * The level has shifted for good with this step.
   *
   * @param found what was found of the step itself; null if nothing was
   * @return what began it, if that is known
   */
  Anomaly shifted(long index, Anomaly found) {
    Anomaly begun = first != null ? first : found;
    run = 0;
    first = null;
    return begun == null ? null : begun.as(Anomaly.Cause.SHIFT, (int) (index - begun.index()) + 1);
  }

  /** As if all values had been higher by {@code by}. */
  void shift(double by) {
    stuck.shift(by);
    last = (float) (last + by);
    before = (float) (before + by);
  }

  void set(AnomalyWatch other) {
    stuck.set(other.stuck);
    last = other.last;
    run = other.run;
    first = other.first;
    before = other.before;
  }

  /** What began something follows only while its cause is open. */
  void write(DataOutput out) throws IOException {
    stuck.write(out);
    out.writeFloat(last);
    out.writeInt(run);
    out.writeBoolean(first != null);
    if (first != null) {
      out.writeFloat(before);
      out.writeLong(first.index());
      out.writeDouble(first.value());
      out.writeDouble(first.lower());
      out.writeDouble(first.median());
      out.writeDouble(first.upper());
      out.writeFloat(first.score());
      out.writeInt(first.run());
    }
  }

  void read(DataInput in) throws IOException {
    read(in, true);
  }

  /** As format 7 and earlier ones had it: in single precision. */
  void readFormat7(DataInput in) throws IOException {
    read(in, false);
  }

  private void read(DataInput in, boolean inFull) throws IOException {
    stuck.read(in);
    last = in.readFloat();
    run = in.readInt();
    first = null;
    if (in.readBoolean()) {
      before = in.readFloat();
      first =
          new Anomaly(
              in.readLong(),
              number(in, inFull),
              number(in, inFull),
              number(in, inFull),
              number(in, inFull),
              in.readFloat(),
              in.readInt(),
              Anomaly.Cause.UNKNOWN);
    }
  }

  private static double number(DataInput in, boolean inFull) throws IOException {
    return inFull ? in.readDouble() : in.readFloat();
  }
}
