package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HighwayMember;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RidgeFitTest {
  private static final int LOOK_BACK = 8;
  private static final int HORIZON = 3;
  private static final double RIDGE = 5;
  private static final int DEVIATIONS = LOOK_BACK - 1;
  // deviations, level of the covariate, scale
  private static final int PREDICTORS = DEVIATIONS + 2;

  @Test
  void gradientOfThePenalisedSquaresIsZeroAtTheSolution() {
    float[][] values = values(400);
    // further out than is read
    values[150][0] = 150;
    SeriesRows series = rows(values);
    HighwayWeights fit = fit(set(series)).orElseThrow();

    double unit = series.meanScale(400);
    for (int h = 0; h < HORIZON; h++) {
      double[] gradient = new double[PREDICTORS];
      for (int row = origin(series); row < 400 - HORIZON; row++) {
        double[] z = predictors(series, row, unit);
        double fitted = fitted(fit, h, z);
        double limit = HighwayWeights.MAX_DEVIATION * (double) series.scale()[row];
        double change = (double) series.x()[row + 1 + h] - series.x()[row];
        double residual = Math.max(-limit, Math.min(limit, change)) / unit - fitted;
        for (int i = 0; i < PREDICTORS; i++) {
          gradient[i] -= residual * z[i];
        }
      }
      for (int i = 0; i < DEVIATIONS; i++) {
        gradient[i] += RIDGE * fit.weight()[h * DEVIATIONS + i];
      }
      gradient[DEVIATIONS] += 30 * RIDGE * fit.covariateWeight()[h];
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
      double median = series.x()[row] + fitted(fit, 0, predictors(series, row, 1));
      double target = series.x()[row + 1];
      boolean above = target >= median + fit.residual()[0] * series.scale()[row];
      boolean below = target <= median + fit.residual()[2] * series.scale()[row];
      inside += above && below ? 1 : 0;
      count++;
    }
    assertEquals(0.8, (double) inside / count, 2.0 / count + 1e-3);
  }

  @Test
  void memberServesTheMedianThatWasFitted() {
    float[][] values = values(600);
    SeriesRows series = rows(values);
    HighwayWeights fit = fit(set(series)).orElseThrow();

    HighwayMember member = new HighwayMember(fit, config());
    SeriesInputs inputs = new SeriesInputs(config());
    float[] served = new float[HORIZON * 3];
    int compared = 0;
    for (int row = 0; row < values.length; row++) {
      inputs.step(values[row][0], new float[] {values[row][1]});
      if (row < origin(series) || !member.reads(inputs)) {
        continue;
      }
      member.forecast(inputs, row, new float[0], served);
      compared++;
      for (int h = 0; h < HORIZON; h++) {
        double expected =
            series.x()[row]
                + fitted(fit, h, predictors(series, row, 1))
                + fit.residual()[h * 3 + 1] * series.scale()[row];
        // float values of about 10
        assertEquals(expected, served[h * 3 + 1], 1e-5, "row " + row + ", lead " + h);
      }
    }
    assertTrue(compared > 100, "compared " + compared);
  }

  @Test
  void theCovariateThatLeadsTheTargetIsRead() {
    HighwayWeights fit = fit(set(series(2000))).orElseThrow();

    assertEquals(1, fit.covariates());
    assertTrue(fit.covariateWeight()[0] > 0.1, "weight " + fit.covariateWeight()[0]);
  }

  /** A covariate that wanders: where it stands says nothing, where it goes does. */
  @Test
  void changesOfACovariateAreReadWhereTheyLeadTheTarget() {
    Random random = new Random(7);
    float[][] values = new float[3000][2];
    for (int i = 1; i < values.length; i++) {
      values[i][1] = (float) (values[i - 1][1] + random.nextGaussian());
      double led = i < 2 ? 0 : 2 * (values[i - 1][1] - values[i - 2][1]);
      values[i][0] = (float) (0.5 * values[i - 1][0] + led + random.nextGaussian());
    }
    SeriesRows series = rows(values);
    TimeSplit split = new TimeSplit(0, 2000, 3000, 2999);
    TrainingSet set = new TrainingSet(List.of(series), List.of(), 0, split);
    RidgeBlend blend = new RidgeSelection(config(), RIDGE).choose(set).orElseThrow();

    double share =
        blend.shares().entrySet().stream()
            .filter(one -> one.getKey().covariates() == RidgeChoice.Covariates.LEVELS_AND_CHANGES)
            .mapToDouble(one -> one.getValue()[0])
            .sum();
    assertEquals(1, share, 1e-9, "chosen: " + blend.shares().keySet());
    HighwayWeights fit = new RidgeFit(config(), RIDGE).fit(set, blend);
    assertEquals(2, fit.covariates());
    assertTrue(fit.covariateWeight()[1] > 0.3, "weight " + fit.covariateWeight()[1]);
  }

  @Test
  void randomWalkReadsItsLastValueAloneAndItsChangesCoverTheirShare() throws Exception {
    ForecasterConfig walk = config(Transform.RANDOM_WALK);
    SeriesRows series = SeriesRows.of(List.of(new Stretch("a", 1999, values(2000))), walk);
    RidgeFit ridge = new RidgeFit(walk, RIDGE);
    HighwayWeights fit =
        ridge.fit(set(series), new RidgeSelection(walk, RIDGE).choose(set(series)).orElseThrow());

    assertEquals(1, fit.lookBack());
    assertEquals(0, fit.covariates());
    assertArrayEquals(new float[HORIZON], fit.intercept());
    int inside = 0;
    int count = 0;
    for (int row = series.firstUsable(); row < 2000 - HORIZON; row++) {
      double change = (series.x()[row + HORIZON] - series.x()[row]) / series.scale()[row];
      int lead = 3 * (HORIZON - 1);
      inside += change >= fit.residual()[lead] && change <= fit.residual()[lead + 2] ? 1 : 0;
      count++;
    }
    assertEquals(0.8, (double) inside / count, 2.0 / count + 1e-3);
    HighwayWeights stored =
        ModelArtifact.read(ModelArtifact.write(model(walk, fit))).highway().orElseThrow();
    assertEquals(1, stored.lookBack());
    assertArrayEquals(fit.residual(), stored.residual());
  }

  /** The changes of a walk add up: after a hundred steps they come to ten times those of one. */
  @Test
  void quantilesOfARandomWalkAtALateLeadReachAsFarAsItGoes() {
    ForecasterConfig walk = config(Transform.RANDOM_WALK, 100);
    Random random = new Random(3);
    float[][] values = new float[20_000][2];
    for (int i = 1; i < values.length; i++) {
      values[i][0] = (float) (values[i - 1][0] + random.nextGaussian());
    }
    SeriesRows series = SeriesRows.of(List.of(new Stretch("a", values.length - 1, values)), walk);
    HighwayWeights fit =
        new RidgeFit(walk, RIDGE)
            .fit(set(series), new RidgeSelection(walk, RIDGE).choose(set(series)).orElseThrow());

    // 1.28 deviations; 200 stretches that do not overlap
    assertEquals(-12.8, fit.residual()[3 * 99], 2.5);
    assertEquals(12.8, fit.residual()[3 * 99 + 2], 2.5);
  }

  @Test
  void lookBackAndPenaltyAreChosenOnWhatWasNotFitted() {
    SeriesRows series = series(2000);
    TimeSplit split = new TimeSplit(0, 1500, 2000, 1999);
    TrainingSet set = new TrainingSet(List.of(series), List.of(), 0, split);

    RidgeBlend blend = new RidgeSelection(config(), RIDGE).choose(set).orElseThrow();

    double[] sums = new double[HORIZON];
    for (double[] shares : blend.shares().values()) {
      for (int h = 0; h < HORIZON; h++) {
        sums[h] += shares[h];
      }
    }
    assertArrayEquals(new double[] {1, 1, 1}, sums, 1e-9);
    assertTrue(
        blend.shares().keySet().stream()
            .anyMatch(choice -> choice.covariates() != RidgeChoice.Covariates.NONE),
        "the covariate leads the target: " + blend.shares().keySet());
  }

  @Test
  void oneAbsurdValueHardlyMovesTheMap() {
    float[][] values = values(2000);
    HighwayWeights clean = fit(set(rows(values))).orElseThrow();
    values[1000][0] = 1e6f;

    HighwayWeights fit = fit(set(rows(values))).orElseThrow();

    // without limits it was thousands of times as large
    assertTrue(norm(fit) < 1.2 * norm(clean), norm(fit) + " against " + norm(clean));
  }

  private static double norm(HighwayWeights fit) {
    return AdamW.norm(fit.weight());
  }

  @Test
  void missingTargetsAreForecastNotCarriedForward() {
    float[][] values = values(3000);
    HighwayWeights whole = fit(set(rows(values))).orElseThrow();
    for (int i = 0; i < values.length; i += 2) {
      if (i % 8 == 0) {
        values[i][0] = Float.NaN;
      }
    }

    HighwayWeights fit = fit(set(rows(values))).orElseThrow();

    // half of the weight would be lost if the value at the origin stood for every eighth target
    assertEquals(whole.covariateWeight()[0], fit.covariateWeight()[0], 0.1);
  }

  @Test
  void tooFewOriginsGiveNoHighway() {
    assertTrue(new RidgeSelection(config(), RIDGE).choose(set(series(26))).isEmpty());
  }

  private static Optional<HighwayWeights> fit(TrainingSet set) {
    return Optional.of(new RidgeFit(config(), RIDGE).fit(set, plain()));
  }

  private static RidgeBlend plain() {
    return RidgeBlend.of(new RidgeChoice(LOOK_BACK, RIDGE, true, false, false), HORIZON);
  }

  private static int origin(SeriesRows series) {
    return Math.max(LOOK_BACK - 1, series.firstUsable());
  }

  private static double[] predictors(SeriesRows series, int row, double unit) {
    double[] z = new double[PREDICTORS];
    double scale = series.scale()[row] / unit;
    for (int i = 0; i < DEVIATIONS; i++) {
      double deviation = series.x()[row - LOOK_BACK + 1 + i] - series.x()[row];
      double limit = HighwayWeights.MAX_DEVIATION * (double) series.scale()[row];
      z[i] = Math.max(-limit, Math.min(limit, deviation)) / unit;
    }
    z[DEVIATIONS] = series.inputs()[row][InputLayout.of(config()).covariateLevel(0)] * scale;
    z[DEVIATIONS + 1] = scale;
    return z;
  }

  /** Change of the target by the equation of {@link HighwayWeights}, without the residuals. */
  private static double fitted(HighwayWeights fit, int h, double[] z) {
    double fitted = fit.covariateWeight()[h] * z[DEVIATIONS];
    fitted += fit.intercept()[h] * z[DEVIATIONS + 1];
    for (int i = 0; i < DEVIATIONS; i++) {
      fitted += fit.weight()[h * DEVIATIONS + i] * z[i];
    }
    return fitted;
  }

  private static ForecastModel model(HighwayWeights highway) {
    return model(config(), highway);
  }

  private static ForecastModel model(ForecasterConfig config, HighwayWeights highway) {
    return ModelArtifact.seal(
        config, List.of(), null, highway, new Provenance("load", 1, "", 1, 0, 1, 1, 1, "test", 0));
  }

  private static TrainingSet set(SeriesRows series) {
    return new TrainingSet(
        List.of(series),
        List.of(),
        0,
        new TimeSplit(0, series.rows(), series.rows(), series.rows() - 1));
  }

  private static SeriesRows series(int steps) {
    return rows(values(steps));
  }

  private static SeriesRows rows(float[][] values) {
    return SeriesRows.of(List.of(new Stretch("a", values.length - 1, values)), config());
  }

  /** The covariate, missing now and then, is felt in the next value of the target. */
  private static float[][] values(int steps) {
    Random random = new Random(5);
    float[][] values = new float[steps][2];
    double state = 0;
    double wind = 0;
    for (int i = 0; i < steps; i++) {
      state = 0.9 * state + wind + random.nextGaussian();
      wind = random.nextGaussian();
      values[i][0] = (float) (5 + state + 2 * Math.sin(i * Math.PI / 2));
      values[i][1] = i % 11 == 3 ? Float.NaN : (float) (20 + 3 * wind);
    }
    return values;
  }

  private static ForecasterConfig config() {
    return config(Transform.LEVEL);
  }

  private static ForecasterConfig config(Transform transform) {
    return config(transform, HORIZON);
  }

  private static ForecasterConfig config(Transform transform, int horizon) {
    return ForecasterConfig.of(Duration.ofHours(1), horizon, 4, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
        .transform(transform)
        .covariates(List.of("wind"))
        .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 4))
        .history(LOOK_BACK)
        .maxGap(3)
        .build();
  }
}
