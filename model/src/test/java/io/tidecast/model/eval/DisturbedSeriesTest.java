package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Limits;
import io.tidecast.model.Quality;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a disturbance costs from a day later on, and what can hardly be forecast beside the
 * quantiles of all that was seen at the same hour: the ratios of CRPS that job/ACCURACY.md has.
 * Trained maps behind the gate.
 */
class DisturbedSeriesTest {
  private static final int HORIZON = 12;
  private static final int DAY = 24;
  private static final int AT = 2400;
  private static final Limits POSITIVE = new Limits(0, Double.POSITIVE_INFINITY);

  private static ForecasterConfig config(int season, Transform transform, Limits limits) {
    return ForecasterConfig.of(Duration.ofHours(1), HORIZON, season, 0).toBuilder()
        .transform(transform)
        .limits(limits)
        .cell(new CellConfig(CellConfig.Kind.NONE, 1, 8))
        .build();
  }

  private static List<Stretch> series(int steps, IntToDoubleFunction value) {
    float[][] rows = new float[steps][];
    for (int t = 0; t < steps; t++) {
      rows[t] = new float[] {(float) value.applyAsDouble(t)};
    }
    return List.of(new Stretch("one", steps - 1, rows));
  }

  /** A day, and noise that lasts for some steps, of deviation 1.7 in all. */
  private static IntToDoubleFunction load() {
    Random random = new Random(1);
    double[] kept = new double[1];
    return t ->
        20
            + 2 * Math.sin(2 * Math.PI * t / DAY)
            + (kept[0] = 0.8 * kept[0] + 0.6 * random.nextGaussian());
  }

  @ParameterizedTest
  @CsvSource({"18, 0", "-18, 0", "0, 1e6", "0, -1e30"})
  void aDayLaterAShiftOfTenDeviationsAndAnAbsurdValueAreOver(
      double shift, double absurd, TestReporter reporter) {
    ForecasterConfig config = config(DAY, Transform.LEVEL, Limits.NONE);
    IntToDoubleFunction load = load();
    List<Stretch> clean = series(AT + 1000, load());
    List<Stretch> disturbed =
        series(
            AT + 1000, t -> load.applyAsDouble(t) + (t < AT ? 0 : shift) + (t == AT ? absurd : 0));
    Backtest untilThen = new Backtest(config, new Backtest.Split(AT - 1, AT, AT + 1));
    Optional<ForecastModel> model = KindsOfSeriesTest.promoted(config, untilThen.seen(clean));
    Method method =
        Method.online("tidecast", config, origin -> origin < AT ? Optional.empty() : model);

    for (int days : new int[] {1, 4, 16, 40}) {
      long end = AT + DAY * (1L + days);
      Backtest backtest = new Backtest(config, new Backtest.Split(AT, AT + DAY, end));
      double ratio = crps(backtest, method, disturbed) / crps(backtest, method, clean);
      reporter.publishEntry("over the undisturbed, " + days + " days", "" + ratio);
      assertTrue(ratio <= 1.2, "over the undisturbed, " + days + " days: " + ratio);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.01", "0.02", "0.05"})
  void rareSpikesAreForecastAsWellAsByTheirClimatology(double share, TestReporter reporter) {
    Random random = new Random(2);
    ForecasterConfig config = config(DAY, Transform.LEVEL, POSITIVE);

    check(
        config,
        climatology(config),
        1.1,
        series(6000, t -> random.nextDouble() < share ? 5 + 10 * random.nextDouble() : 0),
        reporter);
  }

  @ParameterizedTest
  @CsvSource({"0", "-Infinity"})
  void sunIsNotMuchWorseThanItsClimatology(double minimum, TestReporter reporter) {
    Random random = new Random(5);
    double[] clear = new double[1];
    ForecasterConfig config =
        config(DAY, Transform.LEVEL, new Limits(minimum, Double.POSITIVE_INFINITY));
    IntToDoubleFunction sun =
        t -> {
          clear[0] = 0.8 * clear[0] + 0.6 * random.nextGaussian();
          return Math.max(0, Math.sin(2 * Math.PI * t / DAY)) * 600 / (1 + Math.exp(-clear[0]));
        };

    check(config, climatology(config), 1.3, series(6000, sun), reporter);
  }

  @ParameterizedTest
  @EnumSource
  void minutesOfAnExchangeAreForecastAsWellAsByTheLastValue(
      Transform transform, TestReporter reporter) {
    Random random = new Random(7);
    double[] price = {100};
    ForecasterConfig config = config(1, transform, Limits.NONE);
    IntToDoubleFunction minutes =
        t -> {
          boolean isOpen = t % 1440 < 390 && t / 1440 % 7 < 5;
          return isOpen ? price[0] *= Math.exp(5e-4 * random.nextGaussian()) : Float.NaN;
        };

    check(config, Method.persistence(config), 1.05, series(15 * 1440, minutes), reporter);
  }

  /** The last fifth of a series. */
  private static void check(
      ForecasterConfig config,
      Method other,
      double bound,
      List<Stretch> series,
      TestReporter reporter) {
    int steps = series.get(0).values().length;
    int from = steps * 4 / 5;
    Backtest backtest = new Backtest(config, new Backtest.Split(from - 1, from, steps));
    Optional<ForecastModel> model = KindsOfSeriesTest.promoted(config, backtest.seen(series));
    Method method =
        Method.online("tidecast", config, origin -> origin < from - 1 ? Optional.empty() : model);
    BacktestRow row = backtest.score(method, series).total();
    double ratio = row.crps() / crps(backtest, other, series);
    String found =
        ratio + ", 90 % covers " + row.coverage().get(0) + ", a model: " + model.isPresent();

    reporter.publishEntry("over " + other.name(), found);
    assertTrue(ratio <= bound && row.coverage().get(0) >= 0.87, found);
  }

  private static double crps(Backtest backtest, Method method, List<Stretch> series) {
    return backtest.score(method, series).total().crps();
  }

  /** The quantiles of all that was seen at the same position of the season. */
  private static Method climatology(ForecasterConfig config) {
    return new Method() {
      @Override
      public String name() {
        return "climatology";
      }

      @Override
      public Session start() {
        List<List<Float>> seen =
            Stream.<List<Float>>generate(ArrayList::new).limit(config.season()).toList();
        return step -> {
          at(step.index(), seen).add((float) step.value());
          return Optional.of(climate(step, config, seen));
        };
      }
    };
  }

  private static List<Float> at(long step, List<List<Float>> seen) {
    return seen.get((int) (step % seen.size()));
  }

  private static Forecast climate(
      ClosedStep step, ForecasterConfig config, List<List<Float>> seen) {
    float[][] quantiles = new float[config.levels().size()][HORIZON];
    for (int h = 0; h < HORIZON; h++) {
      List<Float> sorted = at(step.index() + 1 + h, seen).stream().sorted().toList();
      for (int j = 0; j < quantiles.length && !sorted.isEmpty(); j++) {
        quantiles[j][h] = sorted.get((int) (config.levels().get(j) * (sorted.size() - 1)));
      }
    }
    return new Forecast(step.index(), quantiles, "", Quality.NAIVE);
  }
}
