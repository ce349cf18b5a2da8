package io.tidecast.model.input;

import io.tidecast.model.Base;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What the values of one series are told from: 0, until more of its changes are lost in floats than
 * are not; then the last value.
 */
public final class SeriesBase {
  static final int BYTES = 2 * Double.BYTES + 1;

  /** So many changes that are not lost in floats weigh against those that are. */
  private static final int CAUTION = 4;

  private final Transform transform;
  private double value;
  // the last value with all its digits, and the changes lost in floats less those that are not
  private double last = Double.NaN;
  private int lost;

  SeriesBase(Transform transform) {
    this.transform = transform;
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
   * @return by how much less all values are from here on; 0 as a rule. The last one comes out as
   *     exactly what it was, the others as near as floats had them
   */
  double follow(double raw) {
    double before = last;
    double next = transform.exact(raw);
    if (Double.isNaN(next)) {
      return 0;
    }
    last = next;
    if (!Base.isChange(before, next)) {
      return 0;
    }
    lost = Base.isLost(before, next, value) ? lost + 1 : Math.max(-CAUTION, lost - 1);
    if (lost <= 0) {
      return 0;
    }
    float kept = (float) (before - value);
    value = Base.near(next);
    lost = 0;
    return (double) kept - (float) (before - value);
  }

  void set(SeriesBase other) {
    value = other.value;
    last = other.last;
    lost = other.lost;
  }

  /** What kept rows are told from. */
  void set(double base) {
    value = base;
  }

  /** The rest. */
  void write(DataOutput out) throws IOException {
    out.writeDouble(last);
    out.writeByte(lost);
  }

  void read(DataInput in) throws IOException {
    last = in.readDouble();
    lost = in.readByte();
  }
}
