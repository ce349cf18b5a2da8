package io.tidecast.model.input;

import io.tidecast.model.Base;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the values of one series are told from: 0, until more of its changes are lost in floats than
 * are not; then the last value. What lost none before moves only once as many in a row are lost as
 * make a shift sure: some readings of a broken sensor would cost all rows their digits. A series
 * whose changes are told apart from 0 after all, but for one in five, goes back there; that takes
 * more than a season, or a counter that is fast by day alone would come and go.
 */
public final class SeriesBase {
  static final int BYTES = 2 * Double.BYTES + 1 + Integer.BYTES;

  /** So many changes that are not lost in floats weigh against those that are. */
  private static final int CAUTION = LevelShift.CONFIRMED;

  /** So many of those that are told apart from 0 weigh against one that is not. */
  private static final int DOUBT = 4;

  private static final int LEAST_PATIENCE = 100;

  /**
   * By how much less all values are from here on. The last one comes out as exactly what it was,
   * the others as near as floats had them.
   *
   * @param by transformed values
   * @param raw raw values
   */
  public record Move(double by, double raw) {
    public static final Move NONE = new Move(0, 0);
  }

  private final Transform transform;
  private final int patience;
  private double value;
  // the last value with all its digits, and the changes lost in floats less those that are not
  private double last = Double.NaN;
  private int lost;
  // while there is a base: changes that are told apart from 0, less those that are not
  private int apart;

  SeriesBase(ForecasterConfig config) {
    transform = config.transform();
    patience = LEAST_PATIENCE + config.season() + config.longSeason();
  }

  /** What transformed values are less by; 0 as a rule. */
  public double value() {
    return value;
  }

  /** What raw values are less by where they are to be floats; 0 as a rule. */
  public double raw() {
    return value == 0 ? 0 : transform.invert(value);
  }

  /** A raw value less {@link #raw}. */
  public float near(double raw) {
    return (float) (raw - raw());
  }

  /** A raw value transformed, less the base; NaN if there is none. */
  public float transformed(double raw) {
    return value == 0 ? transform.apply((float) raw) : (float) (transform.exact(raw) - value);
  }

  /**
   * Looks at the raw value of the step that comes next. One that was looked at is looked at once.
   *
   * @return {@link Move#NONE} as a rule
   */
  Move follow(double raw) {
    double before = last;
    double next = transform.exact(raw);
    if (Double.isNaN(next)) {
      return Move.NONE;
    }
    last = next;
    if (!Base.isChange(before, next)) {
      return Move.NONE;
    }
    count(before, next);
    if (apart > patience) {
      apart = 0;
      return move(before, 0, -CAUTION);
    }
    return lost > 0 ? move(before, Base.near(next), 0) : Move.NONE;
  }

  private void count(double before, double next) {
    lost = Base.isLost(before, next, value) ? lost + 1 : Math.max(-CAUTION, lost - 1);
    if (value != 0) {
      apart = Base.isLost(before, next, 0) ? Math.max(0, apart - DOUBT) : apart + 1;
    }
  }

  private Move move(double before, double base, int lostThere) {
    double rawBefore = transform.invert(before);
    float kept = (float) (before - value);
    float keptRaw = near(rawBefore);
    value = base;
    lost = lostThere;
    return new Move((double) kept - (float) (before - value), (double) keptRaw - near(rawBefore));
  }

  void set(SeriesBase other) {
    value = other.value;
    last = other.last;
    lost = other.lost;
    apart = other.apart;
  }

  /** What kept rows are told from. */
  void set(double base) {
    value = base;
  }

  /** The rest. */
  void write(DataOutput out) throws IOException {
    out.writeDouble(last);
    out.writeByte(lost);
    out.writeInt(apart);
  }

  void read(DataInput in) throws IOException {
    last = in.readDouble();
    lost = in.readByte();
    apart = in.readInt();
  }
}
