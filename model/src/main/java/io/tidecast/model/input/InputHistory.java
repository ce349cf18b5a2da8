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
 * of those rows still finds its lagged values.
 */
final class InputHistory {
  private final int width;
  private final int replayed;
  private final float[] targets;
  private final float[] covariates;
  private final byte[] missing;
  private long rows;

  InputHistory(ForecasterConfig config) {
    width = config.covariates().size();
    replayed = config.history();
    targets = new float[targets(config)];
    covariates = new float[replayed * width];
    missing = new byte[replayed * (1 + width)];
  }

  private static int targets(ForecasterConfig config) {
    return config.history() + Math.max(config.season(), config.longSeason());
  }

  static int bytes(ForecasterConfig config) {
    int width = config.covariates().size();
    return Long.BYTES
        + Float.BYTES * (targets(config) + config.history() * width)
        + config.history() * (1 + width);
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

  /** Whether row number {@code row} was ever stepped and is still held. */
  boolean holds(long row) {
    return row >= 0 && row < rows && row >= rows - targets.length;
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

  /** {@code out[i] = x[row - out.length + i] - x[row]}, oldest first. */
  void deviations(float[] out) {
    float last = target(rows - 1);
    int from = (int) ((rows - 1 - out.length) % targets.length);
    int untilEnd = Math.min(out.length, targets.length - from);
    for (int i = 0; i < untilEnd; i++) {
      out[i] = targets[from + i] - last;
    }
    for (int i = untilEnd; i < out.length; i++) {
      out[i] = targets[i - untilEnd] - last;
    }
  }

  void set(InputHistory other) {
    System.arraycopy(other.targets, 0, targets, 0, targets.length);
    System.arraycopy(other.covariates, 0, covariates, 0, covariates.length);
    System.arraycopy(other.missing, 0, missing, 0, missing.length);
    rows = other.rows;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(rows);
    LittleEndian.write(out, targets);
    LittleEndian.write(out, covariates);
    out.write(missing);
  }

  void read(DataInput in) throws IOException {
    rows = in.readLong();
    LittleEndian.read(in, targets);
    LittleEndian.read(in, covariates);
    in.readFully(missing);
  }
}
