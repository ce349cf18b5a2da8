package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Tells a lasting shift of the level from an accident: {@value #CONFIRMED} values in a row, all
 * {@value #DEVIATIONS} standard deviations to one side of the mean as it was before the first of
 * them, and of what the seasons before would have had. Where values deviate now and then, as rain
 * does, they will be back, and nothing shifts. A few that were thrown so far off as the series
 * never moves, and after which it is back, are an accident of the source.
 *
 * <p>What the running inputs were before the first of them is kept meanwhile: once a shift is sure,
 * they go on from there, at the new level, as if it had always been that; after an accident, as if
 * nothing had been seen meanwhile.
 */
final class LevelShift {
  static final int CONFIRMED = 8;

  /** While no value deviates. */
  static final int BYTES = 2;

  /** Values in a row that may be thrown off. */
  static final int LONGEST_ACCIDENT = 3;

  private static final double DEVIATIONS = 5;

  // what lasts for longer is how the series is now; and as many are held in a byte
  private static final int MAX_DEVIATING = Byte.MAX_VALUE;

  private final RunningInputs before;
  private int side;
  private int deviating;
  private boolean absurd;

  LevelShift(ForecasterConfig config) {
    before = new RunningInputs(config);
  }

  /**
   * Looks at a value before the running inputs take it.
   *
   * @param above how far it is above the highest of the values of the seasons before
   * @param below how far it is above the lowest of them
   */
  void look(RunningInputs now, double x, double above, double below) {
    RunningScale level = (deviating > 0 ? before : now).target();
    double limit = DEVIATIONS * level.levelScale();
    boolean up = Math.min(x - level.mean(), above) > limit;
    boolean down = Math.max(x - level.mean(), below) < -limit;
    int direction = up ? 1 : down ? -1 : 0;
    if (direction == 0 || !now.ready()) {
      deviating = 0;
    } else if (deviating > 0 && direction == side) {
      deviating = deviating < MAX_DEVIATING ? deviating + 1 : 0;
    } else {
      before.set(now);
      side = direction;
      deviating = 1;
      absurd = false;
    }
  }

  /** Values in a row that deviate. */
  int deviating() {
    return deviating;
  }

  /** Whether the first of them is farther off than the series ever moves. */
  void setAbsurd(boolean isAbsurd) {
    absurd = isAbsurd;
  }

  /** Whether they are few, and thrown off. */
  boolean mayBeAccident() {
    return absurd && deviating > 0 && deviating <= LONGEST_ACCIDENT;
  }

  void forget() {
    deviating = 0;
  }

  /** The mean before the first value that deviates. */
  double mean(RunningInputs now) {
    return (deviating > 0 ? before : now).target().mean();
  }

  boolean isSure() {
    return deviating == CONFIRMED && !before.target().deviatesNowAndThen();
  }

  /** As if the target had always been higher by {@code by}. */
  void shift(double by) {
    before.shift(by);
  }

  /** Takes back what the deviating values did, and waits for the next shift. */
  void restore(RunningInputs now) {
    now.set(before);
    deviating = 0;
  }

  void set(LevelShift other) {
    before.set(other.before);
    side = other.side;
    deviating = other.deviating;
    absurd = other.absurd;
  }

  /** The running inputs follow only while values deviate. */
  void write(DataOutput out) throws IOException {
    out.writeByte(absurd ? 2 * side : side);
    out.writeByte(deviating);
    if (deviating > 0) {
      before.write(out);
    }
  }

  void read(DataInput in) throws IOException {
    int code = in.readByte();
    side = Integer.signum(code);
    absurd = Math.abs(code) == 2;
    deviating = in.readByte();
    if (deviating > 0) {
      before.read(in);
    }
  }
}
