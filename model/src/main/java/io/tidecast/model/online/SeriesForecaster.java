package io.tidecast.model.online;

import io.tidecast.model.Checks;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.Quality;
import io.tidecast.model.Transform;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.member.RecurrentMember;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The online forecaster: closed step in, forecast and evaluations out, everything it remembers in
 * the {@link SeriesState} of the series. The same object serves the stream and backtests.
 *
 * <p>For each step, in this order: the missing steps before it are stepped with a mask; pending
 * forecasts for it are scored; the pipeline takes it; the recurrent cell makes one step; all leads
 * are forecast. A forecast is a function of the steps up to its origin and of the versions that
 * served them: no clock, no chance.
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
  private final int evaluationPeriod;
  private final double[] levels;
  private final Map<String, PackedModel> packed = new LinkedHashMap<>();
  private final MemberForecasts members;
  private final float[] inputs;
  private final float[] noCovariates;
  private final float[] scored;
  private final float[] naive;

  /**
   * @param evaluationPeriod in steps; a period ends with each step whose index is divisible by it
   */
  public SeriesForecaster(ForecasterConfig config, int evaluationPeriod) {
    Checks.inRange("evaluation period (in steps)", evaluationPeriod, 1, Integer.MAX_VALUE);
    this.config = config;
    this.evaluationPeriod = evaluationPeriod;
    levels = config.levels().values().stream().mapToDouble(Double::doubleValue).toArray();
    members = new MemberForecasts(config);
    inputs = new float[InputLayout.of(config).size()];
    noCovariates = new float[config.covariates().size()];
    Arrays.fill(noCovariates, Float.NaN);
    scored = new float[levels.length];
    naive = new float[levels.length];
  }

  public ForecasterConfig config() {
    return config;
  }

  /** The state of a series of which nothing was seen. */
  public SeriesState newState() {
    return new SeriesState(config);
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
    packed(model).recurrent().ifPresent(member -> state.hidden().reset(model.version()));
    return state;
  }

  /**
   * One closed step.
   *
   * @param model the version that serves this origin; empty while the group has none
   * @throws IllegalStateException if the index is not above that of the last step
   * @throws IllegalArgumentException if the model was trained for another configuration
   */
  public StepResult step(SeriesState state, ClosedStep closed, Optional<ForecastModel> model) {
    requireNext(state, closed);
    Optional<PackedModel> serving = model.map(this::packed);
    List<Evaluation> evaluations = new ArrayList<>(0);
    state.period().close(closed.index() - 1, evaluations);
    crossGap(state, closed.index(), serving);
    boolean observed = !Float.isNaN(config.transform().apply(closed.value()));
    if (observed) {
      score(state, closed.index(), closed.value());
    }
    advance(state, closed, serving);
    Optional<Forecast> forecast =
        observed ? Optional.of(forecast(state, closed, serving)) : Optional.empty();
    state.period().close(closed.index(), evaluations);
    return new StepResult(forecast, evaluations);
  }

  /** The evaluations of the period that is still open, at the end of the input. */
  public List<Evaluation> flush(SeriesState state) {
    List<Evaluation> evaluations = new ArrayList<>();
    state.period().close(Long.MAX_VALUE, evaluations);
    return evaluations;
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
    PackedModel known = packed.get(model.version());
    if (known != null) {
      return known;
    }
    if (packed.size() == PACKED_VERSIONS) {
      packed.remove(packed.keySet().iterator().next());
    }
    PackedModel made = PackedModel.of(model, config);
    packed.put(model.version(), made);
    return made;
  }

  private void crossGap(SeriesState state, long index, Optional<PackedModel> serving) {
    if (!state.inputs().started()) {
      return;
    }
    long missing = index - state.lastIndex() - 1;
    if (missing > config.maxGap()) {
      state.inputs().skip(missing);
      state.hidden().reset(state.hidden().version());
      state.restartSteps(0);
      return;
    }
    for (long i = 0; i < missing; i++) {
      state.inputs().step(Float.NaN, noCovariates);
      state.countStep();
      long at = state.lastIndex() + 1 + i;
      serving.ifPresent(model -> stepIfOwn(state, model, at));
    }
  }

  /** Before a swap the missing steps are left to the replay, which begins at the origin. */
  private void stepIfOwn(SeriesState state, PackedModel model, long index) {
    if (state.hidden().version().equals(model.version())) {
      stepCell(state, model, index);
    }
  }

  private void advance(SeriesState state, ClosedStep closed, Optional<PackedModel> serving) {
    state.inputs().step(closed.value(), closed.covariates());
    state.setLastIndex(closed.index());
    if (!state.inputs().started()) {
      return;
    }
    state.countStep();
    if (serving.isPresent()) {
      stepCell(state, serving.get(), closed.index());
    } else {
      state.hidden().invalidate();
    }
  }

  private void stepCell(SeriesState state, PackedModel model, long index) {
    if (model.recurrent().isEmpty()) {
      return;
    }
    RecurrentMember member = model.recurrent().get();
    HiddenState hidden = state.hidden();
    if (hidden.version().equals(model.version())) {
      state.inputs().fill(index, inputs);
      member.step(hidden, inputs);
    } else {
      hidden.reset(model.version());
      state.inputs().replay(index, row -> member.step(hidden, row), inputs);
    }
  }

  private Forecast forecast(SeriesState state, ClosedStep closed, Optional<PackedModel> serving) {
    members.make(state, closed.value(), serving);
    state.pending().put(closed.index(), closed.value(), state.inputs().scale(), members);
    return new Forecast(
        closed.index(),
        members.served(closed.index()),
        members.naiveServes() ? "" : members.version(),
        quality(state));
  }

  private Quality quality(SeriesState state) {
    if (members.naiveServes()) {
      return Quality.NAIVE;
    }
    return state.steps() < WARMING_STEPS ? Quality.WARMING : Quality.MODEL;
  }

  /** Scores every pending forecast whose target is this step. */
  private void score(SeriesState state, long index, float target) {
    PendingForecasts pending = state.pending();
    double excess = 0;
    int modelled = 0;
    for (int lead = 1; lead <= config.horizon(); lead++) {
      long origin = index - lead;
      if (!pending.made(origin)) {
        continue;
      }
      pending.naive(index, lead, naive);
      double naiveLoss = meanPinball(naive, target);
      double loss = naiveLoss;
      if (pending.hasMixture(origin)) {
        pending.mixture(index, lead, scored);
        loss = meanPinball(scored, target);
        state.calibration().observe(lead, target, scored);
        excess += loss - naiveLoss;
        modelled++;
      }
      observeMembers(state, index, lead, target);
      boolean naiveServed = pending.naiveServed(origin);
      state
          .period()
          .scores(pending.version(origin), periodEnd(index))
          .add(
              lead - 1,
              target,
              naiveServed ? naive : scored,
              naiveServed ? naiveLoss : loss,
              naive,
              naiveLoss,
              pending.last(origin));
    }
    if (modelled > 0) {
      state.guard().observe(excess / modelled);
    }
  }

  private void observeMembers(SeriesState state, long index, int lead, float target) {
    PendingForecasts pending = state.pending();
    long origin = index - lead;
    Transform transform = config.transform();
    double error =
        (double) transform.apply(target) - transform.apply(naive[config.levels().median()]);
    state.naiveErrors().observe(lead - 1, error / pending.scale(origin));
    if (!pending.hasBothMembers(origin)) {
      return;
    }
    double recurrent = 0;
    double highway = 0;
    int[] held = pending.memberLevels();
    for (int k = 0; k < held.length; k++) {
      double level = levels[held[k]];
      recurrent += PinballLoss.of(level, target, pending.recurrent(index, lead, k));
      highway += PinballLoss.of(level, target, pending.highway(index, lead, k));
    }
    state.mixture().observe(lead - 1, recurrent, highway);
  }

  private double meanPinball(float[] quantiles, double target) {
    double sum = 0;
    for (int j = 0; j < levels.length; j++) {
      sum += PinballLoss.of(levels[j], target, quantiles[j]);
    }
    return sum / levels.length;
  }

  private long periodEnd(long index) {
    return index + Math.floorMod(-index, evaluationPeriod);
  }
}
