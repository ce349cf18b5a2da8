package io.tidecast.model.input;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The feature pipeline of one series: raw steps in, inputs of the recurrent member out, everything
 * from the past alone. The same object serves the stream, backtests and training. What is made of a
 * row is told at {@link StepInputs}.
 *
 * <p>Transformed values are kept in floats, less a {@link #base} that is 0 as a rule. Once more of
 * their changes are lost than are not, as those of a counter, the last value becomes the base, and
 * all that is kept is told from there, see {@link SeriesBase}.
 *
 * <p>Missing values: the last one is carried forward for three steps, then those of a season before
 * stand in; they count in averages and lags, not in the scale. Not finite, or not positive under
 * {@link Transform#LOG_RETURN}, is missing. Steps before the first target are ignored.
 *
 * <p>Mutable, owned by one series, not thread safe.
 */
public final class SeriesInputs implements KnownFuture.Origin {
  private static final int MAX_CARRIED = 3;

  private final ForecasterConfig config;
  private final StepInputs stepInputs;
  private final InputHistory history;
  private final RunningInputs now;
  // has taken every row before the first one a replay steps, and moves on with it
  private final RunningInputs anchor;
  private final Revision revision;
  private final KnownValues known;
  private final SeriesBase base;

  public SeriesInputs(ForecasterConfig config) {
    this(config, new StepInputs(config), new KnownValues(config), new InputHistory(config));
  }

  private SeriesInputs(
      ForecasterConfig config, StepInputs stepInputs, KnownValues known, InputHistory history) {
    this.config = config;
    this.stepInputs = stepInputs;
    this.known = known;
    this.history = history;
    base = new SeriesBase(config);
    now = new RunningInputs(config);
    anchor = new RunningInputs(config);
    revision = new Revision(config, history, now, anchor);
  }

  /** Of the same configuration, with other rows. */
  private SeriesInputs with(InputHistory rows) {
    return new SeriesInputs(config, stepInputs, known.copy(), rows);
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

  /** What values are told from. */
  public SeriesBase base() {
    return base;
  }

  /**
   * Looks at the raw value of the step that comes next, and moves the base if it has to be. A value
   * that was looked at is looked at once.
   *
   * @return {@link SeriesBase.Move#NONE} as a rule
   */
  public SeriesBase.Move rebase(double raw) {
    SeriesBase.Move move = base.follow(raw);
    if (move != SeriesBase.Move.NONE) {
      history.shift(-move.by(), history.rows());
      now.shift(-move.by());
      anchor.shift(-move.by());
      revision.shift(-move.by());
    }
    return move;
  }

  /** One step of the grid, of a source that is not known to be stuck. */
  public Hindsight step(double target, float[] covariates) {
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
  public Hindsight step(double target, float[] covariates, boolean isStuck) {
    rebase(target);
    float x = base.transformed(target);
    boolean missing = Float.isNaN(x);
    if (missing && !started()) {
      return Hindsight.NONE;
    }
    boolean wasAccident =
        !missing && (isStuck ? revision.takeBackStuck() : revision.takeBackThrownOff(x));
    float admitted = missing ? filled() : (float) now.target().admitted(x);
    if (!missing && !isStuck) {
      revision.look(x, admitted);
    }
    append(admitted, missing || isStuck);
    known.take(covariates, config.covariates().size());
    for (int i = 0; i < config.covariates().size(); i++) {
      float covariate = Transform.LEVEL.apply(covariates[i]);
      if (!Float.isNaN(covariate)) {
        history.setCovariate(i, (float) now.covariate(i).admitted(covariate));
      }
    }
    now.step(history, history.rows() - 1);
    if (revision.bringToNewLevel()) {
      return Hindsight.SHIFT;
    }
    return wasAccident ? Hindsight.ACCIDENT : Hindsight.NONE;
  }

  /** For a while the last value stands; then it is as it was a season before. */
  private float filled() {
    return missingInARow() < MAX_CARRIED ? last() : seasonalNaive(1);
  }

  /** Steps without a target since the last one that had one. */
  public int missingInARow() {
    return now.target().stale();
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
    revision.forget();
    known.forget();
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
    long row = seasonalRow(origin, lead, period);
    return history.holds(row) ? history.target(row) : history.target(origin);
  }

  /** Row of the target of {@code lead}, or whole periods before it: the last that was seen. */
  public static long seasonalRow(long origin, int lead, int period) {
    return origin + lead - (long) period * ((lead + period - 1) / period);
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
    return known.level(variable, lead, now);
  }

  @Override
  public float seasonBefore(int variable, int lead) {
    return known.levelOfSeasonBefore(variable, lead, now, history, length());
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
   * @param out for the first of the covariates, or all of them, from {@code at} on
   */
  public void covariateLevels(float[] out, int at) {
    for (int i = at; i < out.length; i++) {
      out[i] = StepInputs.level(now.covariate(i - at));
    }
  }

  /**
   * Those inputs at the last step that linear maps read: the levels of all covariates, then their
   * changes as far as there is room.
   */
  public void covariates(float[] out) {
    int levels = config.covariates().size();
    for (int i = 0; i < out.length; i++) {
      out[i] =
          i < levels
              ? StepInputs.level(now.covariate(i))
              : StepInputs.change(now.covariate(i - levels));
    }
  }

  /**
   * Inputs at the last step.
   *
   * @param index number of the last step on the grid
   * @param inputs {@code [size]}
   */
  public void fill(long index, float[] inputs) {
    stepInputs.fill(history, history.rows() - 1, now, index, inputs);
  }

  /**
   * Inputs at the last step that are made of the target alone.
   *
   * @param inputs its first ones are written
   */
  public void fillOwn(float[] inputs) {
    stepInputs.fillOwn(history, history.rows() - 1, now, inputs);
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
      stepInputs.fill(history, row, running, index - (history.rows() - 1 - row), inputs);
      replayed.step(inputs);
    }
  }

  /** Takes the inputs of one step of a replay; they are overwritten by the next. */
  public interface Replayed {
    void step(float[] inputs);
  }

  public SeriesInputs copy() {
    SeriesInputs copy = with(history.copy());
    copy.now.set(now);
    copy.anchor.set(anchor);
    copy.revision.set(revision);
    copy.base.set(base);
    return copy;
  }

  /**
   * Bytes of {@link #writeRunning} when no row came since the history was written, and none
   * deviates.
   */
  public static int runningBytes(ForecasterConfig config) {
    int running = RunningInputs.bytes(config.covariates().size());
    return Short.BYTES + running + Revision.BYTES + SeriesBase.BYTES - Double.BYTES;
  }

  /** Rows stepped so far. */
  public long rows() {
    return history.rows();
  }

  /** Others of the same configuration, from what {@link #writeHistory} and the next one wrote. */
  SeriesInputs read(
      double rowsBase,
      InputHistory rows,
      RunningInputs rowsAnchor,
      boolean hasBase,
      DataInput running)
      throws IOException {
    SeriesInputs inputs = with(rows);
    inputs.base.set(rowsBase);
    inputs.anchor.set(rowsAnchor);
    rows.readSince(running, inputs::moveAnchor);
    inputs.now.read(running);
    inputs.revision.read(running);
    if (hasBase) {
      inputs.base.read(running);
    }
    return inputs;
  }

  /** The kept rows and what they need to be read again, whatever becomes of the configuration. */
  public void writeHistory(DataOutput out) throws IOException {
    out.writeByte(config.transform().code());
    out.writeDouble(base.value());
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
    revision.write(out);
    base.write(out);
  }
}
