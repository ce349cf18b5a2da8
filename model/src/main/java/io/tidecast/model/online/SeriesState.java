package io.tidecast.model.online;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HiddenState;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Everything the forecaster carries for one series. Mutable, owned by one key, not thread safe.
 *
 * <p>Stored form, version 1; multi-byte numbers are big-endian except inside arrays, which are
 * little-endian:
 *
 * <pre>
 * int      format version
 * int[8]   shape: horizon, levels, season, longSeason, history, covariates, layers, hidden
 * long     index of the last step; Long.MIN_VALUE before the first
 * int      steps since the state began or was rebuilt, at most 1,000,000
 *          inputs: history ring, running scales now and at the start of the ring
 *          hidden state: version, then per layer float[hidden] h and c
 *          errors of the naive, mixture losses, calibration, guard
 *          pending forecasts
 *          open period: scores per version
 * </pre>
 *
 * <p>Its size in bytes, with horizon H, levels L, intervals I, history T, longest season S,
 * covariates C, layers N, hidden size M, versions V in the open period, and the names of versions
 * left aside:
 *
 * <pre>
 *   4 (T + S + T C) + T (1 + C)         history ring
 * + 2 (56 (1 + C) + 36)                 scales and averages, twice
 * + 8 N M                               h and c
 * + H (8 + 4 L) + 12 H + 4 H L          errors of the naive, mixture losses, calibration
 * + H (H + 1) / 2 * 8 (L + 3) + 19 H    pending forecasts
 * + V H (52 + 12 I)                     scores
 * + 101                                 the rest
 * </pre>
 */
public final class SeriesState {
  static final int FORMAT = 1;
  static final long NO_STEP = Long.MIN_VALUE;

  // enough to tell a warm state from a cold one, and no overflow
  private static final int MAX_STEPS = 1_000_000;

  private final ForecasterConfig config;
  private SeriesInputs inputs;
  private final HiddenState hidden;
  private final NaiveErrors naiveErrors;
  private final Mixture mixture;
  private final Calibration calibration;
  private final NaiveGuard guard;
  private final PendingForecasts pending;
  private final OpenPeriod period;
  private long lastIndex = NO_STEP;
  private int steps;

  SeriesState(ForecasterConfig config) {
    this.config = config;
    inputs = new SeriesInputs(config);
    hidden = new HiddenState(config);
    naiveErrors = new NaiveErrors(config);
    mixture = new Mixture(config);
    calibration = new Calibration(config);
    guard = new NaiveGuard(config);
    pending = new PendingForecasts(config);
    period = new OpenPeriod(config);
  }

  /** Index of the last step; {@code Long.MIN_VALUE} before the first. */
  public long lastIndex() {
    return lastIndex;
  }

  void setLastIndex(long index) {
    lastIndex = index;
  }

  /** Steps since the state began or was rebuilt. */
  int steps() {
    return steps;
  }

  void countStep() {
    steps = Math.min(MAX_STEPS, steps + 1);
  }

  void restartSteps(int count) {
    steps = count;
  }

  SeriesInputs inputs() {
    return inputs;
  }

  void setInputs(SeriesInputs other) {
    inputs = other;
  }

  HiddenState hidden() {
    return hidden;
  }

  NaiveErrors naiveErrors() {
    return naiveErrors;
  }

  Mixture mixture() {
    return mixture;
  }

  Calibration calibration() {
    return calibration;
  }

  NaiveGuard guard() {
    return guard;
  }

  PendingForecasts pending() {
    return pending;
  }

  OpenPeriod period() {
    return period;
  }

  /** A state of its own with the same content. */
  public SeriesState copy() {
    SeriesState copy = new SeriesState(config);
    copy.inputs = inputs.copy();
    copy.hidden.set(hidden);
    copy.naiveErrors.set(naiveErrors);
    copy.mixture.set(mixture);
    copy.calibration.set(calibration);
    copy.guard.set(guard);
    copy.pending.set(pending);
    copy.period.set(period);
    copy.lastIndex = lastIndex;
    copy.steps = steps;
    return copy;
  }

  /** Bytes of the stored form without the names of versions. */
  static long bytes(ForecasterConfig config, int versionsInPeriod) {
    int frame = Integer.BYTES * (2 + shape(config).length) + Long.BYTES;
    return frame
        + SeriesInputs.bytes(config)
        + HiddenState.bytes(config)
        + NaiveErrors.bytes(config)
        + Mixture.bytes(config)
        + Calibration.bytes(config)
        + NaiveGuard.BYTES
        + PendingForecasts.bytes(config)
        + OpenPeriod.bytes(config, versionsInPeriod);
  }

  private static int[] shape(ForecasterConfig config) {
    boolean none = config.cell().kind() == CellConfig.Kind.NONE;
    return new int[] {
      config.horizon(),
      config.levels().size(),
      config.season(),
      config.longSeason(),
      config.history(),
      config.covariates().size(),
      none ? 0 : config.cell().layers(),
      none ? 0 : config.cell().hidden()
    };
  }

  public void write(DataOutput out) throws IOException {
    out.writeInt(FORMAT);
    for (int size : shape(config)) {
      out.writeInt(size);
    }
    out.writeLong(lastIndex);
    out.writeInt(steps);
    inputs.write(out);
    hidden.write(out);
    naiveErrors.write(out);
    mixture.write(out);
    calibration.write(out);
    guard.write(out);
    pending.write(out);
    period.write(out);
  }

  /**
   * @throws IOException if the bytes are of an unknown format or of another shape than {@code
   *     config}
   */
  public static SeriesState read(DataInput in, ForecasterConfig config) throws IOException {
    int format = in.readInt();
    if (format != FORMAT) {
      throw new IOException("Expected series state of format " + FORMAT + " but found " + format);
    }
    requireShape(in, config);
    SeriesState state = new SeriesState(config);
    state.lastIndex = in.readLong();
    state.steps = in.readInt();
    state.inputs.read(in);
    state.hidden.read(in);
    state.naiveErrors.read(in);
    state.mixture.read(in);
    state.calibration.read(in);
    state.guard.read(in);
    state.pending.read(in);
    state.period.read(in);
    return state;
  }

  private static void requireShape(DataInput in, ForecasterConfig config) throws IOException {
    int[] expected = shape(config);
    int[] found = new int[expected.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = in.readInt();
    }
    if (!Arrays.equals(expected, found)) {
      throw new IOException(
          "Expected series state of horizon, levels, season, longSeason, history, covariates,"
              + " layers, hidden "
              + Arrays.toString(expected)
              + " but found "
              + Arrays.toString(found));
    }
  }

  private byte[] stored() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Whether the other state has the same content, to the bit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SeriesState state && Arrays.equals(stored(), state.stored());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(stored());
  }
}
