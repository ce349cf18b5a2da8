package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Limits;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What values a target can take, found by looking or said. */
class ValuesTest {
  private static final int STEPS = 400;

  /** Share of quantiles that are whole numbers, in the steps from {@code from} to {@code to}. */
  private static double whole(
      Transform transform, Limits limits, IntToDoubleFunction value, int from, int to) {
    ForecasterConfig config =
        ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0).toBuilder()
            .transform(transform)
            .limits(limits)
            .build();
    SeriesForecaster forecaster = new SeriesForecaster(config, 1000);
    SeriesState state = forecaster.newState();
    int whole = 0;
    int all = 0;
    for (int t = 0; t < to; t++) {
      ClosedStep step = new ClosedStep(t, (float) value.applyAsDouble(t), new float[0]);
      Forecast made =
          forecaster
              .step(state, step, RandomModels.model(config, "test-1", 1))
              .forecast()
              .orElseThrow();
      for (float[] level : made.quantiles()) {
        for (float quantile : level) {
          assertTrue(limits.include(quantile), "" + quantile);
          whole += t >= from && quantile == Math.rint(quantile) ? 1 : 0;
          all += t >= from ? 1 : 0;
        }
      }
    }
    return (double) whole / all;
  }

  private static IntToDoubleFunction counts(double mean) {
    Random random = new Random(1);
    return t -> Math.rint(Math.max(0, mean * (1 + 0.5 * random.nextGaussian())));
  }

  @ParameterizedTest
  @CsvSource({
    // of few, many and of each once it was looked at for a hundred values
    "AS_SEEN, 4, 0, 90, 0.1, 0.7",
    "AS_SEEN, 4, 120, 400, 1, 1",
    "AS_SEEN, 4000, 120, 400, 0, 0.1",
    "WHOLE, 4, 0, 400, 1, 1",
    "WHOLE, 4000, 0, 400, 1, 1",
    "ANY, 4, 120, 400, 0, 0.5"
  })
  void countsAreWholeWhereThatIsFoundOrSaid(
      Limits.Values values, double mean, int from, int to, double least, double most) {
    Limits limits = new Limits(0, Double.POSITIVE_INFINITY, values);

    double whole = whole(Transform.LEVEL, limits, counts(mean), from, to);

    assertTrue(whole >= least && whole <= most, "" + whole);
  }

  @ParameterizedTest
  @EnumSource(names = {"LEVEL", "RANDOM_WALK"})
  void whatIsSaidToBeWholeIsSoInAWalkToo(Transform transform) {
    Limits limits = new Limits(0, Double.POSITIVE_INFINITY, Limits.Values.WHOLE);

    assertEquals(1, whole(transform, limits, counts(50), 0, STEPS));
  }

  @ParameterizedTest
  @EnumSource
  void aShareStaysWithinItsLimits(Limits.Values values) {
    Random random = new Random(2);
    Limits limits = new Limits(0, 1, values);

    whole(
        Transform.LEVEL,
        limits,
        t -> Math.max(0, Math.min(1, 0.9 + 0.3 * random.nextGaussian())),
        0,
        STEPS);
  }
}
