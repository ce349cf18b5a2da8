package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.SessionGrid;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What follows the clock on the wall, when that is changed: held against the same series in a zone
 * where it is not. Maps alone.
 */
class LocalTimeTest {
  private static final int HORIZON = 24;
  private static final int BEFORE = 24 * 364;
  private static final int HOURS = BEFORE + 24 * 35;
  private static final int HOUR = 3_600_000;
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /** Of an hour of the day: it rises steeply in the morning. */
  private static final int[] DAY = {
    0, 0, 0, 0, 0, 1, 4, 9, 10, 9, 8, 8, 9, 9, 8, 7, 7, 8, 9, 10, 8, 5, 2, 1
  };

  /** First days of the spans after the change that are looked at, and the end of the last. */
  private static final int[] SPANS = {0, 1, 2, 7, 35};

  private static final Grid HOURS_OF_UTC = Grid.of(Duration.ofHours(1));
  private static final Grid HOURS_OF_LOCAL_DAYS =
      new SessionGrid(
          Duration.ofHours(1),
          List.of(DayOfWeek.values()),
          LocalTime.MIDNIGHT,
          LocalTime.MIDNIGHT,
          List.of(),
          BERLIN);

  @Test
  void hoursOfLocalDaysAreRightFromTheSecondDayOn() {
    for (String change : List.of("2023-03-26T01:00:00Z", "2023-10-29T01:00:00Z")) {
      long at = Instant.parse(change).toEpochMilli();
      double[] without = errors(at, ZoneOffset.ofHours(1), HOURS_OF_UTC);
      double[] utc = over(errors(at, BERLIN, HOURS_OF_UTC), without);
      double[] local = over(errors(at, BERLIN, HOURS_OF_LOCAL_DAYS), without);

      System.out.printf(
          "MAE after %s over that without a change, days 1, 2, 3 to 7, 8 to 35: hours of UTC %s, of"
              + " local days %s%n",
          change, Arrays.toString(utc), Arrays.toString(local));
      assertTrue(local[1] < 1.15 && local[2] < 1.05 && local[3] < 1.05, Arrays.toString(local));
      assertTrue(utc[2] < 1.6 && utc[3] < 1.05, Arrays.toString(utc));
    }
  }

  private static double[] over(double[] errors, double[] without) {
    double[] ratios = new double[errors.length];
    Arrays.setAll(ratios, i -> Math.round(100 * errors[i] / without[i]) / 100.0);
    return ratios;
  }

  /** Mean absolute errors by span after the change, of a model of the year before. */
  private static double[] errors(long change, ZoneId zone, Grid grid) {
    ForecasterConfig config =
        ForecasterConfig.of(Duration.ofHours(1), HORIZON, 24, 0).toBuilder()
            .grid(grid)
            .cell(new CellConfig(CellConfig.Kind.NONE, 1, 4))
            .build();
    long begin = change - (long) BEFORE * HOUR;
    long first = grid.indexOf(begin + HOUR);
    float[][] values = values(begin, zone, grid, first);
    int trained = (int) (grid.indexOf(change) - first) + 1;
    ForecastModel model =
        model(config, new Stretch("a", first + trained - 1, Arrays.copyOf(values, trained)));
    SeriesForecaster forecaster = new SeriesForecaster(config, HORIZON);
    SeriesState state = forecaster.newState();
    double[] sums = new double[SPANS.length - 1];
    int[] counts = new int[SPANS.length - 1];
    for (int i = 0; i < values.length - HORIZON; i++) {
      ForecastModel serving = i < trained / 2 ? null : model;
      Optional<Forecast> forecast =
          forecaster
              .step(state, new ClosedStep(first + i, values[i][0], new float[0]), serving)
              .forecast();
      for (int lead = 1; i + lead >= trained && lead <= HORIZON; lead++) {
        int span = span((i + lead - trained) / 24);
        float target = values[i + lead][0];
        if (forecast.isPresent() && !Float.isNaN(target)) {
          sums[span] += Math.abs(target - forecast.get().quantile(config.levels().median(), lead));
          counts[span]++;
        }
      }
    }
    Arrays.setAll(sums, span -> sums[span] / counts[span]);
    return sums;
  }

  private static int span(int day) {
    int span = 0;
    while (span + 2 < SPANS.length && day >= SPANS[span + 1]) {
      span++;
    }
    return span;
  }

  private static ForecastModel model(ForecasterConfig config, Stretch seen) {
    Trainer trainer = new Trainer(config, TrainingConfig.DEFAULT);
    TrainingResult.Chosen chosen =
        assertInstanceOf(
            TrainingResult.Chosen.class,
            trainer.choose(
                List.of(seen), new TrainingRun("load", 1, 1, "test"), TrainingListener.NONE));
    return trainer.complete(chosen, TrainingListener.NONE);
  }

  private static float[][] values(long begin, ZoneId zone, Grid grid, long first) {
    Random random = new Random(1);
    int steps = (int) (grid.indexOf(begin + (long) HOURS * HOUR) - first) + 1;
    float[][] values = new float[steps][1];
    for (float[] value : values) {
      value[0] = Float.NaN;
    }
    double level = 0;
    for (int i = 0; i < HOURS; i++) {
      long start = begin + (long) i * HOUR;
      int hour = Instant.ofEpochMilli(start).atZone(zone).getHour();
      level = 0.9 * level + 0.4 * random.nextGaussian();
      values[(int) (grid.indexOf(start + HOUR) - first)][0] =
          (float) (20 + DAY[hour] + level + 0.3 * random.nextGaussian());
    }
    return values;
  }
}
