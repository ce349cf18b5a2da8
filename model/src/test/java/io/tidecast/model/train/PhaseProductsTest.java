package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Stretch;
import io.tidecast.model.weights.HighwayWeights;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Series whose past says another thing at each phase of the season. */
class PhaseProductsTest {
  private static final int STEPS = 3000;
  private static final int SEASON = 8;
  private static final RidgeBlend PLAIN =
      RidgeBlend.of(new RidgeChoice(24, 300, false, false, false), 2);

  @Test
  void whatTurnsWithTheSeasonIsForecastByWeightsThatDo() {
    float[][] values = new float[STEPS][1];
    Random random = new Random(8);
    for (int i = 1; i < STEPS; i++) {
      double kept = 0.9 * Math.cos(2 * Math.PI * i / SEASON);
      values[i][0] = (float) (kept * values[i - 1][0] + random.nextGaussian());
    }
    TrainingSet set = set(values);
    RidgeBlend blend = new RidgeSelection(config(), 300).choose(set).orElseThrow();

    double share =
        blend.shares().entrySet().stream()
            .filter(one -> one.getKey().products() != RidgeChoice.Products.NONE)
            .mapToDouble(one -> one.getValue()[0])
            .sum();
    assertEquals(1, share, 1e-9, "chosen: " + blend.shares().keySet());
    double error = error(set, blend);
    assertTrue(error < 0.9 * error(set, PLAIN), error + " against " + error(set, PLAIN));
  }

  @Test
  void noiseHasNoUseForThem() {
    float[][] values = new float[STEPS][1];
    Random random = new Random(9);
    for (float[] row : values) {
      row[0] = (float) random.nextGaussian();
    }
    TrainingSet set = set(values);
    RidgeBlend blend = new RidgeSelection(config(), 300).choose(set).orElseThrow();

    double error = error(set, blend);
    assertTrue(error < 1.01 * error(set, PLAIN), error + " against " + error(set, PLAIN));
  }

  /** Root mean squared error at lead 1 after the training part. */
  private static double error(TrainingSet set, RidgeBlend blend) {
    HighwayWeights map = new RidgeFit(config(), 300).fit(set, blend);
    SeriesRows rows = set.series().get(0);
    BaseForecast forecast = BaseForecast.of(config(), map);
    float[] out = new float[config().horizon()];
    double sum = 0;
    int count = 0;
    for (int row = set.trainingEnd(rows); row + 1 < rows.rows(); row++) {
      forecast.fill(rows, row, out);
      double error = rows.x()[row] + out[0] * rows.scale()[row] - rows.x()[row + 1];
      sum += error * error;
      count++;
    }
    return Math.sqrt(sum / count);
  }

  private static TrainingSet set(float[][] values) {
    SeriesRows rows = SeriesRows.of(List.of(new Stretch("a", STEPS - 1, values)), config());
    return new TrainingSet(
        List.of(rows), List.of(), 0, new TimeSplit(0, STEPS / 2, STEPS, STEPS - 1));
  }

  private static ForecasterConfig config() {
    return ForecasterConfig.of(Duration.ofHours(1), 2, SEASON, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
        .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 4))
        .history(24)
        .maxGap(3)
        .build();
  }
}
