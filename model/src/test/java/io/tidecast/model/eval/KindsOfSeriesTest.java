package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Limits;
import io.tidecast.model.Stretch;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever a series is like, nothing simple is better by more than what it costs to find out: held
 * against the best in hindsight of the last value, a season before, a running median and zero. Maps
 * alone, as they are trained in a moment.
 */
class KindsOfSeriesTest {
  private static final int STEPS = 3000;
  private static final float NONE = Float.NaN;
  private static final Limits POSITIVE = new Limits(0, Double.POSITIVE_INFINITY);

  /** Floor for what 90 % intervals cover. */
  private static final double COVERED = 0.84;

  /** A kind, and how much worse than the best it may be: with a model, and before there is one. */
  enum Kind {
    DAY(12, 24, Limits.NONE, 1, 0.8),
    NO_SEASON_CONFIGURED(12, 1, Limits.NONE, 1, 0.95),
    BUSINESS_HOURS(12, 24, Limits.NONE, 1, 0.65),
    WALK_IN_SESSIONS(12, 288, Limits.NONE, 1.15, 1.07),
    RANDOM_WALK(12, 24, Limits.NONE, 1.04, 1.04),
    WHITE_NOISE(12, 24, Limits.NONE, 1.02, 1.05),
    HEAVY_TAILS(12, 24, Limits.NONE, 1.02, 1.02),
    SPIKES(12, 24, POSITIVE, 1.06, 1.12),
    RAIN(12, 24, POSITIVE, 1.05, 1.08),
    SUN(12, 24, POSITIVE, 1, 0.85),
    HUMIDITY(12, 24, new Limits(0, 100), 1, 0.8),
    STEPS_THAT_HOLD(12, 24, Limits.NONE, 1.1, 1.08),
    ON_OFF(12, 24, new Limits(0, 1), 1.03, 1.07),
    FEW_COUNTS(12, 24, POSITIVE, 1.03, 1.07),
    COUNTS_BY_DAY(12, 24, POSITIVE, 1, 0.8),
    WHOLE_DEGREES(12, 24, Limits.NONE, 1, 0.8),
    ABSURD_VALUE(12, 24, Limits.NONE, 1, 1),
    SHIFT(12, 24, Limits.NONE, 1, 0.8),
    TREND(12, 24, Limits.NONE, 1, 0.63),
    COUNTER(12, 24, POSITIVE, 1, 0.9),
    A_THIRD_MISSING(12, 24, Limits.NONE, 1, 0.8),
    OTHER_PATTERN(12, 24, Limits.NONE, 1, 0.81),
    NOISE_AFTER_A_CONSTANT(12, 24, Limits.NONE, 1.07, 1.05),
    // too few values to train on; of 90 targets without a model, and 20 where there would be one
    MOSTLY_MISSING(12, 24, Limits.NONE, 1.25, 1.05, 0.75, true),
    IN_A_TINY_UNIT(12, 24, Limits.NONE, 1, 0.8),
    IN_A_HUGE_UNIT(12, 24, Limits.NONE, 1, 0.8);

    private final ForecasterConfig config;
    private final double withModel;
    private final double without;
    private final double covered;
    private final boolean mayFail;

    Kind(int horizon, int season, Limits limits, double withModel, double without) {
      this(horizon, season, limits, withModel, without, COVERED, false);
    }

    Kind(
        int horizon,
        int season,
        Limits limits,
        double withModel,
        double without,
        double covered,
        boolean mayFail) {
      ForecasterConfig plain = ForecasterConfig.of(Duration.ofHours(1), horizon, season, 0);
      config =
          plain.toBuilder().limits(limits).cell(new CellConfig(CellConfig.Kind.NONE, 1, 8)).build();
      this.withModel = withModel;
      this.without = without;
      this.covered = covered;
      this.mayFail = mayFail;
    }

    private float[] generated() {
      Random random = new Random(ordinal());
      double[] kept = new double[2];
      IntToDoubleFunction value = value(random, kept);
      float[] values = new float[STEPS];
      for (int t = 0; t < STEPS; t++) {
        values[t] = (float) value.applyAsDouble(t);
      }
      return values;
    }

    private IntToDoubleFunction value(Random random, double[] kept) {
      IntToDoubleFunction load =
          t -> 20 + 2 * day(t) + (kept[0] = 0.8 * kept[0] + 0.6 * random.nextGaussian());
      IntToDoubleFunction walk = t -> kept[0] += random.nextGaussian();
      return switch (this) {
        case DAY, NO_SEASON_CONFIGURED -> load;
        case BUSINESS_HOURS ->
            t -> t % 24 >= 8 && t % 24 < 18 && t / 24 % 7 < 5 ? load.applyAsDouble(t) : NONE;
        case WALK_IN_SESSIONS -> t -> t % 288 < 78 ? walk.applyAsDouble(t) : NONE;
        case RANDOM_WALK -> walk;
        case WHITE_NOISE -> t -> random.nextGaussian();
        case HEAVY_TAILS ->
            t -> day(t) + random.nextGaussian() / Math.max(0.1, random.nextDouble());
        case SPIKES -> t -> random.nextDouble() < 0.02 ? 5 + 10 * random.nextDouble() : 0;
        case RAIN -> t -> switched(kept, random, 0.02, 0.25) * -Math.log(random.nextDouble());
        case SUN -> t -> Math.max(0, day(t)) * 500 / (1 + Math.exp(-(load.applyAsDouble(t) - 20)));
        case HUMIDITY -> t -> Math.min(100, 90 + 6 * (load.applyAsDouble(t) - 20));
        case STEPS_THAT_HOLD ->
            t -> kept[0] = random.nextDouble() < 0.02 ? 10 * random.nextGaussian() : kept[0];
        case ON_OFF -> t -> switched(kept, random, 0.06, 0.06);
        case FEW_COUNTS -> t -> count(random, 0.3);
        case COUNTS_BY_DAY -> t -> count(random, 2 + 1.8 * day(t));
        case WHOLE_DEGREES -> t -> Math.rint(2 * load.applyAsDouble(t));
        case ABSURD_VALUE -> t -> load.applyAsDouble(t) + (t == 900 ? 1e6 : 0);
        case SHIFT -> t -> load.applyAsDouble(t) + (t > 2500 ? 18 : 0);
        case TREND -> t -> 0.1 * t + load.applyAsDouble(t);
        case COUNTER ->
            t -> kept[0] = random.nextDouble() < 0.005 ? 0 : kept[0] + 10 * random.nextDouble();
        case A_THIRD_MISSING ->
            t -> random.nextDouble() < 0.33 ? NONE * load.applyAsDouble(t) : load.applyAsDouble(t);
        case OTHER_PATTERN -> t -> load.applyAsDouble(t) + (t < 2000 ? 0 : 3 * day(t + 10));
        case NOISE_AFTER_A_CONSTANT -> t -> t < 2000 ? 5 : 5 + random.nextGaussian();
        case MOSTLY_MISSING ->
            t -> random.nextDouble() < 0.95 ? NONE * load.applyAsDouble(t) : load.applyAsDouble(t);
        case IN_A_TINY_UNIT -> t -> 1e-30 * load.applyAsDouble(t);
        case IN_A_HUGE_UNIT -> t -> 1e28 * load.applyAsDouble(t);
      };
    }

    private static double switched(double[] on, Random random, double begins, double ends) {
      boolean switches = random.nextDouble() < (on[0] == 0 ? begins : ends);
      on[0] = switches ? 1 - on[0] : on[0];
      return on[0];
    }

    private static double day(int t) {
      return Math.sin(2 * Math.PI * t / 24);
    }

    /** Of a Poisson law. */
    private static int count(Random random, double mean) {
      int count = -1;
      for (double product = 1; product > Math.exp(-mean); product *= random.nextDouble()) {
        count++;
      }
      return count;
    }

    private List<Stretch> series() {
      float[] values = generated();
      float[][] rows = new float[STEPS][];
      for (int t = 0; t < STEPS; t++) {
        rows[t] = new float[] {values[t]};
      }
      return List.of(new Stretch("one", STEPS - 1, rows));
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingSimpleIsBetterThanWhatWasTrained(Kind kind) {
    Backtest.Split split = new Backtest.Split(1800, 2400, STEPS);
    Backtest backtest = new Backtest(kind.config, split);
    List<Stretch> seen = backtest.seen(kind.series());
    Optional<ForecastModel> promoted = promoted(kind.config, seen, kind.mayFail);

    check(
        kind,
        backtest,
        origin -> origin < split.testStart() - 1 ? Optional.empty() : promoted,
        kind.withModel);
  }

  /** What serves after a training, which may not fail: nothing if the gate is against it. */
  static Optional<ForecastModel> promoted(ForecasterConfig config, List<Stretch> seen) {
    return promoted(config, seen, false);
  }

  private static Optional<ForecastModel> promoted(
      ForecasterConfig config, List<Stretch> seen, boolean mayFail) {
    Trainer trainer = new Trainer(config, TrainingConfig.DEFAULT);
    TrainingRun run = new TrainingRun("kinds", 1, 1, "test");
    TrainingResult result = trainer.choose(seen, run, TrainingListener.NONE);
    if (result instanceof TrainingResult.Failed failed) {
      assertTrue(mayFail, failed.reason());
    }
    return result instanceof TrainingResult.Chosen chosen
            && new PromotionGate(config).score(chosen).promotes(0.01)
        ? Optional.of(trainer.complete(chosen, TrainingListener.NONE))
        : Optional.empty();
  }

  @ParameterizedTest
  @EnumSource
  void nothingSimpleIsBetterFromTheThirdDayOn(Kind kind) {
    Backtest backtest = new Backtest(kind.config, new Backtest.Split(71, 72, STEPS));

    check(kind, backtest, origin -> Optional.empty(), kind.without);
  }

  private static void check(
      Kind kind, Backtest backtest, LongFunction<Optional<ForecastModel>> serving, double bound) {
    List<Stretch> series = kind.series();
    BacktestRow row =
        backtest.score(Method.online("tidecast", kind.config, serving), series).total();
    double absolute = Double.POSITIVE_INFINITY;
    double crps = Double.POSITIVE_INFINITY;
    for (Method naive : naives(kind.config)) {
      BacktestRow simple = backtest.score(naive, series).total();
      absolute = Math.min(absolute, simple.mae());
      crps = Math.min(crps, simple.crps());
    }

    String found =
        String.format(
            "MAE %.3f and CRPS %.3f of the best, 90 %% covers %.3f",
            row.mae() / absolute, row.crps() / crps, row.coverage().get(0));
    assertTrue(row.mae() <= bound * absolute && row.crps() <= bound * crps, found);
    assertTrue(row.coverage().get(0) >= kind.covered, found);
  }

  private static List<Method> naives(ForecasterConfig config) {
    List<Method> naives = new ArrayList<>();
    naives.add(Method.persistence(config));
    naives.add(Method.seasonalNaive(config));
    naives.add(Baseline.rolling("running median", config, RunningMedian::new));
    naives.add(Baseline.rolling("zero", config, Zero::new));
    return naives;
  }

  /** Of the last 336 values. */
  private static final class RunningMedian implements PointForecaster {
    private final float[] window = new float[336];
    private int seen;
    private float median;

    @Override
    public void step(long index, float value) {
      if (!Float.isNaN(value)) {
        window[seen++ % window.length] = value;
        float[] sorted = Arrays.copyOf(window, Math.min(seen, window.length));
        Arrays.sort(sorted);
        median = sorted[sorted.length / 2];
      }
    }

    @Override
    public boolean ready() {
      return seen > 0;
    }

    @Override
    public float forecast(int lead) {
      return median;
    }
  }

  private static final class Zero implements PointForecaster {
    private boolean ready;

    @Override
    public void step(long index, float value) {
      ready |= !Float.isNaN(value);
    }

    @Override
    public boolean ready() {
      return ready;
    }

    @Override
    public float forecast(int lead) {
      return 0;
    }
  }
}
