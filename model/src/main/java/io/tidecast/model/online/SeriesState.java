package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.input.KeptRows;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HiddenState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Everything the forecaster carries for one series. Mutable, owned by one key, not thread safe.
 *
 * <p>Stored in two parts, so that a store that writes at each step need not write all: the kept
 * rows and the pending forecasts that stay as they are for a while, {@link #writeHistory}, are
 * written again once {@link #historyIsDue}, and the rest, {@link #writeLive}, has what came since
 * then. {@link #write} has one after the other. Format 9; multi-byte numbers are big-endian except
 * inside arrays, which are little-endian:
 *
 * <pre>
 * history   int    format
 *           int    what a row means, see {@link ForecasterConfig#shapeOfRows}
 *           byte   transform
 *           double base of the rows
 *                  rows: sizes, ring of targets and covariates, a bit for each that was missing;
 *                  running scales at the start of the ring
 *           long   index of the last step when this was written
 *           int    number of bytes that follow
 *                  pending forecasts that no step soon after that one replaces
 * live      int    format
 *           int    what the rest means, see {@link ForecasterConfig#shapeOfState}
 *           long   index of the last step; Long.MIN_VALUE before the first
 *           int    steps since the state began or was rebuilt, at most 1,000,000
 *                  rows since the history; running scales now; the last value in double precision,
 *                  and what of late was lost in floats
 *                  hidden state: version, byte layers, short hidden, then per layer
 *                  float[hidden] h and c
 *                  naives and their errors, regrets of the mixture, calibration
 *                  other pending forecasts
 *                  open period: scores per version
 *                  what is out of order, and how often values repeat
 * </pre>
 *
 * <p>What was stored for another shape, or as format 1, is rebuilt: its rows are stepped anew, and
 * what had been learnt of the errors is learnt again. Rows with other covariates are given up.
 *
 * <p>What is approximated, and how far: a pending forecast is scored from {@link QuantileCode
 * codes}, its median within a thousandth of the running scale at its origin, its other quantiles
 * within a 32nd of their distance from the median. Beyond lead {@value PendingForecasts#NEAR} one
 * origin in {@code horizon / 24} is scored. The quantiles of the naives are those of the time of
 * the target, not of the origin. Sums of scores are of single precision.
 */
public final class SeriesState {
  static final int FORMAT = 9;
  private static final int FORMAT_8 = 8;
  private static final int FORMAT_7 = 7;
  private static final int FORMAT_6 = 6;
  private static final int FORMAT_5 = 5;
  private static final int FORMAT_4 = 4;
  private static final int FORMAT_3 = 3;
  private static final int FORMAT_2 = 2;
  static final long NO_STEP = Long.MIN_VALUE;

  // enough to tell a warm state from a cold one, and no overflow
  private static final int MAX_STEPS = 1_000_000;

  private final Shape shape;
  private SeriesInputs inputs;
  private final HiddenState hidden;
  private final NaiveExperts naives;
  private final Mixture mixture;
  private final Calibration calibration;
  private final PendingForecasts pending;
  private final OpenPeriod period;
  private final AnomalyWatch anomalies = new AnomalyWatch();
  private long lastIndex = NO_STEP;
  private int steps;
  private long writtenRows;
  private long writtenIndex = NO_STEP;

  /** Of a configuration, see {@link ForecasterConfig#shapeOfState}: the same for all its series. */
  private record Shape(ForecasterConfig config, int ofRows, int ofState) {
    static Shape of(ForecasterConfig config) {
      return new Shape(config, config.shapeOfRows(), config.shapeOfState());
    }
  }

  SeriesState(ForecasterConfig config) {
    shape = Shape.of(config);
    inputs = new SeriesInputs(config);
    hidden = new HiddenState();
    naives = new NaiveExperts(config);
    mixture = new Mixture(config);
    calibration = new Calibration(config);
    pending = new PendingForecasts(config);
    period = new OpenPeriod(config);
  }

  /** With the content of another but its inputs; what is the same for all series is shared. */
  private SeriesState(SeriesState other, SeriesInputs inputs) {
    shape = other.shape;
    this.inputs = inputs;
    hidden = new HiddenState();
    hidden.set(other.hidden);
    naives = other.naives.copy();
    mixture = other.mixture.copy();
    calibration = other.calibration.copy();
    pending = other.pending.copy();
    period = new OpenPeriod(shape.config());
    period.set(other.period);
    anomalies.set(other.anomalies);
    lastIndex = other.lastIndex;
    steps = other.steps;
    writtenRows = other.writtenRows;
    writtenIndex = other.writtenIndex;
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

  NaiveExperts naives() {
    return naives;
  }

  Mixture mixture() {
    return mixture;
  }

  Calibration calibration() {
    return calibration;
  }

  PendingForecasts pending() {
    return pending;
  }

  OpenPeriod period() {
    return period;
  }

  AnomalyWatch anomalies() {
    return anomalies;
  }

  /** A state of its own with the same content. */
  public SeriesState copy() {
    return new SeriesState(this, inputs.copy());
  }

  /**
   * Bytes of {@link #write} without the names of versions, while a model of the configured cell
   * serves; without any there is no hidden state.
   */
  static long bytes(ForecasterConfig config, int versionsInPeriod) {
    int frame = 6 * Integer.BYTES + 2 * Long.BYTES;
    return frame
        + KeptRows.bytes(config)
        + SeriesInputs.runningBytes(config)
        + HiddenState.bytes(config)
        + NaiveExperts.bytes(config)
        + Mixture.bytes(config)
        + Calibration.bytes(config)
        + PendingForecasts.bytes(config)
        + OpenPeriod.bytes(config, versionsInPeriod)
        + AnomalyWatch.BYTES;
  }

  /** Whether so much came since {@link #writeHistory} that it must be written again. */
  public boolean historyIsDue() {
    return writtenRows == 0
        || inputs.rows() - writtenRows >= PendingForecasts.REACH
        || lastIndex - writtenIndex >= PendingForecasts.REACH;
  }

  /** What {@link #writeHistory} wrote has changed. */
  void voidHistory() {
    writtenRows = 0;
  }

  /** Writes what is seldom written; what {@link #writeLive} writes goes with it from now on. */
  public void writeHistory(DataOutput out) throws IOException {
    history(out);
    writtenRows = inputs.rows();
    writtenIndex = lastIndex;
  }

  /** Writes what the last {@link #writeHistory} has not. */
  public void writeLive(DataOutput out) throws IOException {
    live(writtenRows, writtenIndex, period, out);
  }

  /** Writes all, as {@link #writeHistory} and {@link #writeLive} would one after the other. */
  public void write(DataOutput out) throws IOException {
    history(out);
    live(inputs.rows(), lastIndex, period, out);
  }

  /** Writes all as {@link #write} would if nothing of the open period were scored. */
  void writeUnscored(DataOutput out) throws IOException {
    history(out);
    live(inputs.rows(), lastIndex, new OpenPeriod(shape.config()), out);
  }

  private void history(DataOutput out) throws IOException {
    out.writeInt(FORMAT);
    out.writeInt(shape.ofRows());
    inputs.writeHistory(out);
    out.writeLong(lastIndex);
    out.writeInt(pending.keptBytes(lastIndex));
    pending.writeKept(lastIndex, out);
  }

  private void live(long rowsInHistory, long indexOfHistory, OpenPeriod scored, DataOutput out)
      throws IOException {
    out.writeInt(FORMAT);
    out.writeInt(shape.ofState());
    out.writeLong(lastIndex);
    out.writeInt(steps);
    inputs.writeRunning(rowsInHistory, out);
    hidden.write(out);
    naives.write(out);
    mixture.write(out);
    calibration.write(out);
    pending.writeLive(indexOfHistory, out);
    scored.write(out);
    anomalies.write(out);
  }

  /**
   * Reads what {@link #write} wrote, or a state of an earlier format. If its rows mean something
   * else under the configuration, they are of no use, and the state is that of a new series.
   *
   * @throws IOException if the bytes are of an unknown format
   */
  public static SeriesState read(DataInput in, ForecasterConfig config) throws IOException {
    return new SeriesState(config).read(in, in);
  }

  /**
   * Reads what {@link #writeHistory} and after it {@link #writeLive} wrote, as above, while this
   * state is that of a new series, and stays so.
   *
   * @throws IOException if the bytes are of an unknown format
   */
  SeriesState read(DataInput history, DataInput live) throws IOException {
    ForecasterConfig config = shape.config();
    int format = history.readInt();
    if (format == 1) {
      return readFormat1(history, config);
    }
    require(
        format >= FORMAT_2 && format <= FORMAT, "series state of format 1 to " + FORMAT, format);
    if (history.readInt() != shape.ofRows()) {
      return copy();
    }
    KeptRows rows = KeptRows.read(history, config, format > FORMAT_7);
    long index = format == FORMAT_2 ? NO_STEP : history.readLong();
    byte[] kept = new byte[format == FORMAT_2 ? 0 : history.readInt()];
    history.readFully(kept);
    require(live.readInt() == format, "series state of format " + format, "another");
    boolean alike =
        live.readInt() == (format >= FORMAT_7 ? shape.ofState() : config.shapeOfStateWithCell());
    SeriesState state = new SeriesState(this, inputs);
    state.lastIndex = live.readLong();
    state.steps = live.readInt();
    if (alike) {
      state.goOn(format, rows, index, kept, live);
    } else {
      state.beginAnew(rows.beginAnew(live, config));
    }
    return state;
  }

  private static void require(boolean condition, String expected, Object found) throws IOException {
    if (!condition) {
      throw new IOException("Expected " + expected + " but found " + found);
    }
  }

  private void goOn(int format, KeptRows rows, long index, byte[] kept, DataInput live)
      throws IOException {
    long rowsInHistory = rows.count();
    inputs = rows.goOn(live, inputs);
    if (format <= FORMAT_6) {
      hidden.readConfigured(live, shape.config());
    } else {
      hidden.read(live);
    }
    if (format <= FORMAT_4) {
      naives.readFormat4(live);
    } else {
      naives.read(live);
    }
    if (format <= FORMAT_8) {
      mixture.readFormat8(live);
    } else {
      mixture.read(live);
    }
    if (format <= FORMAT_5) {
      calibration.readFormat5(live);
    } else {
      calibration.read(live);
    }
    if (format == FORMAT_2) {
      pending.readFormat2(live);
    } else {
      pending.readKept(index, new DataInputStream(new ByteArrayInputStream(kept)));
      pending.readLive(index, live);
    }
    if (format == FORMAT) {
      writtenRows = rowsInHistory;
      writtenIndex = index;
    }
    if (format > FORMAT_8) {
      period.read(live);
    } else {
      period.readFormat8(live);
    }
    if (format > FORMAT_7) {
      anomalies.read(live);
    } else if (format > FORMAT_3) {
      anomalies.readFormat7(live);
    }
  }

  private void beginAnew(SeriesInputs rebuilt) {
    inputs = rebuilt;
    steps = rebuilt.length();
  }

  /** Its rows: format, shape, index of the last step and steps came before them. */
  private static SeriesState readFormat1(DataInput in, ForecasterConfig config) throws IOException {
    int[] shape = new int[8];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = in.readInt();
    }
    int covariates = shape[5];
    if (covariates != config.covariates().size()) {
      return new SeriesState(config);
    }
    SeriesState state = new SeriesState(config);
    state.lastIndex = in.readLong();
    in.readInt();
    int targets = shape[4] + Math.max(shape[2], shape[3]);
    state.beginAnew(
        KeptRows.readFormat1(in, config, covariates, shape[4], targets).beginAnew(config));
    return state;
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
