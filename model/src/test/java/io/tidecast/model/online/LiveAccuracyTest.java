package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Quality;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the forecaster learns of a series while it forecasts: whom to trust, and how far. */
class LiveAccuracyTest {
  private static final int HORIZON = 5;
  private static final int PERIOD = 12;

  @Test
  void oneAbsurdValueSpoilsNothingForLong() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    ForecastModel model = seasonalModel(config, "test-1");
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState clean = forecaster.newState();
    SeriesState spoilt = forecaster.newState();
    GeneratedSeries series = new GeneratedSeries(14);

    for (int t = 0; t < 600; t++) {
      float value = series.value(t);
      ClosedStep step = new ClosedStep(t, value, new float[2]);
      ClosedStep absurd = new ClosedStep(t, t == 500 ? 1e6f : value, new float[2]);
      Forecast expected = forecaster.step(clean, step, model).forecast().get();
      Forecast actual = forecaster.step(spoilt, absurd, model).forecast().get();
      if (t > 500) {
        // a weight of 0.2 times the limit of 8 scales of about 3.2, and the calibrated width
        assertEquals(expected.quantiles()[3][1], actual.quantiles()[3][1], 0.2 * 8 * 3.6);
        assertEquals(expected.quantiles()[0][1], actual.quantiles()[0][1], 0.2 * 8 * 3.6 + 2);
      }
    }
  }

  @Test
  void modelThatDoesWorseThanANaiveCostsLittleAndIsTrustedWhenItDoesBetter() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    ForecastModel bad = RandomModels.model(config, "test-1", 1);
    ForecastModel good = seasonalModel(config, "test-2");
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();
    Random random = new Random(8);
    double[] served = new double[2];
    double[] naive = new double[2];

    for (int t = 0; t < 4000; t++) {
      // noise on a season: the mean of past seasons is better than the last one, noise is worse
      float value = (float) (10 * Math.sin(2 * Math.PI * t / 6) + random.nextGaussian());
      ClosedStep step = new ClosedStep(t, value, new float[2]);
      ForecastModel model = t < 2000 ? bad : good;
      StepResult result = forecaster.step(state, step, model);
      assertEquals(
          t < 23 ? Quality.NAIVE : t < 47 ? Quality.WARMING : Quality.MODEL,
          result.forecast().get().quality());
      for (Evaluation evaluation : result.evaluations()) {
        if (t % 2000 >= 500) {
          for (int h = 0; h < HORIZON; h++) {
            served[t / 2000] += evaluation.pinball()[h];
            naive[t / 2000] += evaluation.naivePinball()[h];
          }
        }
      }
    }

    assertTrue(served[0] < 0.9 * naive[0], served[0] + " against " + naive[0]);
    // sd of the mean of five against that of one: sqrt(1.2 / 2)
    assertTrue(served[1] < 0.82 * naive[1], served[1] + " against " + naive[1]);
  }

  /** A highway alone that forecasts the mean of the same hour in the last five seasons of 6. */
  private static ForecastModel seasonalModel(ForecasterConfig config, String version) {
    int lookBack = config.history();
    int levels = config.levels().size();
    float[] weight = new float[HORIZON * (lookBack - 1)];
    float[] residual = new float[HORIZON * levels];
    for (int h = 0; h < HORIZON; h++) {
      for (int season = 1; season <= 5; season++) {
        int lag = 6 * season - (h + 1);
        weight[h * (lookBack - 1) + lookBack - 1 - lag] = 0.2f;
      }
      for (int j = 0; j < levels; j++) {
        residual[h * levels + j] = (j - 3) * 0.03f;
      }
    }
    ForecastModel random = RandomModels.model(config, version, 1);
    return new ForecastModel(
        version,
        config,
        List.of(),
        null,
        new HighwayWeights(
            HORIZON, lookBack, levels, weight, new float[0], new float[HORIZON], residual),
        random.provenance());
  }

  @Test
  void naiveQuantilesCoverWhatTheyPromiseOnNoiseOfAKnownLaw() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    Random random = new Random(9);
    int[] inside = new int[3];
    int scored = 0;

    for (int t = 0; t <= 20_000; t++) {
      // skewed: an exponential law
      float value = (float) -Math.log(1 - random.nextDouble());
      ClosedStep step = new ClosedStep(t, value, new float[2]);
      for (Evaluation evaluation : forecaster.step(state, step, null).evaluations()) {
        for (int h = 0; h < HORIZON && t > 2000; h++) {
          scored += evaluation.count()[h];
          for (int i = 0; i < 3; i++) {
            inside[i] += evaluation.inside()[i][h];
          }
        }
      }
    }

    assertEquals(18_000 * HORIZON, scored);
    // wandering of the tracker plus sampling noise of 18,000 independent targets, four deviations
    assertEquals(0.9, inside[0] / (double) scored, 0.02);
    assertEquals(0.8, inside[1] / (double) scored, 0.02);
    assertEquals(0.5, inside[2] / (double) scored, 0.02);
  }

  @Test
  void intervalsOfAModelThatIsTooSureWidenUntilTheyCover() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    ForecastModel model = seasonalModel(config, "test-1");
    SeriesForecaster forecaster = new SeriesForecaster(config, 50);
    SeriesState state = forecaster.newState();
    Random random = new Random(11);
    List<Double> coverage = new ArrayList<>();

    for (int t = 0; t <= 20_000; t++) {
      float value = (float) (10 * Math.sin(2 * Math.PI * t / 6) + random.nextGaussian());
      ClosedStep step = new ClosedStep(t, value, new float[2]);
      for (Evaluation made : forecaster.step(state, step, model).evaluations()) {
        if (made.version().equals("test-1")) {
          coverage.add(made.inside()[0][1] / (double) made.count()[1]);
        }
      }
    }

    // the first period has the naive's, which stood in until the look-back was full
    // then the naives, who know their errors by now, have two fifths of it
    assertTrue(coverage.get(1) < 0.88, "second " + coverage.get(1));
    double settled =
        coverage.stream().skip(100).mapToDouble(Double::doubleValue).average().orElse(0);
    // four deviations of 15,000 targets, those of lead 2 in overlapping pairs
    assertEquals(0.9, settled, 0.015);
  }
}
