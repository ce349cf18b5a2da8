package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.RandomModels;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.LstmWeights;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that is brought may hold any finite weights: forced, it serves until the watch looks. */
class ForeignWeightsTest {
  private static final int STEPS = 800;
  private static final ForecasterConfig CONFIG = ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0);

  @ParameterizedTest
  @ValueSource(floats = {0, 1e3f, 1e20f, 1e38f, Float.MAX_VALUE, Float.MIN_VALUE})
  void whateverItsWeightsForecastsAreFiniteAndInOrder(float size) {
    for (int seed = 1; seed <= 6; seed++) {
      ForecastModel model = wild(size, seed);
      boolean isFlat = seed % 2 == 0;
      Random random = new Random(seed);
      requireGood(model, seed, t -> isFlat ? 0 : 1e6 * random.nextGaussian());
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-45f, 1e-38f, 1e-30f, 1e20f, 1e30f})
  void ofValuesOfAnySizeForecastsAreFiniteAndInOrder(float size) {
    for (int seed = 1; seed <= 4; seed++) {
      ForecastModel model = RandomModels.model(CONFIG, "test-1", seed);
      Random random = new Random(seed);
      requireGood(model, seed, t -> size * (2 * random.nextFloat() - 1));
    }
  }

  private static void requireGood(ForecastModel model, int seed, IntToDoubleFunction values) {
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 24);
    SeriesState state = forecaster.newState();
    for (int t = 0; t < STEPS; t++) {
      ClosedStep step = new ClosedStep(t, (float) values.applyAsDouble(t), new float[0]);
      StepResult result = forecaster.step(state, step, t < STEPS / 2 ? null : model);
      requireGood(result.forecast().orElseThrow(), "seed " + seed + " step " + t);
      requireFinite(state.hidden().h(), "h of seed " + seed + " at step " + t);
      requireFinite(state.hidden().c(), "c of seed " + seed + " at step " + t);
    }
  }

  private static void requireFinite(float[][] layers, String what) {
    for (float[] layer : layers) {
      for (float value : layer) {
        assertTrue(Float.isFinite(value), what + ": " + value);
      }
    }
  }

  private static void requireGood(Forecast forecast, String where) {
    float[][] quantiles = forecast.quantiles();
    for (int level = 0; level < quantiles.length; level++) {
      for (int lead = 0; lead < quantiles[level].length; lead++) {
        float quantile = quantiles[level][lead];
        assertTrue(Float.isFinite(quantile), where + ": " + quantile);
        assertTrue(level == 0 || quantile >= quantiles[level - 1][lead], where + ": crossed");
      }
    }
  }

  private static ForecastModel wild(float size, int seed) {
    ForecastModel model = RandomModels.model(CONFIG, "test-1", seed);
    Random random = new Random(seed);
    HeadWeights head = model.head().orElseThrow();
    HighwayWeights map = model.highway().orElseThrow();
    List<CellWeights> cells =
        model.layers().stream()
            .map(cell -> (LstmWeights) cell)
            .<CellWeights>map(
                cell ->
                    new LstmWeights(
                        cell.inputs(),
                        cell.hidden(),
                        wild(cell.weightIh(), size, random),
                        wild(cell.weightHh(), size, random),
                        wild(cell.biasIh(), size, random),
                        wild(cell.biasHh(), size, random)))
            .toList();
    return new ForecastModel(
        model.version(),
        CONFIG,
        cells,
        new HeadWeights(
            head.horizon(),
            head.levels(),
            head.hidden(),
            wild(head.weight(), size, random),
            wild(head.bias(), size, random),
            wild(head.blend(), size, random),
            wild(head.unit(), size, random)),
        new HighwayWeights(
            map.horizon(),
            map.lookBack(),
            map.levels(),
            wild(map.weight(), size, random),
            wild(map.covariateWeight(), size, random),
            wild(map.intercept(), size, random),
            wild(map.residual(), size, random)),
        model.provenance());
  }

  private static float[] wild(float[] values, float size, Random random) {
    float[] wild = new float[values.length];
    for (int i = 0; i < wild.length; i++) {
      wild[i] = random.nextBoolean() ? size : -size;
    }
    return wild;
  }
}
