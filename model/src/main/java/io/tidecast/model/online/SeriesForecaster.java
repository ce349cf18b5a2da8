package io.tidecast.model.online;

import io.tidecast.model.Anomaly;
import io.tidecast.model.Checks;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Quality;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesBase;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.Ablation;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.weights.ForecastModel;
import java.io.DataInput;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * The online forecaster: closed step in, forecast and evaluations out, everything it remembers in
 * the {@link SeriesState} of the series. The same object serves the stream and backtests.
 *
 * <p>For each step, in this order: the missing steps before it are stepped with a mask; pending
 * forecasts for it are scored, and what was not to be expected is said; the pipeline takes it; the
 * recurrent cell makes one step; all leads are forecast. A forecast is a function of the steps up
 * to its origin and of the versions that served them: no clock, no chance. While a source is stuck,
 * nothing is learnt of errors.
 *
 * <p>A model version seen for the first time by a series replays the kept history through its
 * weights from a zero state. Scales, averages, scores and mixture belong to the series and stay.
 *
 * <p>One instance serves any number of series of one group, from a single thread: it owns scratch
 * space, so that nothing but the results is allocated per step.
 */
public final class SeriesForecaster {
  /** Steps after a start or a long gap during which a forecast says {@code warming}. */
  public static final int WARMING_STEPS = 48;

  // a swap is lazy per key: for a while more than one version is stepped
  private static final int PACKED_VERSIONS = 4;

  private final ForecasterConfig config;
  private final int reach;
  private final Ablation ablation;
  private final SeriesState empty;
  private final Map<String, PackedModel> packed = new LinkedHashMap<>();
  private ForecastModel latest;
  private PackedModel latestPacked;
  private final RawValues rawValues;
  private final ExpertForecasts experts;
  private final Scoring scoring;
  private final QuantileCode code;
  private final float[] inputs;
  private final float[] noCovariates;

  /**
   * For series whose past stays as it was.
   *
   * @param evaluationPeriod in steps; a period ends with each step whose index is divisible by it
   */
  public SeriesForecaster(ForecasterConfig config, int evaluationPeriod) {
    this(config, evaluationPeriod, 0);
  }

  /**
   * For series whose past may be amended.
   *
   * @param evaluationPeriod in steps; a period ends with each step whose index is divisible by it
   * @param reach steps that an amendment may reach back, see {@link #amend}; 0: none may
   */
  public SeriesForecaster(ForecasterConfig config, int evaluationPeriod, int reach) {
    this(config, evaluationPeriod, reach, Ablation.NONE);
  }

  /** For series whose past stays as it was, with models of which parts are switched off. */
  public static SeriesForecaster without(
      Ablation ablation, ForecasterConfig config, int evaluationPeriod) {
    return new SeriesForecaster(config, evaluationPeriod, 0, ablation);
  }

  private SeriesForecaster(
      ForecasterConfig config, int evaluationPeriod, int reach, Ablation ablation) {
    Checks.inRange("evaluation period (in steps)", evaluationPeriod, 1, Integer.MAX_VALUE);
    Checks.inRange("reach (in steps)", reach, 0, ForecasterConfig.MAX_STEPS);
    this.config = config;
    this.reach = reach;
    this.ablation = ablation;
    empty = new SeriesState(config);
    LeadKnots knots = LeadKnots.of(config);
    rawValues = new RawValues(config);
    experts = new ExpertForecasts(config, knots, rawValues);
    code = new QuantileCode(config.levels().size(), rawValues.lowest(), rawValues.highest());
    scoring = new Scoring(config, evaluationPeriod, knots, experts, rawValues, code);
    inputs = new float[InputLayout.of(config).size()];
    noCovariates = new float[config.width()];
    Arrays.fill(noCovariates, Float.NaN);
  }

  public ForecasterConfig config() {
    return config;
  }

  /** The state of a series of which nothing was seen. */
  public SeriesState newState() {
    return empty.copy();
  }

  /**
   * The state of a series as it was stored, in two parts or in one, see {@link SeriesState#read}.
   *
   * @throws IOException if the bytes are of an unknown format
   */
  public SeriesState read(DataInput history, DataInput live) throws IOException {
    return empty.read(history, live);
  }

  /**
   * A cold start in the middle of a series: its pipeline as it stands after step {@code lastIndex},
   * and a zero hidden state for {@code model}. Stepping on from here is what a replay of the same
   * steps must equal.
   */
  public SeriesState newState(SeriesInputs before, long lastIndex, ForecastModel model) {
    SeriesState state = newState();
    state.setInputs(before.copy());
    state.setLastIndex(lastIndex);
    state.restartSteps(before.length());
    if (packed(model).isRecurrent()) {
      packed(model).begin(state.hidden());
    }
    return state;
  }

  /**
   * One closed step.
   *
   * @param model the version that serves this origin; null while the group has none
   * @throws IllegalStateException if the index is not above that of the last step
   * @throws IllegalArgumentException if the model cannot serve under the configuration
   */
  public StepResult step(SeriesState state, ClosedStep closed, ForecastModel model) {
    requireNext(state, closed);
    PackedModel serving = model == null ? PackedModel.NONE : packed(model);
    List<Evaluation> evaluations = state.period().close(closed.index() - 1, List.of());
    crossGap(state, closed.index(), serving);
    rebase(state, closed.value());
    float target = state.inputs().base().transformed(closed.value());
    boolean observed = !Float.isNaN(target);
    float near = state.inputs().base().near(closed.value());
    boolean isStuck = observed && state.anomalies().isStuckAt(near);
    Anomaly anomaly = observed ? score(state, closed, near, target, isStuck) : null;
    if (advance(state, closed, serving, isStuck)) {
      anomaly = state.anomalies().shifted(closed.index(), anomaly);
    }
    Forecast forecast = observed ? forecast(state, closed.index(), near, serving, isStuck) : null;
    return new StepResult(forecast, state.period().close(closed.index(), evaluations), anomaly);
  }

  /** Whatever of the state is in the unit of the target is told from the same base. */
  private void rebase(SeriesState state, double value) {
    SeriesBase.Move move = state.inputs().rebase(value);
    if (move != SeriesBase.Move.NONE) {
      state.naives().shift(-move.by());
      state.anomalies().shift(-move.raw());
      state.voidHistory();
      if (!state.inputs().ready()) {
        // made in the unit of a value that stands far too high for one
        state.pending().clear();
      }
    }
    rawValues.tellFrom(state.inputs().base());
    code.limit(rawValues.lowest(), rawValues.highest());
    scoring.limit();
  }

  /** Null if the step is in order. */
  private Anomaly score(
      SeriesState state, ClosedStep closed, float near, float target, boolean isStuck) {
    if (!isStuck) {
      restartAfterLongSilence(state);
    }
    scoring.score(state, closed.index(), near, target, !isStuck);
    return state
        .anomalies()
        .judge(
            closed.index(),
            closed.value(),
            state.inputs().base().raw(),
            scoring.expected(),
            isStuck,
            state.steps() >= WARMING_STEPS);
  }

  /** Whether {@link #anchored} is to be asked before the step {@code index}. */
  public boolean isAnchorDue(SeriesState state, long index) {
    return Anchors.areDue(state.lastIndex(), index, reach);
  }

  /** What there is to go back to, with the state before the step {@code index}. */
  public Anchors anchored(Anchors known, SeriesState state, long index) {
    return known.with(state, Math.floorDiv(index, (long) reach));
  }

  /**
   * A series whose past was amended.
   *
   * @param state to go on with
   * @param anchors to go on with
   */
  public record Amended(SeriesState state, Anchors anchors) {}

  /**
   * Amends the past of a series: the state is made as if the steps had always been what they are
   * now, by stepping them once more from an earlier state. From the next step on the forecasts are
   * those of a series that came in order, to the bit, if the same versions of models serve. What
   * has been given out and scored stays as it was.
   *
   * @param now the present state, which is left alone
   * @param anchors earlier states of it
   * @param amended index of the first step that was amended, or is new
   * @param steps every step from the start of the block of {@code reach} steps in which that one
   *     lies, ascending
   * @param models the version that serves an origin, by its index
   * @return empty if no anchor reaches back as far
   */
  public Optional<Amended> amend(
      SeriesState now,
      Anchors anchors,
      long amended,
      List<ClosedStep> steps,
      LongFunction<Optional<ForecastModel>> models) {
    boolean isNew = amended > now.lastIndex();
    Anchors before = isNew ? anchors : anchors.before(amended);
    Optional<SeriesState> from = isNew ? Optional.of(now.copy()) : before.newest(this);
    return from.map(state -> stepAgain(state, before, steps, models))
        .map(replayed -> scoredAs(now, replayed));
  }

  /**
   * Steps what is after the last step of a state, and gives nothing out.
   *
   * @param state which is changed
   * @param before what there is to go back to of it
   * @param steps ascending
   * @param models the version that serves an origin, by its index
   */
  public Amended stepAgain(
      SeriesState state,
      Anchors before,
      List<ClosedStep> steps,
      LongFunction<Optional<ForecastModel>> models) {
    Anchors anchors = before;
    for (ClosedStep step : steps) {
      if (step.index() > state.lastIndex()) {
        if (isAnchorDue(state, step.index())) {
          anchors = anchored(anchors, state, step.index());
        }
        step(state, step, models.apply(step.index()).orElse(null));
      }
    }
    return new Amended(state, anchors);
  }

  /** An evaluation says what was known when: a replay scores nothing. */
  private static Amended scoredAs(SeriesState now, Amended replayed) {
    replayed.state().period().set(now.period());
    return replayed;
  }

  /** The evaluations of the period that is still open, at the end of the input. */
  public List<Evaluation> flush(SeriesState state) {
    return state.period().close(Long.MAX_VALUE, List.of());
  }

  private void requireNext(SeriesState state, ClosedStep closed) {
    if (closed.index() <= state.lastIndex()) {
      throw new IllegalStateException(
          "Expected a step after " + state.lastIndex() + " but found " + closed.index());
    }
    if (closed.covariates().length != noCovariates.length) {
      throw new IllegalStateException(
          "Expected "
              + noCovariates.length
              + " covariates at step "
              + closed.index()
              + " but found "
              + closed.covariates().length);
    }
  }

  private PackedModel packed(ForecastModel model) {
    if (model != latest) {
      latestPacked = packedAnew(model);
      latest = model;
    }
    return latestPacked;
  }

  private PackedModel packedAnew(ForecastModel model) {
    PackedModel known = packed.get(model.version());
    if (known != null) {
      return known;
    }
    if (packed.size() == PACKED_VERSIONS) {
      packed.remove(packed.keySet().iterator().next());
    }
    PackedModel made = PackedModel.of(model, config, ablation);
    packed.put(model.version(), made);
    return made;
  }

  private void crossGap(SeriesState state, long index, PackedModel serving) {
    if (!state.inputs().started()) {
      return;
    }
    long missing = index - state.lastIndex() - 1;
    if (missing > config.maxGap()) {
      state.inputs().skip(missing);
      state.hidden().clear();
      state.restartSteps(0);
      return;
    }
    for (long i = 0; i < missing; i++) {
      state.inputs().step(Float.NaN, noCovariates);
      state.countStep();
      stepIfOwn(state, serving, state.lastIndex() + 1 + i);
    }
  }

  /** A covariate may have gone on while the target was away. */
  private void restartAfterLongSilence(SeriesState state) {
    if (state.inputs().started() && state.inputs().missingInARow() > config.maxGap()) {
      state.hidden().clear();
      state.restartSteps(0);
    }
  }

  /** Before a swap the missing steps are left to the replay, which begins at the origin. */
  private void stepIfOwn(SeriesState state, PackedModel model, long index) {
    if (state.hidden().version().equals(model.version())) {
      stepCell(state, model, index);
    }
  }

  /** Says whether the level has shifted for good. */
  private boolean advance(
      SeriesState state, ClosedStep closed, PackedModel serving, boolean isStuck) {
    SeriesInputs.Hindsight found =
        state.inputs().step(closed.value(), closed.covariates(), isStuck);
    boolean hasShifted = found == SeriesInputs.Hindsight.SHIFT;
    if (found != SeriesInputs.Hindsight.NONE) {
      state.voidHistory();
      state.hidden().invalidate();
    }
    if (hasShifted) {
      // made at a level that is no more
      state.pending().clear();
      state.naives().forgetClimate();
    }
    state.setLastIndex(closed.index());
    if (!state.inputs().started()) {
      return hasShifted;
    }
    state.countStep();
    if (serving == PackedModel.NONE) {
      state.hidden().invalidate();
    } else {
      stepCell(state, serving, closed.index());
    }
    return hasShifted;
  }

  private void stepCell(SeriesState state, PackedModel model, long index) {
    if (!model.isRecurrent()) {
      return;
    }
    HiddenState hidden = state.hidden();
    if (hidden.version().equals(model.version())) {
      state.inputs().fill(index, inputs);
      model.step(hidden, inputs);
    } else {
      model.begin(hidden);
      state.inputs().replay(index, row -> model.step(hidden, row), inputs);
    }
  }

  private Forecast forecast(
      SeriesState state, long index, float near, PackedModel serving, boolean isStuck) {
    SeriesInputs seen = state.inputs();
    if (!isStuck) {
      state.naives().observe(index, config.season(), seen.last(), seen.scale(), seen.rows());
    }
    float[][] quantiles = experts.make(state, index, near, serving);
    state.pending().put(index, seen.last(), seen.scale(), experts, code);
    return new Forecast(
        index,
        quantiles,
        seen.base().raw(),
        experts.hasModel() ? experts.version() : "",
        quality(state));
  }

  private Quality quality(SeriesState state) {
    if (!experts.hasModel()) {
      return Quality.NAIVE;
    }
    return state.steps() < WARMING_STEPS ? Quality.WARMING : Quality.MODEL;
  }
}
