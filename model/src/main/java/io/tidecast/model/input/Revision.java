package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Revises the kept rows of a series, and what runs over them, by what later values show: a few that
 * were an accident of the source are as if they had been missing, and after a {@link LevelShift} it
 * is as if the level had always been the new one. Works on the rows of one {@link SeriesInputs}.
 */
final class Revision {
  /** While no value deviates. */
  static final int BYTES = LevelShift.BYTES;

  // as what is left out of trainings is thrown off
  private static final int ABSURD = 20;
  private static final double USUAL = 0.95;
  private static final int LEAST_CHANGES = 24;

  private final ForecasterConfig config;
  private final InputHistory history;
  private final RunningInputs now;
  private final RunningInputs anchor;
  private final LevelShift shift;

  Revision(ForecasterConfig config, InputHistory history, RunningInputs now, RunningInputs anchor) {
    this.config = config;
    this.history = history;
    this.now = now;
    this.anchor = anchor;
    shift = new LevelShift(config);
  }

  /** The source is stuck: where its values deviate, it has been since they do. */
  boolean takeBackStuck() {
    if (shift.deviating() == 0) {
      return false;
    }
    takeBack(history.rows() - shift.deviating(), false);
    return true;
  }

  /** The last few values were thrown off, and the series is back where it was before. */
  boolean takeBackThrownOff(float x) {
    if (!shift.mayBeAccident()) {
      return false;
    }
    long first = history.rows() - shift.deviating();
    float usual = history.target(first - 1);
    if (4 * Math.abs(x - usual) >= Math.abs(history.target(first) - usual)) {
      return false;
    }
    takeBack(first, true);
    return true;
  }

  private void takeBack(long first, boolean fills) {
    float usual = history.target(first - 1);
    shift.restore(now);
    now.forgive();
    for (long row = first; row < history.rows(); row++) {
      history.setMissing(row, fills ? usual : history.target(row));
      now.step(history, row);
    }
  }

  /**
   * Looks at a value that is not missing, before the running inputs take it.
   *
   * @param x as it is admitted to the rows
   */
  void look(float raw, float x) {
    if (config.transform().isRandomWalk() || history.rows() == 0) {
      return;
    }
    double above = Double.POSITIVE_INFINITY;
    double below = Double.NEGATIVE_INFINITY;
    for (int period : new int[] {config.season(), config.longSeason()}) {
      if (period > 1) {
        double distance = x - before(period, history.rows(), shift.deviating());
        above = Math.min(above, distance);
        below = Math.max(below, distance);
      }
    }
    shift.look(now, x, above, below);
    if (shift.deviating() == 1) {
      double usual = history.usualChange(USUAL, LEAST_CHANGES);
      shift.setAbsurd(Math.abs((double) raw - history.target(history.rows() - 1)) > ABSURD * usual);
    }
  }

  /** The value whole periods before a row, and before the last {@code deviating} rows. */
  private double before(int period, long row, int deviating) {
    long found = row - (long) period * (deviating / period + 1);
    return history.holds(found) ? history.target(found) : shift.mean(now);
  }

  /** Whether a shift is sure: then all kept rows were brought to the new level. */
  boolean bringToNewLevel() {
    if (!shift.isSure()) {
      return false;
    }
    long first = history.rows() - LevelShift.CONFIRMED;
    double[] distances = new double[LevelShift.CONFIRMED];
    for (int i = 0; i < distances.length; i++) {
      double expected =
          config.season() > 1 ? before(config.season(), first + i, i) : shift.mean(now);
      distances[i] = history.target(first + i) - expected;
    }
    Arrays.sort(distances);
    // the first of them may have been limited: the median was not
    float by = (float) distances[distances.length / 2];
    shift.restore(now);
    now.shift(by);
    anchor.shift(by);
    history.shift(by, first);
    for (long row = first; row < history.rows(); row++) {
      now.step(history, row);
    }
    return true;
  }

  /** Nothing deviates any more, after a gap. */
  void forget() {
    shift.forget();
  }

  /** As if the target had always been higher by {@code by}. */
  void shift(double by) {
    shift.shift(by);
  }

  void set(Revision other) {
    shift.set(other.shift);
  }

  void write(DataOutput out) throws IOException {
    shift.write(out);
  }

  void read(DataInput in) throws IOException {
    shift.read(in);
  }
}
