package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Limits;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.Quality;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kinds of series on which a forecaster goes wrong without being told: generated, seeded. */
class RobustnessTest {
  private static final int HORIZON = 12;
  private static final int DAY = 24;
  private static final int STEPS = 4000;

  private static ForecasterConfig config(Transform transform, Limits limits, List<String> others) {
    ForecasterConfig plain = ForecasterConfig.of(Duration.ofHours(1), HORIZON, DAY, 0);
    return plain.toBuilder().transform(transform).limits(limits).covariates(others).build();
  }

  private static final ForecasterConfig LOAD = config(Transform.LEVEL, Limits.NONE, List.of());

  /** A daily cycle and noise that is correlated over some steps. */
  private static float[] load() {
    Random random = new Random(1);
    float[] values = new float[STEPS];
    double noise = 0;
    for (int t = 0; t < STEPS; t++) {
      noise = 0.8 * noise + 0.6 * random.nextGaussian();
      values[t] = (float) (20 + 2 * Math.sin(2 * Math.PI * t / DAY) + noise);
    }
    return values;
  }

  private static ForecastModel daily(ForecasterConfig config) {
    return daily(config, 0.2);
  }

  /**
   * A highway that forecasts the mean of the same hour of the last five days.
   *
   * @param spread from one level to the next, in running scales
   */
  private static ForecastModel daily(ForecasterConfig config, double spread) {
    int horizon = config.horizon();
    int lookBack = config.history();
    int levels = config.levels().size();
    float[] weight = new float[horizon * (lookBack - 1)];
    float[] residual = new float[horizon * levels];
    for (int h = 0; h < horizon; h++) {
      for (int day = 1; day <= 5; day++) {
        int lag = DAY * (day + (h + 1) / DAY) - h - 1;
        weight[h * (lookBack - 1) + lookBack - 1 - lag] = 0.2f;
      }
      for (int j = 0; j < levels; j++) {
        residual[h * levels + j] = (float) ((j - 3) * spread);
      }
    }
    HighwayWeights highway =
        new HighwayWeights(
            horizon, lookBack, levels, weight, new float[0], new float[horizon], residual);
    return new ForecastModel(
        "test-1",
        config,
        List.of(),
        null,
        highway,
        RandomModels.model(config, "test-1", 1).provenance());
  }

  /** By origin: mean loss of a forecast over leads and levels. */
  private static double[] losses(ForecasterConfig config, float[] values, ForecastModel model) {
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    double[] losses = new double[values.length - HORIZON];
    for (int t = 0; t < losses.length; t++) {
      Forecast made =
          forecaster
              .step(state, new ClosedStep(t, values[t], new float[0]), model)
              .forecast()
              .orElseThrow();
      for (int h = 0; h < HORIZON; h++) {
        for (int j = 0; j < config.levels().size(); j++) {
          float q = made.quantiles()[j][h];
          losses[t] += PinballLoss.of(config.levels().get(j), values[t + 1 + h], q);
        }
      }
    }
    return losses;
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(doubles = {18, -18, 54})
  void shiftOfTheLevelIsOverADayLater(double by) {
    float[] shifted = load();
    int at = 2000;
    for (int t = at; t < STEPS; t++) {
      shifted[t] += (float) by;
    }
    double[] clean = losses(LOAD, load(), daily(LOAD));
    double[] after = losses(LOAD, shifted, daily(LOAD));

    for (int from : new int[] {24, 200, 500, 900}) {
      double ratio = mean(after, at + from, at + 2 * from) / mean(clean, at + from, at + 2 * from);
      assertTrue(ratio < 1.3, "from step " + from + ": " + ratio);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {1e3f, 1e6f, -1e30f})
  void oneAbsurdValueCostsItsOwnOrigin(float absurd) {
    float[] spoilt = load();
    int at = 2000;
    spoilt[at] = absurd;
    double[] clean = losses(LOAD, load(), daily(LOAD));
    double[] after = losses(LOAD, spoilt, daily(LOAD));

    double day = mean(after, at + 1, at + 25) / mean(clean, at + 1, at + 25);
    assertTrue(day < 1.3, "the day after: " + day);
    double rest = mean(after, at + 25, at + 1500) / mean(clean, at + 25, at + 1500);
    assertTrue(rest < 1.03, "the time after: " + rest);
  }

  private static SeriesState stepped(
      ForecasterConfig config, int steps, IntToDoubleFunction value) {
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    for (int t = 0; t < steps; t++) {
      ClosedStep step = new ClosedStep(t, (float) value.applyAsDouble(t), new float[0]);
      forecaster.step(state, step, null);
    }
    return state;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.02, 0.05})
  void scaleOfRareEventsIsThatOfTheEvents(double share) {
    Random random = new Random(2);
    SeriesState state = stepped(LOAD, 10_000, t -> random.nextDouble() < share ? 10 : 0);

    double deviation = 10 * Math.sqrt(share * (1 - share));
    // over the last 336 steps: of 3, 7 and 17 events
    assertEquals(deviation, state.inputs().scale(), 0.6 * deviation);
  }

  /** A sensor that is thrown off by its cable, every now and then. */
  @ParameterizedTest
  @ValueSource(floats = {200, 9_999, -1e6f})
  void accidentsThatComeBackDoNotBecomeTheScale(float absurd) {
    float[] values = load();
    SeriesState clean = stepped(LOAD, 1500, t -> values[t]);
    SeriesState spoilt = stepped(LOAD, 1500, t -> t > 1000 && t % 17 < 1 ? absurd : values[t]);

    float scale = clean.inputs().scale();
    assertEquals(scale, spoilt.inputs().scale(), 0.05 * scale);
  }

  @Test
  void anErrorCodeDoesNotBecomeTheScaleOfARandomWalk() {
    ForecasterConfig walk = config(Transform.RANDOM_WALK, Limits.NONE, List.of());
    Random random = new Random(3);
    double[] level = {100};
    SeriesState state =
        stepped(
            walk,
            1500,
            t -> {
              level[0] += 0.1 * random.nextGaussian();
              return t == 1000 ? 65_535_000 : level[0];
            });

    assertEquals(0.1, state.inputs().scale(), 0.03);
  }

  @Test
  void rareEventsAreForecastAsWellAsByAlwaysSayingNone() {
    Random random = new Random(4);
    float[] values = new float[STEPS];
    for (int t = 0; t < STEPS; t++) {
      values[t] = random.nextDouble() < 0.03 ? (float) (5 + 5 * random.nextDouble()) : 0;
    }
    ForecasterConfig config =
        config(Transform.LEVEL, new Limits(0, Double.POSITIVE_INFINITY), List.of());
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    ForecastModel model = daily(config);
    double error = 0;
    double ofNone = 0;
    for (int t = 0; t < STEPS - HORIZON; t++) {
      ClosedStep step = new ClosedStep(t, values[t], new float[0]);
      Forecast made = forecaster.step(state, step, model).forecast().get();
      for (int h = 0; h < HORIZON && t > 2000; h++) {
        error += Math.abs(values[t + 1 + h] - made.quantiles()[3][h]);
        ofNone += values[t + 1 + h];
      }
    }

    assertTrue(error < 1.05 * ofNone, error + " against " + ofNone);
  }

  @Test
  void intervalsAreRightAtNoonThoughNightIsAtTheLimit() {
    Random random = new Random(5);
    float[] values = new float[8000];
    for (int t = 0; t < values.length; t++) {
      double sun = Math.max(0, Math.sin(2 * Math.PI * t / DAY));
      values[t] = (float) (sun * (600 + 150 * random.nextGaussian()));
    }
    ForecasterConfig config =
        config(Transform.LEVEL, new Limits(0, Double.POSITIVE_INFINITY), List.of());
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    ForecastModel model = daily(config);
    int noons = 0;
    int inside = 0;
    int below = 0;
    for (int t = 0; t < values.length - HORIZON; t++) {
      ClosedStep step = new ClosedStep(t, Math.max(0, values[t]), new float[0]);
      Forecast made = forecaster.step(state, step, model).forecast().get();
      for (int h = 0; h < HORIZON && t > 2000; h++) {
        int hour = (t + 1 + h) % DAY;
        if (hour >= 4 && hour <= 8) {
          float target = Math.max(0, values[t + 1 + h]);
          noons++;
          inside += target >= made.quantiles()[0][h] && target <= made.quantiles()[6][h] ? 1 : 0;
          below += target <= made.quantiles()[2][h] ? 1 : 0;
        }
      }
    }

    // 0.7 without factors by phase, 0.8 where they do not move against each other
    assertEquals(0.9, inside / (double) noons, 0.04);
    assertEquals(0.25, below / (double) noons, 0.07);
  }

  @Test
  void targetThatWasAwayWhileACovariateStayedIsWarmingAgain() {
    ForecasterConfig config = config(Transform.LEVEL, Limits.NONE, List.of("wind"));
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    float[] values = load();
    for (int t = 0; t < 1000; t++) {
      float value = t >= 500 && t < 800 ? Float.NaN : values[t];
      Optional<Forecast> made =
          forecaster.step(state, new ClosedStep(t, value, new float[1]), model).forecast();
      if (t >= 800) {
        boolean early = t < 800 + SeriesForecaster.WARMING_STEPS - 1;
        assertEquals(early ? Quality.WARMING : Quality.MODEL, made.orElseThrow().quality());
      }
    }
    // the kept rows go on with the season, not with one value for 300 steps
    double spread = 0;
    for (int lag = 250; lag < 250 + DAY; lag++) {
      spread = Math.max(spread, Math.abs(state.inputs().past(lag) - state.inputs().past(lag + 12)));
    }
    assertTrue(spread > 2, "" + spread);
  }

  /** Noise on a day, a week ahead: the error of the mean of five days has a deviation of 1.1. */
  @ParameterizedTest
  @CsvSource({"0, 0.5, 3500", "2.6, 2, 7000"})
  void aWeekAheadIntervalsOfHalfOrTwiceTheWidthAreRightWithinAYear(
      double ofModel, double times, int later) {
    int horizon = 168;
    ForecasterConfig config = ForecasterConfig.of(Duration.ofHours(1), horizon, DAY, 0);
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    Random random = new Random(6);
    double right = 2 * 1.645 * Math.sqrt(1.2);
    ForecastModel model = null;
    double atFirst = 0;
    double atLast = 0;
    for (int t = 0; t < 1500 + later; t++) {
      float value = (float) (10 * Math.sin(2 * Math.PI * t / DAY) + random.nextGaussian());
      if (t == 1000) {
        model = daily(config, ofModel * right / 6 / state.inputs().scale());
      }
      ClosedStep step = new ClosedStep(t, value, new float[0]);
      float[][] q = forecaster.step(state, step, model).forecast().orElseThrow().quantiles();
      double width = (q[6][horizon - 1] - q[0][horizon - 1]) / right;
      atFirst = t == 1000 ? width : atFirst;
      atLast += t >= 1000 + later ? width / 500 : 0;
    }

    assertEquals(times, atFirst, 0.5 * Math.abs(times - 1));
    assertEquals(1, atLast, 0.2);
  }
}
