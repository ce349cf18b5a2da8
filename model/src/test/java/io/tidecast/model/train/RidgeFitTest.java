package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.HighwayWeights;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Transform;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RidgeFitTest {
  private static final int LOOK_BACK = 8;
  private static final int HORIZON = 3;
  private static final double RIDGE = 5;

  @Test
  void gradientOfThePenalisedSquaresIsZeroAtTheSolution() {
    SeriesRows series = series(400);
    HighwayWeights fit = fit(set(series)).orElseThrow();

    double unit = series.meanScale(400);
    for (int h = 0; h < HORIZON; h++) {
      double[] gradient = new double[LOOK_BACK];
      for (int row = origin(series); row < 400 - HORIZON; row++) {
        double[] z = predictors(series, row, unit);
        double fitted = fit.intercept()[h] * z[LOOK_BACK - 1];
        for (int i = 0; i < LOOK_BACK - 1; i++) {
          fitted += fit.weight()[h * (LOOK_BACK - 1) + i] * z[i];
        }
        double residual = (series.x()[row + 1 + h] - series.x()[row]) / unit - fitted;
        for (int i = 0; i < LOOK_BACK; i++) {
          gradient[i] -= residual * z[i];
        }
      }
      for (int i = 0; i < LOOK_BACK - 1; i++) {
        gradient[i] += RIDGE * fit.weight()[h * (LOOK_BACK - 1) + i];
      }
      for (double g : gradient) {
        // against sums of some 400 products; weights are rounded to float
        assertEquals(0, g, 2e-3);
      }
    }
  }

  @Test
  void residualQuantilesCoverTheirShareOfTheTrainingOrigins() {
    SeriesRows series = series(2000);
    HighwayWeights fit = fit(set(series)).orElseThrow();

    int inside = 0;
    int count = 0;
    for (int row = origin(series); row < 2000 - HORIZON; row++) {
      double median = series.x()[row] + fit.intercept()[0] * series.scale()[row];
      for (int i = 0; i < LOOK_BACK - 1; i++) {
        median += fit.weight()[i] * (series.x()[row - LOOK_BACK + 1 + i] - series.x()[row]);
      }
      double target = series.x()[row + 1];
      boolean above = target >= median + fit.residual()[0] * series.scale()[row];
      boolean below = target <= median + fit.residual()[2] * series.scale()[row];
      inside += above && below ? 1 : 0;
      count++;
    }
    assertEquals(0.8, (double) inside / count, 2.0 / count + 1e-3);
  }

  @Test
  void tooFewOriginsGiveNoHighway() {
    assertTrue(fit(set(series(33))).isEmpty());
  }

  private static Optional<HighwayWeights> fit(TrainingSet set) {
    return new RidgeFit(config(), RIDGE).fit(set, set.split().validationStart());
  }

  private static int origin(SeriesRows series) {
    return Math.max(LOOK_BACK - 1, series.firstUsable());
  }

  private static double[] predictors(SeriesRows series, int row, double unit) {
    double[] z = new double[LOOK_BACK];
    for (int i = 0; i < LOOK_BACK - 1; i++) {
      z[i] = (series.x()[row - LOOK_BACK + 1 + i] - series.x()[row]) / unit;
    }
    z[LOOK_BACK - 1] = series.scale()[row] / unit;
    return z;
  }

  private static TrainingSet set(SeriesRows series) {
    return new TrainingSet(
        List.of(series),
        List.of(),
        0,
        new TimeSplit(0, series.rows(), series.rows(), series.rows() - 1));
  }

  private static SeriesRows series(int steps) {
    Random random = new Random(5);
    float[][] values = new float[steps][1];
    double state = 0;
    for (int i = 0; i < steps; i++) {
      state = 0.9 * state + random.nextGaussian();
      values[i][0] = (float) (5 + state + 2 * Math.sin(i * Math.PI / 2));
    }
    return SeriesRows.of(List.of(new TrainingWindow("a", steps - 1, values)), config());
  }

  private static ForecasterConfig config() {
    return new ForecasterConfig(
        Duration.ofHours(1),
        HORIZON,
        new QuantileLevels(List.of(0.1, 0.5, 0.9)),
        4,
        0,
        Transform.LEVEL,
        Double.NEGATIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        List.of(),
        Calendar.NONE,
        new CellConfig(CellConfig.Kind.LSTM, 1, 4),
        LOOK_BACK,
        3,
        ForecasterConfig.Ablation.NONE);
  }
}
