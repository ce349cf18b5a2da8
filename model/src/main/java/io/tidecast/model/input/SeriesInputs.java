package io.tidecast.model.input;

import io.tidecast.model.Calendar;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The feature pipeline of one series: raw steps in, inputs of the recurrent member out, everything
 * from the past alone. The same object serves the stream, backtests and training.
 *
 * <p>Inputs, in order, each clipped; x is the transformed target:
 *
 * <ul>
 *   <li>{@link Transform#LEVEL}: level {@code (x - mean) / scale}; change over the running scale of
 *       changes; {@code (x[t - k] - x) / scale} for seasonal lags k; {@code (x - average) / scale}
 *       for four exponential averages.
 *   <li>random walks: change, |change| over the running volatility; log of the volatility over a
 *       slow one; {@code (x - average) / (volatility sqrt(span))} for four exponential averages.
 *   <li>then 1 if the target is missing at this step, else 0;
 *   <li>then per covariate: level and change scaled the same way, and 1 if it is missing;
 *   <li>then what the {@link Calendar} tells about the steps to be forecast.
 * </ul>
 *
 * <p>Missing values: the last one is carried forward for three steps, then those of a season before
 * stand in; they count in averages and lags, not in the scale. Not finite, or not positive under
 * {@link Transform#LOG_RETURN}, is missing. Steps before the first target are ignored. A lag that
 * reaches before the first step gives 0.
 *
 * <p>Mutable, owned by one series, not thread safe.
 */
public final class SeriesInputs implements KnownFuture.Origin {
  private static final float MAX_LEVEL = 6;
  private static final float MAX_CHANGE = 8;
  private static final float MAX_LAGGED = 4;
  private static final int MAX_CARRIED = 3;
  // as what is left out of trainings is thrown off
  private static final int ABSURD = 20;
  private static final double USUAL = 0.95;
  private static final int LEAST_CHANGES = 24;

  private final ForecasterConfig config;
  private final int[] lags;
  private InputHistory history;
  private final RunningInputs now;
  // has taken every row before the first one a replay steps, and moves on with it
  private final RunningInputs anchor;
  private final LevelShift shift;
  // of the covariates that are known beforehand: which they are, and their values from the last
  // step
  private final int[] known;
  private final float[] ahead;

  public SeriesInputs(ForecasterConfig config) {
    this.config = config;
    lags = InputLayout.of(config).lags();
    history = new InputHistory(config);
    now = new RunningInputs(config);
    anchor = new RunningInputs(config);
    shift = new LevelShift(config);
    known = config.knownFuture().stream().mapToInt(config.covariates()::indexOf).toArray();
    ahead = new float[known.length * config.horizon()];
    Arrays.fill(ahead, Float.NaN);
  }

  /** What a step has shown of the rows before it. */
  public enum Hindsight {
    /** They stand. */
    NONE,
    /** The last few were an accident of the source, and are as if they had been missing. */
    ACCIDENT,
    /** The level has shifted for good: they were brought to the new one. */
    SHIFT
  }

  /** One step of the grid, of a source that is not known to be stuck. */
  public Hindsight step(float target, float[] covariates) {
    return step(target, covariates, false);
  }

  /**
   * One step of the grid.
   *
   * @param target raw, NaN if missing
   * @param covariates raw, one per configured covariate, then what is known of the steps to come,
   *     see {@link io.tidecast.model.ClosedStep}; NaN where missing
   * @param isStuck whether the source only repeats itself: the value stands, and counts as missing
   * @return unless it is {@link Hindsight#NONE}, what was made of the kept rows is void
   */
  public Hindsight step(float target, float[] covariates, boolean isStuck) {
    float x = config.transform().apply(target);
    boolean missing = Float.isNaN(x);
    if (missing && !started()) {
      return Hindsight.NONE;
    }
    boolean wasAccident = !missing && (isStuck ? takeBackStuck() : takeBackThrownOff(x));
    float admitted = missing ? filled() : (float) now.target().admitted(x);
    if (!missing && !isStuck) {
      look(x, admitted);
    }
    append(admitted, missing || isStuck);
    System.arraycopy(covariates, config.covariates().size(), ahead, 0, ahead.length);
    for (int i = 0; i < config.covariates().size(); i++) {
      float covariate = Transform.LEVEL.apply(covariates[i]);
      if (!Float.isNaN(covariate)) {
        history.setCovariate(i, (float) now.covariate(i).admitted(covariate));
      }
    }
    now.step(history, history.rows() - 1);
    if (bringToNewLevel()) {
      return Hindsight.SHIFT;
    }
    return wasAccident ? Hindsight.ACCIDENT : Hindsight.NONE;
  }

  /** The source is stuck where its values deviate, and has been since they do. */
  private boolean takeBackStuck() {
    if (shift.deviating() == 0) {
      return false;
    }
    takeBack(history.rows() - shift.deviating(), false);
    return true;
  }

  /** The last few values were thrown off, and the series is back where it was before. */
  private boolean takeBackThrownOff(float x) {
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

  /** For a while the last value stands; then it is as it was a season before. */
  private float filled() {
    return missingInARow() < MAX_CARRIED ? last() : seasonalNaive(1);
  }

  /** Steps without a target since the last one that had one. */
  public int missingInARow() {
    return now.target().stale();
  }

  private void look(float raw, float x) {
    if (config.transform().isRandomWalk() || !started()) {
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
      shift.setAbsurd(Math.abs((double) raw - last()) > ABSURD * usual);
    }
  }

  /** The value whole periods before a row, and before the last {@code deviating} rows. */
  private double before(int period, long row, int deviating) {
    long found = row - (long) period * (deviating / period + 1);
    return history.holds(found) ? history.target(found) : shift.mean(now);
  }

  private boolean bringToNewLevel() {
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

  /**
   * A long stretch without any observation. The past season is repeated over it, so that lagged
   * values still meet their hour; a stretch longer than the history costs no more than that.
   *
   * @param steps number of missing steps
   */
  public void skip(long steps) {
    if (!started()) {
      return;
    }
    shift.forget();
    Arrays.fill(ahead, Float.NaN);
    long held = heldOf(steps);
    for (long i = 0; i < held; i++) {
      append(seasonalNaive(1), true);
      now.step(history, history.rows() - 1);
    }
  }

  /** Rows that {@link #skip} comes to: a long gap need not be filled for longer than is kept. */
  public long heldOf(long steps) {
    long kept = history.capacity();
    return steps <= kept ? steps : kept + (steps - kept) % config.season();
  }

  private void append(float x, boolean missing) {
    moveAnchor();
    history.append(x, missing);
  }

  /** Before a row is appended: the first one that a replay steps is so no longer. */
  private void moveAnchor() {
    if (history.rows() >= config.history()) {
      anchor.step(history, history.firstReplayed());
    }
  }

  /** Whether a target was seen. */
  public boolean started() {
    return history.rows() > 0;
  }

  /** Whether enough targets were seen for a scale to mean something. */
  public boolean ready() {
    return now.ready();
  }

  /** Steps since the first target, at most what is kept. */
  @Override
  public int length() {
    return (int) Math.min(history.rows(), config.history());
  }

  /** The running scale, positive: unit of the transformed series' forecasts. */
  @Override
  public float scale() {
    return (float) now.scale();
  }

  /** The last value, transformed. */
  public float last() {
    return history.target(history.rows() - 1);
  }

  /**
   * The value one or more whole seasons before the target of {@code lead}, transformed; the last
   * value while that was not seen.
   */
  public float seasonalNaive(int lead) {
    return seasonal(config.season(), lead);
  }

  /** The same for another period than the season, in steps. */
  public float seasonal(int period, int lead) {
    long origin = history.rows() - 1;
    long row = origin + lead - (long) period * ((lead + period - 1) / period);
    return history.holds(row) ? history.target(row) : history.target(origin);
  }

  /** What {@link #seasonalNaive} gives, for every lead: {@code out[lead - 1]}. */
  public void seasonalNaives(float[] out) {
    seasonal(config.season(), out);
  }

  /** What {@link #seasonal(int, int)} gives, for every lead: {@code out[lead - 1]}. */
  public void seasonal(int period, float[] out) {
    history.seasonal(period, history.rows() - 1, out);
  }

  /**
   * What {@link #seasonal(int, int)} gave {@code lead - 1} steps ago, {@code out[lead - 1]}: for
   * the step that comes next.
   *
   * @param past what {@link #past(float[])} gives now
   */
  public void seasonalForNext(int period, float[] past, float[] out) {
    history.seasonalForNext(period, past, out);
  }

  @Override
  public float ahead(int variable, int lead) {
    RunningScale scale = now.covariate(known[variable]);
    float value = Transform.LEVEL.apply(ahead[variable * config.horizon() + lead - 1]);
    return Float.isNaN(value) || !scale.seen() ? Float.NaN : level(scale, value);
  }

  @Override
  public float seasonBefore(int variable, int lead) {
    int season = config.season();
    int steps = season * ((lead + season - 1) / season) - lead;
    long row = history.rows() - 1 - Math.min(steps, length() - 1);
    RunningScale scale = now.covariate(known[variable]);
    return history.missing(row, 1 + known[variable])
        ? level(scale)
        : level(scale, history.covariate(row, known[variable]));
  }

  /** The value {@code steps} before the last one, transformed. */
  @Override
  public float past(int steps) {
    return history.target(history.rows() - 1 - steps);
  }

  /** {@code out[i] = past(i)}, as far as there were steps; the rest is left as it is. */
  public void past(float[] out) {
    history.newest(out);
  }

  /**
   * {@code out[i] = x[t - count + i] - x[t]} for i below {@code count}: the kept values before the
   * last one, relative to it, oldest first.
   *
   * @param count less than {@link #length()}
   */
  public void deviations(float[] out, int count) {
    if (count >= length()) {
      throw new IllegalArgumentException(
          "Expected fewer than " + length() + " deviations but found " + count);
    }
    history.deviations(out, count);
  }

  /**
   * Those inputs at the last step that are the levels of covariates.
   *
   * @param out for the first of the covariates, or all of them
   */
  public void covariateLevels(float[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = level(now.covariate(i));
    }
  }

  /**
   * Inputs at the last step.
   *
   * @param index number of the last step on the grid
   * @param inputs {@code [size]}
   */
  public void fill(long index, float[] inputs) {
    fill(inputs, now, history.rows() - 1, index);
  }

  /**
   * Steps the kept history once more, from the oldest row to the last one.
   *
   * @param index number of the last step on the grid
   */
  public void replay(long index, Replayed replayed, float[] inputs) {
    RunningInputs running = new RunningInputs(config);
    running.set(anchor);
    for (long row = history.firstReplayed(); row < history.rows(); row++) {
      running.step(history, row);
      // gaps are filled in: the kept rows are consecutive steps
      fill(inputs, running, row, index - (history.rows() - 1 - row));
      replayed.step(inputs);
    }
  }

  /** Takes the inputs of one step of a replay; they are overwritten by the next. */
  public interface Replayed {
    void step(float[] inputs);
  }

  private void fill(float[] inputs, RunningInputs running, long row, long index) {
    float x = history.target(row);
    int i =
        config.transform().isRandomWalk()
            ? fillWalk(inputs, running.target())
            : fillLevel(inputs, running.target(), x, row);
    for (int k = 0; k < RunningInputs.averages(); k++) {
      inputs[i++] = clip(running.deviation(k, x), MAX_LEVEL);
    }
    inputs[i++] = history.missing(row, 0) ? 1 : 0;
    for (int k = 0; k < config.covariates().size(); k++) {
      i = fillCovariate(inputs, i, running.covariate(k));
    }
    config.calendar().fill(config.grid(), index, config.horizon(), inputs, i);
  }

  private int fillLevel(float[] inputs, RunningScale target, float x, long row) {
    double scale = target.levelScale();
    int i = 0;
    inputs[i++] = clip((x - target.mean()) / scale, MAX_LEVEL);
    inputs[i++] = clip(target.change() / target.changeScale(), MAX_CHANGE);
    for (int lag : lags) {
      inputs[i++] =
          row < lag ? 0 : clip(((double) history.target(row - lag) - x) / scale, MAX_LAGGED);
    }
    return i;
  }

  private static int fillWalk(float[] inputs, RunningScale target) {
    double volatility = target.changeScale();
    double change = target.change() / volatility;
    inputs[0] = clip(change, MAX_CHANGE);
    inputs[1] = clip(Math.abs(change), MAX_CHANGE);
    inputs[2] = clip(Math.log(volatility / target.slowChangeScale()), MAX_LAGGED);
    return 3;
  }

  private static int fillCovariate(float[] inputs, int at, RunningScale covariate) {
    inputs[at] = level(covariate);
    inputs[at + 1] =
        covariate.seen() ? clip(covariate.change() / covariate.changeScale(), MAX_CHANGE) : 0;
    inputs[at + 2] = covariate.missing() ? 1 : 0;
    return at + 3;
  }

  private static float level(RunningScale covariate) {
    return covariate.seen() ? level(covariate, covariate.last()) : 0;
  }

  private static float level(RunningScale covariate, double value) {
    return clip((value - covariate.mean()) / covariate.levelScale(), MAX_LEVEL);
  }

  private static float clip(double value, float limit) {
    return (float) Math.max(-limit, Math.min(limit, value));
  }

  public SeriesInputs copy() {
    SeriesInputs copy = new SeriesInputs(config);
    copy.history.set(history);
    copy.now.set(now);
    copy.anchor.set(anchor);
    copy.shift.set(shift);
    System.arraycopy(ahead, 0, copy.ahead, 0, ahead.length);
    return copy;
  }

  /** Bytes of {@link #writeHistory}. */
  public static int historyBytes(ForecasterConfig config) {
    return 1 + InputHistory.bytes(config) + RunningInputs.bytes(config.covariates().size());
  }

  /**
   * Bytes of {@link #writeRunning} when no row came since the history was written, and none
   * deviates.
   */
  public static int runningBytes(ForecasterConfig config) {
    int running = RunningInputs.bytes(config.covariates().size());
    return Short.BYTES + running + LevelShift.BYTES;
  }

  /** Rows stepped so far. */
  public long rows() {
    return history.rows();
  }

  /** Goes on from kept rows: reads what {@link #writeHistory} and {@link #writeRunning} wrote. */
  static SeriesInputs read(
      ForecasterConfig config, InputHistory rows, RunningInputs anchor, DataInput running)
      throws IOException {
    SeriesInputs inputs = new SeriesInputs(config);
    inputs.history = rows;
    inputs.anchor.set(anchor);
    rows.readSince(running, inputs::moveAnchor);
    inputs.now.read(running);
    inputs.shift.read(running);
    return inputs;
  }

  /** The kept rows and what they need to be read again, whatever becomes of the configuration. */
  public void writeHistory(DataOutput out) throws IOException {
    out.writeByte(config.transform().code());
    history.write(out);
    anchor.write(out);
  }

  /**
   * The rest, with the rows since the history was written.
   *
   * @param written rows there were then
   */
  public void writeRunning(long written, DataOutput out) throws IOException {
    history.writeSince(written, out);
    now.write(out);
    shift.write(out);
  }
}
