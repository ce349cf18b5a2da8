package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Limits;
import io.tidecast.model.Quality;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeriesForecasterTest {
  private static final int HORIZON = 5;
  private static final int PERIOD = 12;

  /** None at first, then a new version every 90 steps, for a while none again. */
  private static ForecastModel serving(ForecasterConfig config, int i) {
    if (i < 60 || (i >= 280 && i < 300)) {
      return null;
    }
    int sequence = i / 90;
    return RandomModels.model(config, "test-" + sequence, sequence);
  }

  private static List<StepResult> run(SeriesForecaster forecaster, List<ClosedStep> steps) {
    SeriesState state = forecaster.newState();
    List<StepResult> results = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      results.add(forecaster.step(state, steps.get(i), serving(forecaster.config(), i)));
    }
    return results;
  }

  @ParameterizedTest
  @EnumSource(Transform.class)
  void everyForecastIsFiniteAscendingAndWithinTheLimits(Transform transform) {
    ForecasterConfig config = limited(GeneratedSeries.config(transform, HORIZON), 45.1, 54.7);
    List<ClosedStep> steps = GeneratedSeries.steps(1, 500);
    List<StepResult> results = run(new SeriesForecaster(config, PERIOD), steps);

    int[] byQuality = new int[3];
    for (int i = 0; i < steps.size(); i++) {
      Optional<Forecast> forecast = results.get(i).forecast();
      assertEquals(!Double.isNaN(steps.get(i).value()), forecast.isPresent());
      if (forecast.isPresent()) {
        byQuality[forecast.get().quality().code()]++;
        assertEquals(steps.get(i).index(), forecast.get().origin());
        assertEquals(forecast.get().quality() == Quality.NAIVE, forecast.get().version().isEmpty());
        assertAscendingWithin(forecast.get().quantiles(), 45.1, 54.7);
      }
    }
    assertTrue(byQuality[0] > 50 && byQuality[1] > 10 && byQuality[2] > 50);
  }

  private static void assertAscendingWithin(float[][] quantiles, double minimum, double maximum) {
    assertEquals(QuantileLevels.DEFAULT.size(), quantiles.length);
    for (int j = 0; j < quantiles.length; j++) {
      assertEquals(HORIZON, quantiles[j].length);
      for (int h = 0; h < HORIZON; h++) {
        assertTrue(quantiles[j][h] >= minimum && quantiles[j][h] <= maximum);
        assertTrue(j == 0 || quantiles[j][h] >= quantiles[j - 1][h]);
      }
    }
  }

  private static ForecasterConfig limited(ForecasterConfig config, double min, double max) {
    return config.toBuilder().limits(new Limits(min, max)).build();
  }

  @ParameterizedTest
  @EnumSource(Transform.class)
  void absurdValuesGiveForecastsAllTheSame(Transform transform) {
    ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    float[] absurd = {
      Float.NaN, 0, Float.NEGATIVE_INFINITY, -1e30f, 1e30f, Float.MIN_VALUE, -0f, 3e38f, 5, -5, 1e9f
    };
    Random random = new Random(2);
    int forecasts = 0;

    for (int t = 0; t < 3000; t++) {
      float[] covariates = {absurd[random.nextInt(11)], absurd[random.nextInt(11)]};
      ClosedStep step = new ClosedStep(t, absurd[random.nextInt(11)], covariates);
      Optional<Forecast> forecast = forecaster.step(state, step, model).forecast();
      if (forecast.isPresent()) {
        forecasts++;
        assertAscendingWithin(forecast.get().quantiles(), -Float.MAX_VALUE, Float.MAX_VALUE);
      }
    }
    assertTrue(forecasts > 1000);
  }

  @Test
  void whatComesAfterTheOriginLeavesAForecastAsItWasToTheBit() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    List<ClosedStep> steps = GeneratedSeries.steps(3, 400);
    int origin = 350;
    List<ClosedStep> noisy = new ArrayList<>(steps.subList(0, origin + 1));
    Random random = new Random(4);
    for (ClosedStep step : steps.subList(origin + 1, steps.size())) {
      float[] noise = {random.nextFloat() * 1000, Float.NaN};
      noisy.add(new ClosedStep(step.index(), random.nextFloat() * 1000, noise));
    }

    List<StepResult> expected = run(new SeriesForecaster(config, PERIOD), steps);
    List<StepResult> actual = run(new SeriesForecaster(config, PERIOD), noisy);

    for (int i = 0; i <= origin; i++) {
      assertSameForecast(expected.get(i).forecast(), actual.get(i).forecast());
    }
    int changed = 0;
    for (int i = origin + 1; i < steps.size(); i++) {
      Optional<Forecast> forecast = expected.get(i).forecast();
      float[][] noise = actual.get(i).forecast().orElseThrow().quantiles();
      changed += forecast.isPresent() && forecast.get().quantiles()[3][0] != noise[3][0] ? 1 : 0;
    }
    assertTrue(changed > 30);
  }

  @ParameterizedTest
  @EnumSource(Transform.class)
  void restoredStateGoesOnExactlyAsBeforeWhereverItWasStored(Transform transform)
      throws IOException {
    ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
    List<ClosedStep> steps = GeneratedSeries.steps(5, 400);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();
    SeriesState restored = forecaster.newState();

    for (int i = 0; i < steps.size(); i++) {
      SeriesForecaster other = new SeriesForecaster(config, PERIOD);
      ForecastModel model = serving(config, i);
      StepResult expected = forecaster.step(state, steps.get(i), model);
      StepResult actual = other.step(restored, steps.get(i), model);

      assertSameForecast(expected.forecast(), actual.forecast());
      assertEquals(expected.evaluations().size(), actual.evaluations().size());
      assertEquals(state, restored);
      restored = read(written(restored.copy()), config);
    }
  }

  private static void assertSameForecast(Optional<Forecast> expected, Optional<Forecast> actual) {
    assertEquals(expected.isPresent(), actual.isPresent());
    if (expected.isPresent()) {
      assertEquals(expected.get().quality(), actual.get().quality());
      assertEquals(expected.get().version(), actual.get().version());
      for (int j = 0; j < QuantileLevels.DEFAULT.size(); j++) {
        assertArrayEquals(expected.get().quantiles()[j], actual.get().quantiles()[j]);
      }
    }
  }

  private static byte[] written(SeriesState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static SeriesState read(byte[] bytes, ForecasterConfig config) throws IOException {
    return SeriesState.read(new DataInputStream(new ByteArrayInputStream(bytes)), config);
  }

  @Test
  void medianOfARandomWalkStaysAtTheLastValue() {
    for (Transform transform : List.of(Transform.RANDOM_WALK, Transform.LOG_RETURN)) {
      ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
      List<ClosedStep> steps = GeneratedSeries.steps(10, 300);
      List<StepResult> results = run(new SeriesForecaster(config, PERIOD), steps);

      int byModel = 0;
      for (int i = 0; i < steps.size(); i++) {
        Optional<Forecast> forecast = results.get(i).forecast();
        if (forecast.isPresent() && !forecast.get().version().isEmpty()) {
          byModel++;
          for (float median : forecast.get().quantiles()[3]) {
            assertEquals(steps.get(i).value(), median);
          }
        }
      }
      assertTrue(byModel > 100);
    }
  }

  @Test
  void forecastsFromTheFirstValueOn() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();

    ClosedStep empty = new ClosedStep(1, Float.NaN, new float[2]);
    ClosedStep first = new ClosedStep(2, 20, new float[2]);

    assertFalse(forecaster.step(state, empty, null).forecast().isPresent());
    Forecast forecast = forecaster.step(state, first, null).forecast().orElseThrow();
    assertEquals(Quality.NAIVE, forecast.quality());
    assertEquals(20, forecast.quantiles()[3][0]);
    assertTrue(forecast.quantiles()[0][0] < 19 && forecast.quantiles()[6][0] > 21);
  }

  @Test
  void gapWithinTheLimitIsSteppedAsMissing() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    GeneratedSeries series = new GeneratedSeries(12);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState implicit = forecaster.newState();
    SeriesState explicit = forecaster.newState();
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    float[] nothing = {Float.NaN, Float.NaN};

    for (int t = 0; t < 76; t++) {
      if (t % 20 >= 16) {
        forecaster.step(explicit, new ClosedStep(t, Float.NaN, nothing), model);
        continue;
      }
      ClosedStep step = new ClosedStep(t, series.value(t), series.covariates());
      assertSameForecast(
          forecaster.step(explicit, step, model).forecast(),
          forecaster.step(implicit, step, model).forecast());
    }
    assertEquals(explicit, implicit);
  }

  @Test
  void refusesAStepThatIsNotAfterTheLastOne() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();
    ClosedStep step = new ClosedStep(7, 20, new float[2]);
    forecaster.step(state, step, null);

    assertThrows(IllegalStateException.class, () -> forecaster.step(state, step, null));
  }

  @Test
  void refusesAModelForAnotherConfiguration() {
    SeriesForecaster forecaster =
        new SeriesForecaster(GeneratedSeries.config(Transform.LEVEL, HORIZON), PERIOD);
    ForecastModel other =
        RandomModels.model(GeneratedSeries.config(Transform.RANDOM_WALK, HORIZON), "test-1", 1);
    ClosedStep step = new ClosedStep(7, 20, new float[2]);

    assertThrows(
        IllegalArgumentException.class, () -> forecaster.step(forecaster.newState(), step, other));
  }
}
