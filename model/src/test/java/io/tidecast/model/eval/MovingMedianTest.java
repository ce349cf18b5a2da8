package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The median of what is called a random walk stays at the last value unless it is none. */
class MovingMedianTest {
  private static final int STEPS = 3000;
  private static final int HORIZON = 24;

  @Test
  void aLineUnderNoiseIsForecastAsWellAsIfItWasCalledALevel() {
    Random random = new Random(3);
    List<Stretch> line = series(t -> 20 + 0.1 * t + 0.6 * random.nextGaussian());

    BacktestRow walk = served(Transform.RANDOM_WALK, line);
    BacktestRow level = served(Transform.LEVEL, line);

    // at the last value the error is 1.3 and nine of ten targets are above the median
    assertTrue(walk.mae() < 1.1 * level.mae(), walk.mae() + " against " + level.mae());
    assertTrue(walk.crps() < 1.1 * level.crps(), walk.crps() + " against " + level.crps());
  }

  @Test
  void whatGrowsByAShareIsFollowedByPricesToo() {
    Random random = new Random(4);
    List<Stretch> growth = series(t -> 20 * Math.exp(0.001 * t + 0.01 * random.nextGaussian()));

    assertTrue(model(Transform.LOG_RETURN, growth).highway().orElseThrow().movesMedian());
  }

  @ParameterizedTest
  @EnumSource(
      value = Transform.class,
      names = {"RANDOM_WALK", "LOG_RETURN"})
  void aWalkIsExpectedWhereItIs(Transform transform) {
    for (int seed = 1; seed <= 8; seed++) {
      Random random = new Random(seed);
      double[] x = new double[STEPS];
      double size = 1;
      for (int t = 1; t < STEPS; t++) {
        size = Math.max(0.3, 0.9 * size + 0.1 + 0.2 * random.nextGaussian());
        x[t] = x[t - 1] + 0.01 * size * random.nextGaussian();
      }
      List<Stretch> walk = series(t -> 100 * Math.exp(x[t]));

      assertEquals(1, model(transform, walk).highway().orElseThrow().lookBack(), "seed " + seed);
    }
  }

  /** What the champion's network corrects is not fitted again: a new one begins elsewhere. */
  @Test
  void aNetworkIsTrainedAnewWhereATrendHasEnded() {
    ForecasterConfig config =
        config(Transform.RANDOM_WALK).toBuilder()
            .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 4))
            .build();
    Trainer trainer = new Trainer(config, TrainingConfig.DEFAULT);
    TrainingRun run = new TrainingRun("load", 1, 7, "test");
    Random random = new Random(5);
    List<Stretch> line = series(t -> 20 + 0.1 * t + 0.6 * random.nextGaussian());
    double[] x = new double[STEPS];
    for (int t = 1; t < STEPS; t++) {
      x[t] = x[t - 1] + random.nextGaussian();
    }

    ForecastModel champion =
        assertInstanceOf(
                TrainingResult.Chosen.class, trainer.choose(line, run, TrainingListener.NONE))
            .model();
    ForecastModel next =
        assertInstanceOf(
                TrainingResult.Chosen.class,
                trainer.choose(series(t -> x[t]), champion, run, TrainingListener.NONE))
            .model();

    assertTrue(champion.head().orElseThrow().onMap());
    assertFalse(next.head().orElseThrow().onMap());
    assertEquals("", next.provenance().parent());
  }

  private static BacktestRow served(Transform transform, List<Stretch> series) {
    ForecasterConfig config = config(transform);
    Backtest backtest = new Backtest(config, split());
    ForecastModel model = model(transform, series);
    return backtest
        .score(Method.online("served", config, backtest.frozen(model, model)), series)
        .total();
  }

  private static ForecastModel model(Transform transform, List<Stretch> series) {
    ForecasterConfig config = config(transform);
    Backtest backtest = new Backtest(config, split());
    return assertInstanceOf(
            TrainingResult.Chosen.class,
            new Trainer(
                    config,
                    TrainingConfig.DEFAULT.with(
                        new TrainingConfig.Parts(backtest.validationShare(series), 0)))
                .choose(
                    backtest.seen(series),
                    new TrainingRun("load", 1, 7, "test"),
                    TrainingListener.NONE))
        .model();
  }

  private static Backtest.Split split() {
    return new Backtest.Split(1800, 2400, STEPS);
  }

  private static List<Stretch> series(IntToDoubleFunction value) {
    float[][] values = new float[STEPS][1];
    for (int t = 0; t < STEPS; t++) {
      values[t][0] = (float) value.applyAsDouble(t);
    }
    return List.of(new Stretch("a", STEPS - 1, values));
  }

  private static ForecasterConfig config(Transform transform) {
    return ForecasterConfig.of(Duration.ofHours(1), HORIZON, 1, 0).toBuilder()
        .transform(transform)
        .cell(new CellConfig(CellConfig.Kind.NONE, 1, 4))
        .build();
  }
}
