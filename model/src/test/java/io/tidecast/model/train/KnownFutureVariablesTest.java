package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A load of noise and three times a temperature that follows nothing: who is told of the
 * temperature to come errs by the noise, who is not by both.
 */
class KnownFutureVariablesTest {
  private static final int HORIZON = 6;
  private static final int ROWS = 2600;
  private static final int TRAINED = 2000;
  private static final double EFFECT = 3;
  // of the absolute value of a normal law
  private static final double MEAN = Math.sqrt(2 / Math.PI);

  private final float[][] told = rows(1);
  private final float[][] sometimes = rows(0.7);

  @Test
  void theLinearMapErrsByTheNoiseAlone() throws TrainingFailedException {
    // a Gaussian with a scale of one for each: the sum of squares, and weights of 2,000 rows
    assertEquals(MEAN * Math.hypot(1, EFFECT), error(CellConfig.Kind.NONE, List.of(), told), 0.2);
    assertEquals(MEAN, error(CellConfig.Kind.NONE, List.of("wind"), told), 0.15);
  }

  @Test
  void theNetworkAloneReadsItToo() throws TrainingFailedException {
    double without = error(CellConfig.Kind.LSTM, List.of(), told);
    double with = error(CellConfig.Kind.LSTM, List.of("wind"), told);

    assertTrue(with < 0.6 * without, with + " against " + without);
  }

  @Test
  void whereItIsMissingThereIsLessToGoBy() throws TrainingFailedException {
    double half = error(CellConfig.Kind.NONE, List.of("wind"), sometimes);

    // seven of ten err by the noise, three by both, and the weights are of both
    assertTrue(half < MEAN * (0.7 + 0.3 * Math.hypot(1, EFFECT)) * 1.15, "mean error " + half);
  }

  @Test
  void nothingOfItIsInTheStateOfASeries() throws IOException {
    assertEquals(bytes(List.of(), told), bytes(List.of("wind"), told));
  }

  private static int bytes(List<String> known, float[][] rows) throws IOException {
    ForecasterConfig config = config(CellConfig.Kind.NONE, known);
    SeriesForecaster forecaster = new SeriesForecaster(config, 24);
    SeriesState state = forecaster.newState();
    for (int i = 0; i < 100; i++) {
      forecaster.step(state, step(i, rows[i], known), null);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.size();
  }

  /** Mean absolute error of the medians after what was trained on, over all leads. */
  private static double error(CellConfig.Kind kind, List<String> known, float[][] rows)
      throws TrainingFailedException {
    ForecasterConfig config = config(kind, known);
    ForecastModel model = trained(config, rows);
    SeriesForecaster forecaster = new SeriesForecaster(config, 24);
    SeriesState state = forecaster.newState();
    double sum = 0;
    int count = 0;
    for (int i = 0; i < ROWS - HORIZON; i++) {
      Forecast forecast =
          forecaster
              .step(state, step(i, rows[i], known), i < TRAINED ? null : model)
              .forecast()
              .orElseThrow();
      for (int lead = 1; i > TRAINED + 200 && lead <= HORIZON; lead++) {
        float median = forecast.quantiles()[config.levels().median()][lead - 1];
        sum += Math.abs(rows[i + lead][0] - median);
        count++;
      }
    }
    return sum / count;
  }

  private static ForecastModel trained(ForecasterConfig config, float[][] rows)
      throws TrainingFailedException {
    float[][] read = new float[TRAINED][];
    for (int i = 0; i < TRAINED; i++) {
      read[i] = Arrays.copyOf(rows[i], 1 + config.width());
    }
    return Trainings.ofOneMember(config, new Stretch("load", TRAINED - 1, read));
  }

  private static ClosedStep step(int index, float[] row, List<String> known) {
    int width = known.isEmpty() ? 1 : 1 + HORIZON;
    return new ClosedStep(index, row[0], Arrays.copyOfRange(row, 1, 1 + width));
  }

  /**
   * Load, temperature, and that of the steps to come.
   *
   * @param share of it that is told
   */
  private static float[][] rows(double share) {
    Random random = new Random(23);
    float[][] rows = new float[ROWS][2 + HORIZON];
    for (float[] row : rows) {
      row[1] = (float) random.nextGaussian();
      row[0] = (float) (50 + EFFECT * row[1] + random.nextGaussian());
    }
    for (int i = 0; i < ROWS; i++) {
      for (int lead = 1; lead <= HORIZON; lead++) {
        boolean isTold = i + lead < ROWS && random.nextDouble() < share;
        rows[i][1 + lead] = isTold ? rows[i + lead][1] : Float.NaN;
      }
    }
    return rows;
  }

  private static ForecasterConfig config(CellConfig.Kind kind, List<String> known) {
    return ForecasterConfig.of(Duration.ofHours(1), HORIZON, 1, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
        .covariates(List.of("wind"))
        .knownFuture(known)
        .cell(new CellConfig(kind, 1, 16))
        .history(48)
        .maxGap(3)
        .build();
  }
}
