package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.input.WalkSpread;
import io.tidecast.model.member.HighwayMember;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random walks whose volatility comes and goes, or does not. */
class WalkFitTest {
  private static final int STEPS = 8000;
  private static final int TRAINED = 6000;
  private static final int HORIZON = 3;

  @Test
  void whereFallsMakeAWalkRestlessAFittedSpreadForecastsItBetter() {
    float[][] values = restlessAfterFalls();
    TrainingSet set = set(values);
    assertTrue(new WalkFit(config()).choosesSpread(set));
    double fitted = loss(new WalkFit(config()).fit(set, true), values);
    double plain = loss(new WalkFit(config()).fit(set, false), values);
    assertTrue(fitted < 0.97 * plain, fitted + " against " + plain);
  }

  /** Pinball loss at lead 1 after the training part. */
  private static double loss(HighwayWeights fit, float[][] values) {
    HighwayMember member = new HighwayMember(fit, config());
    SeriesInputs inputs = new SeriesInputs(config());
    float[] served = new float[HORIZON * 3];
    double sum = 0;
    for (int i = 0; i < STEPS - 1; i++) {
      inputs.step(values[i][0], new float[0]);
      member.forecast(inputs, i, new float[0], served);
      for (int j = 0; i >= TRAINED && j < 3; j++) {
        sum += PinballLoss.of(config().levels().get(j), values[i + 1][0], served[j]);
      }
    }
    return sum;
  }

  @Test
  void memberServesWhatWasFittedAfterItWasStored() throws Exception {
    float[][] values = restlessAfterFalls();
    HighwayWeights fit = new WalkFit(config()).fit(set(values), true);
    HighwayWeights stored =
        ModelArtifact.read(
                ModelArtifact.write(
                    ModelArtifact.seal(
                        config(),
                        List.of(),
                        null,
                        fit,
                        new Provenance("load", 1, "", 1, 0, 1, 1, 1, "test", 0))))
            .highway()
            .orElseThrow();
    assertArrayEquals(fit.spreadWeight(), stored.spreadWeight());

    SeriesRows series = rows(values);
    HighwayMember member = new HighwayMember(stored, config());
    SeriesInputs inputs = new SeriesInputs(config());
    float[] served = new float[HORIZON * 3];
    float[] parts = new float[WalkSpread.size(config())];
    for (int row = 0; row < 500; row++) {
      inputs.step(values[row][0], new float[0]);
      member.forecast(inputs, row, new float[0], served);
      WalkSpread.fill(series.inputs()[row], parts);
      for (int k = 0; k < served.length; k++) {
        double spread = 0;
        for (int p = 0; p < parts.length; p++) {
          spread += (double) fit.spreadWeight()[k / 3 * parts.length + p] * parts[p];
        }
        double expected = series.x()[row] + fit.residual()[k] * spread * series.scale()[row];
        // float values of about a hundred
        assertEquals(expected, served[k], 1e-3, "row " + row + ", output " + k);
      }
    }
  }

  /** The running volatility is that of the newest steps, which is chance where it is steady. */
  @Test
  void aFittedSpreadOfASteadyWalkIsSteadierThanItsRunningVolatility() {
    Random random = new Random(6);
    float[][] values = new float[STEPS][1];
    for (int i = 1; i < STEPS; i++) {
      values[i][0] = (float) (values[i - 1][0] + random.nextGaussian());
    }
    TrainingSet set = set(values);
    double fitted = errorOfWidth(new WalkFit(config()).fit(set, true), values);
    double plain = errorOfWidth(new WalkFit(config()).fit(set, false), values);
    assertTrue(fitted < 0.8 * plain, fitted + " against " + plain);
  }

  /** Mean distance from the width that holds 80 % of a normal law. */
  private static double errorOfWidth(HighwayWeights fit, float[][] values) {
    HighwayMember member = new HighwayMember(fit, config());
    SeriesInputs inputs = new SeriesInputs(config());
    float[] served = new float[HORIZON * 3];
    double sum = 0;
    for (int i = 0; i < STEPS; i++) {
      inputs.step(values[i][0], new float[0]);
      if (i >= TRAINED) {
        member.forecast(inputs, i, new float[0], served);
        sum += Math.abs(served[2] - served[0] - 2 * 1.2816);
      }
    }
    return sum / (STEPS - TRAINED);
  }

  @Test
  void withoutAValidationPartNothingIsChosen() {
    SeriesRows series = rows(restlessAfterFalls());
    TimeSplit all = new TimeSplit(0, STEPS, STEPS, STEPS - 1);
    assertFalse(
        new WalkFit(config()).choosesSpread(new TrainingSet(List.of(series), List.of(), 0, all)));
  }

  /** Glosten, Jagannathan and Runkle 1993: falls raise the variance of the steps to come. */
  private static float[][] restlessAfterFalls() {
    Random random = new Random(5);
    float[][] values = new float[STEPS][1];
    values[0][0] = 100;
    double variance = 1;
    for (int i = 1; i < STEPS; i++) {
      double change = Math.sqrt(variance) * random.nextGaussian();
      values[i][0] = (float) (values[i - 1][0] + change);
      variance = 0.1 + 0.75 * variance + (change < 0 ? 0.35 * change * change : 0);
    }
    return values;
  }

  private static TrainingSet set(float[][] values) {
    TimeSplit split = new TimeSplit(0, TRAINED, STEPS, STEPS - 1);
    return new TrainingSet(List.of(rows(values)), List.of(), 0, split);
  }

  private static SeriesRows rows(float[][] values) {
    return SeriesRows.of(List.of(new Stretch("a", values.length - 1, values)), config());
  }

  private static ForecasterConfig config() {
    return ForecasterConfig.of(Duration.ofHours(1), HORIZON, 1, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
        .transform(Transform.RANDOM_WALK)
        .cell(new CellConfig(CellConfig.Kind.NONE, 1, 4))
        .history(8)
        .maxGap(3)
        .build();
  }
}
