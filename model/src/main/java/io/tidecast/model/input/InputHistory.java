package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Ring of the last rows: transformed target, covariates, and what of it was missing (there the
 * value is the one that was filled in, so that nothing in here is ever NaN).
 *
 * <p>It reaches further back for the target than the {@code history} rows a replay steps: the first
 * of those rows still finds its lagged values, and a forecast that is scored a horizon later still
 * finds what the naives said.
 */
final class InputHistory {
  private final int width;
  private final int replayed;
  private final float[] targets;
  private final float[] covariates;
  private final byte[] missing;
  private long rows;

  InputHistory(ForecasterConfig config) {
    this(config.covariates().size(), config.history(), targets(config));
  }

  private InputHistory(int width, int replayed, int targets) {
    this.width = width;
    this.replayed = replayed;
    this.targets = new float[targets];
    covariates = new float[replayed * width];
    missing = new byte[replayed * (1 + width)];
  }

  private InputHistory(InputHistory other) {
    width = other.width;
    replayed = other.replayed;
    targets = other.targets.clone();
    covariates = other.covariates.clone();
    missing = other.missing.clone();
    rows = other.rows;
  }

  /** One of its own with the same content. */
  InputHistory copy() {
    return new InputHistory(this);
  }

  private static int targets(ForecasterConfig config) {
    int reach = Math.max(config.history(), config.horizon());
    return reach + Math.max(config.season(), config.longSeason());
  }

  static int bytes(ForecasterConfig config) {
    int width = config.covariates().size();
    return 3 * Integer.BYTES
        + Long.BYTES
        + Float.BYTES * (targets(config) + config.history() * width)
        + bits(config.history() * (1 + width));
  }

  private static int bits(int flags) {
    return (flags + 7) / 8;
  }

  int capacity() {
    return targets.length;
  }

  /** Rows stepped in all; the newest is number {@code rows - 1}. */
  long rows() {
    return rows;
  }

  long firstReplayed() {
    return Math.max(0, rows - replayed);
  }

  /** Begins the next row; its covariates are missing until told otherwise. */
  void append(float target, boolean isMissing) {
    int slot = (int) (rows % replayed);
    targets[(int) (rows % targets.length)] = target;
    Arrays.fill(missing, slot * (1 + width), (slot + 1) * (1 + width), (byte) 1);
    missing[slot * (1 + width)] = (byte) (isMissing ? 1 : 0);
    for (int i = 0; i < width; i++) {
      covariates[slot * width + i] = 0;
    }
    rows++;
  }

  void setCovariate(int i, float value) {
    int slot = (int) ((rows - 1) % replayed);
    covariates[slot * width + i] = value;
    missing[slot * (1 + width) + 1 + i] = 0;
  }

  /** As if the target of a row that is replayed had been missing, and filled in. */
  void setMissing(long row, float filled) {
    targets[(int) (row % targets.length)] = filled;
    missing[(int) (row % replayed) * (1 + width)] = 1;
  }

  /**
   * The change from one row to the next that {@code share} of those that are none at all do not
   * exceed; infinite if there are fewer than {@code least}.
   */
  double usualChange(double share, int least) {
    double[] changes = new double[targets.length];
    int count = 0;
    for (long row = firstHeld() + 1; row < rows; row++) {
      double change = Math.abs((double) target(row) - target(row - 1));
      changes[count] = change;
      count += change > 0 ? 1 : 0;
    }
    if (count < least) {
      return Double.POSITIVE_INFINITY;
    }
    Arrays.sort(changes, 0, count);
    return changes[(int) (count * share)];
  }

  /** Whether row number {@code row} was ever stepped and is still held. */
  boolean holds(long row) {
    return row >= 0 && row < rows && row >= rows - targets.length;
  }

  /** Adds {@code by} to the targets of the rows before number {@code end}. */
  void shift(double by, long end) {
    for (long row = firstHeld(); row < end; row++) {
      targets[(int) (row % targets.length)] += by;
    }
  }

  float target(long row) {
    return targets[(int) (row % targets.length)];
  }

  float covariate(long row, int i) {
    return covariates[(int) (row % replayed) * width + i];
  }

  boolean missing(long row, int variable) {
    return missing[(int) (row % replayed) * (1 + width) + variable] != 0;
  }

  /** {@code out[i] = x[row - count + i] - x[row]} for i below {@code count}, oldest first. */
  void deviations(float[] out, int count) {
    copy(rows - 1 - count, count, out, 0);
    float last = target(rows - 1);
    for (int i = 0; i < count; i++) {
      out[i] -= last;
    }
  }

  /** The targets of {@code count} rows from number {@code first} on, which are held. */
  private void copy(long first, int count, float[] out, int at) {
    int from = (int) (first % targets.length);
    int untilEnd = Math.min(count, targets.length - from);
    System.arraycopy(targets, from, out, at, untilEnd);
    System.arraycopy(targets, 0, out, at + untilEnd, count - untilEnd);
  }

  /** {@code out[i] = x[row - i]}, newest first, as far as there were rows. */
  void newest(float[] out) {
    int count = (int) Math.min(out.length, rows - firstHeld());
    int at = (int) (rows % targets.length);
    for (int i = 0; i < count; i++) {
      at = at == 0 ? targets.length - 1 : at - 1;
      out[i] = targets[at];
    }
  }

  /**
   * For the row that comes next: {@code out[lead - 1]} is the target of whole periods before it, of
   * as many as a forecast of that lead had seen; or of its origin where that is not held.
   *
   * @param newest as {@link #newest} gives them
   */
  void seasonalForNext(int period, float[] newest, float[] out) {
    for (int from = 0; from < out.length; from += period) {
      long row = rows - period - from;
      int to = Math.min(out.length, from + period);
      if (holds(row)) {
        Arrays.fill(out, from, to, target(row));
      } else {
        System.arraycopy(newest, from, out, from, to - from);
      }
    }
  }

  /**
   * {@code out[h]}: the target of row {@code origin + h + 1}, or whole periods before it, the first
   * that was seen by {@code origin}; that of {@code origin} where it is not held.
   */
  void seasonal(int period, long origin, float[] out) {
    long first = origin + 1 - period;
    int season = Math.min(period, out.length);
    int before = (int) Math.max(0, Math.min(season, firstHeld() - first));
    Arrays.fill(out, 0, before, target(origin));
    if (before < season) {
      copy(first + before, season - before, out, before);
    }
    for (int h = season; h < out.length; h++) {
      out[h] = out[h - season];
    }
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(width);
    out.writeInt(replayed);
    out.writeInt(targets.length);
    out.writeLong(rows);
    LittleEndian.write(out, targets);
    LittleEndian.write(out, covariates);
    out.write(packed(missing));
  }

  static InputHistory read(DataInput in) throws IOException {
    InputHistory history = new InputHistory(in.readInt(), in.readInt(), in.readInt());
    history.rows = in.readLong();
    LittleEndian.read(in, history.targets);
    LittleEndian.read(in, history.covariates);
    byte[] bits = new byte[bits(history.missing.length)];
    in.readFully(bits);
    for (int i = 0; i < bits.length; i++) {
      // nearly none is missing
      if (bits[i] != 0) {
        history.unpack(bits[i], 8 * i);
      }
    }
    return history;
  }

  private void unpack(byte bits, int from) {
    for (int i = from; i < Math.min(missing.length, from + 8); i++) {
      missing[i] = (byte) (bits >> i % 8 & 1);
    }
  }

  /** As format 1 had it: without its sizes, a byte per flag. */
  static InputHistory readFormat1(DataInput in, int width, int replayed, int targets)
      throws IOException {
    InputHistory history = new InputHistory(width, replayed, targets);
    history.rows = in.readLong();
    LittleEndian.read(in, history.targets);
    LittleEndian.read(in, history.covariates);
    in.readFully(history.missing);
    return history;
  }

  private static byte[] packed(byte[] flags) {
    byte[] bits = new byte[bits(flags.length)];
    for (int i = 0; i < flags.length; i++) {
      bits[i / 8] |= (byte) (flags[i] << i % 8);
    }
    return bits;
  }

  /** The rows from number {@code from} on, which are held and at most as many as are replayed. */
  void writeSince(long from, DataOutput out) throws IOException {
    out.writeShort((int) (rows - from));
    for (long row = from; row < rows; row++) {
      out.writeFloat(target(row));
      for (int i = 0; i < width; i++) {
        out.writeFloat(covariate(row, i));
      }
      int slot = (int) (row % replayed) * (1 + width);
      out.write(missing, slot, 1 + width);
    }
  }

  /**
   * Appends the rows of {@link #writeSince}.
   *
   * @param before told of each before it is appended
   */
  void readSince(DataInput in, Runnable before) throws IOException {
    int more = in.readUnsignedShort();
    float[] values = new float[width];
    byte[] flags = new byte[1 + width];
    for (int n = 0; n < more; n++) {
      float target = in.readFloat();
      for (int i = 0; i < width; i++) {
        values[i] = in.readFloat();
      }
      in.readFully(flags);
      before.run();
      append(target, flags[0] != 0);
      for (int i = 0; i < width; i++) {
        if (flags[1 + i] == 0) {
          setCovariate(i, values[i]);
        }
      }
    }
  }

  long firstHeld() {
    return Math.max(0, rows - targets.length);
  }
}
