package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Anomaly;
import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.Limits;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.eval.BacktestRow;
import io.tidecast.model.eval.Method;
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
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Series that stand higher than single precision tells their changes at. */
class HighLevelsTest {
  private static final double HIGH = 1.7e9;
  private static final int STEPS = 400;
  private static final int HORIZON = 12;
  private static final float[] NOTHING = new float[2];

  private static List<ClosedStep> steps(LongToDoubleFunction values, double above) {
    List<ClosedStep> steps = new ArrayList<>();
    for (int t = 0; t < STEPS; t++) {
      if (t % 37 < 35) {
        steps.add(new ClosedStep(t, above + values.applyAsDouble(t), NOTHING));
      }
    }
    return steps;
  }

  private static double[] counter() {
    Random random = new Random(5);
    double[] values = new double[STEPS];
    for (int t = 0; t < STEPS; t++) {
      values[t] = 600 + 60.0 * t + 20 * Math.sin(t / 3.0) + 8 * random.nextGaussian();
    }
    return values;
  }

  private static List<Forecast> forecasts(
      ForecasterConfig config, ForecastModel model, List<ClosedStep> steps) {
    SeriesForecaster forecaster = new SeriesForecaster(config, 24);
    SeriesState state = forecaster.newState();
    List<Forecast> made = new ArrayList<>();
    for (ClosedStep step : steps) {
      forecaster.step(state, step, model).forecast().ifPresent(made::add);
    }
    return made;
  }

  @ParameterizedTest
  @EnumSource(
      value = Transform.class,
      names = {"LEVEL", "RANDOM_WALK"})
  void counterIsForecastAsWhatItHasAboveItsStart(Transform transform) {
    ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    double[] values = counter();

    List<Forecast> low = forecasts(config, model, steps(t -> values[(int) t], 0));
    List<Forecast> high = forecasts(config, model, steps(t -> values[(int) t], HIGH));

    List<Forecast> higher = forecasts(config, model, steps(t -> values[(int) t], 10 * HIGH));

    assertEquals(0, apart(high, higher, 9 * HIGH), 0.002);
    // what was learnt of the first scale, a tenth of the only value, fades
    assertEquals(0, apart(low, high, HIGH), 0.1);
  }

  private static double apart(List<Forecast> low, List<Forecast> high, double above) {
    assertEquals(low.size(), high.size());
    int first = 50;
    double sum = 0;
    for (int i = first; i < low.size(); i++) {
      sum += apart(low.get(i), high.get(i), above);
    }
    return sum / (low.size() - first);
  }

  /** How far quantiles are apart in the mean, as a share of the interval. */
  private static double apart(Forecast low, Forecast high, double above) {
    int levels = low.quantiles().length;
    double sum = 0;
    for (int lead = 1; lead <= HORIZON; lead++) {
      double width = low.quantile(levels - 1, lead) - low.quantile(0, lead);
      for (int j = 0; j < levels; j++) {
        sum += Math.abs(low.quantile(j, lead) - high.quantile(j, lead) + above) / width;
      }
    }
    return sum / levels / HORIZON;
  }

  @Test
  void valuesThatDifferByOneInAHundredMillionAreToldApart() {
    ForecasterConfig config = GeneratedSeries.config(Transform.RANDOM_WALK, HORIZON);
    List<Forecast> made = forecasts(config, null, steps(t -> t % 2 == 0 ? 0.01 : 0.02, 1_000_000));

    int median = config.levels().median();
    for (Forecast forecast : made.subList(1, made.size())) {
      double last = forecast.origin() % 2 == 0 ? 1_000_000.01 : 1_000_000.02;
      assertEquals(last, forecast.quantile(median, 1), 1e-6);
    }
  }

  @Test
  void priceThatHardlyMovesComesBackInFull() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LOG_RETURN, HORIZON);
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    Random random = new Random(6);
    double[] price = new double[STEPS];
    double value = 42_283.58;
    for (int t = 0; t < STEPS; t++) {
      value += 0.01 * Math.round(random.nextGaussian());
      price[t] = value;
    }

    List<Forecast> made = forecasts(config, model, steps(t -> price[(int) t], 0));

    Forecast last = made.get(made.size() - 1);
    int median = config.levels().median();
    double width = last.quantile(6, 1) - last.quantile(0, 1);
    assertEquals(price[(int) last.origin()], last.quantile(median, 1), 1e-6);
    assertTrue(width > 0.02 && width < 0.08, "width " + width);
    assertNotEquals(last.quantile(2, 1), last.quantile(1, 1));
  }

  @Test
  void ordinarySeriesAreToldFromZero() {
    for (Transform transform : Transform.values()) {
      ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
      for (Forecast forecast : forecasts(config, null, GeneratedSeries.steps(3, 500))) {
        assertEquals(0, forecast.base());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneTinyChangeGivesNoBaseForEver(Transform transform) {
    Random random = new Random(8);
    LongToDoubleFunction tenths =
        t -> t < 2 ? 20 + 0.00002 * t : 20 + 0.1 * Math.round(20 * random.nextDouble());

    List<Forecast> made =
        forecasts(GeneratedSeries.config(transform, HORIZON), null, steps(tenths, 0));

    assertNotEquals(0, made.get(1).base());
    assertEquals(0, made.get(made.size() - 1).base());
  }

  @Test
  void aCounterThatIsFastForHalfASeasonKeepsItsBase() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    double[] values = new double[STEPS];
    for (int t = 1; t < STEPS; t++) {
      values[t] = values[t - 1] + (t % 6 < 3 ? 10 : 5000);
    }

    List<Forecast> made = forecasts(config, null, steps(t -> values[(int) t], HIGH));

    for (Forecast forecast : made.subList(10, made.size())) {
      assertNotEquals(0, forecast.base(), "at " + forecast.origin());
    }
  }

  @ParameterizedTest
  @EnumSource
  void someReadingsOfABrokenSensorMoveNoBase(Transform transform) {
    Random random = new Random(9);
    LongToDoubleFunction sensor =
        t -> t >= 200 && t < 207 ? 4_294_967_495.0 - t : 20 + 0.5 * random.nextGaussian();

    for (Forecast forecast :
        forecasts(GeneratedSeries.config(transform, HORIZON), null, steps(sensor, 0))) {
      assertEquals(0, forecast.base());
    }
  }

  @ParameterizedTest
  @EnumSource
  void targetsAreSummedUpInFull(Transform transform) {
    SeriesForecaster forecaster =
        new SeriesForecaster(GeneratedSeries.config(transform, HORIZON), 24);
    SeriesState state = forecaster.newState();
    double[] values = counter();
    List<Evaluation> evaluations = new ArrayList<>();

    for (ClosedStep step : steps(t -> values[(int) t], HIGH)) {
      evaluations.addAll(forecaster.step(state, step, null).evaluations());
    }

    for (Evaluation one : evaluations.subList(4, evaluations.size())) {
      double middle = HIGH + values[(int) one.end() - 12];
      assertEquals(
          middle, one.absoluteTarget()[0] / one.count()[0], 2000, transform + " " + one.end());
    }
  }

  @Test
  void valuesOfOneFloatThatDifferAreNoRepeats() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, 24);
    SeriesState state = forecaster.newState();

    for (ClosedStep step : steps(t -> t == 0 ? 50 : 0, HIGH).subList(0, 3)) {
      forecaster.step(state, step, null);
    }

    // one in three
    assertFalse(state.anomalies().holds());
  }

  @Test
  void limitsHoldAndCountsStayWhole() {
    ForecasterConfig config =
        GeneratedSeries.config(Transform.LEVEL, HORIZON).toBuilder()
            .limits(new Limits(HIGH, HIGH + 6))
            .build();
    Random random = new Random(7);
    List<Forecast> made =
        forecasts(
            config, null, steps(t -> Math.min(6, random.nextInt(5) * random.nextInt(3)), HIGH));

    for (Forecast forecast : made.subList(200, made.size())) {
      for (int j = 0; j < forecast.quantiles().length; j++) {
        double quantile = forecast.quantile(j, 3);
        assertTrue(quantile >= HIGH && quantile <= HIGH + 6, forecast.origin() + ": " + quantile);
        assertEquals(Math.rint(quantile), quantile);
      }
    }
  }

  /** As a counter that a restart set to zero, or a source that began with nothing. */
  @Test
  void baseFollowsASeriesThatHasGoneElsewhere() {
    ForecasterConfig config = GeneratedSeries.config(Transform.RANDOM_WALK, HORIZON);
    double[] values = counter();
    List<ClosedStep> moved =
        steps(t -> values[(int) t] + (t < 100 ? 0 : t < 250 ? HIGH : -HIGH), 0);

    List<Forecast> made = forecasts(config, null, moved);
    List<Forecast> usual = forecasts(config, null, steps(t -> values[(int) t], 0));

    Forecast last = made.get(made.size() - 1);
    int median = config.levels().median();
    double value = usual.get(usual.size() - 1).quantile(median, 1);
    assertEquals(value, last.quantile(median, 1) + HIGH, 0.01);
    double width = last.quantile(6, 1) - last.quantile(0, 1);
    assertTrue(width < 400, "width " + width);
  }

  @Test
  void storedStateGoesOn() throws IOException {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    ForecastModel model = RandomModels.model(config, "test-1", 1);
    SeriesForecaster forecaster = new SeriesForecaster(config, 24);
    SeriesState state = forecaster.newState();
    double[] values = counter();
    SeriesState restored = forecaster.newState();
    ByteArrayOutputStream history = new ByteArrayOutputStream();

    for (ClosedStep step : steps(t -> values[(int) t], HIGH)) {
      forecaster.step(state, step, model);
      forecaster.step(restored, step, model);
      if (restored.historyIsDue()) {
        history.reset();
        restored.writeHistory(new DataOutputStream(history));
      }
      ByteArrayOutputStream live = new ByteArrayOutputStream();
      restored.writeLive(new DataOutputStream(live));
      restored = forecaster.newState().read(in(history), in(live));
      assertEquals(state, restored);
      assertEquals(state, state.copy());
    }
  }

  @Test
  void anAnomalyIsTheObservationItselfAlsoFromStoredState() throws IOException {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, 24);
    SeriesState state = forecaster.newState();
    double[] values = counter();
    for (ClosedStep step : steps(t -> values[(int) t], HIGH).subList(0, 210)) {
      forecaster.step(state, step, null);
    }
    int next = (int) state.lastIndex() + 1;
    double spike = HIGH + 30_012.3;
    Anomaly seen =
        forecaster.step(state, new ClosedStep(next, spike, NOTHING), null).anomaly().orElseThrow();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    SeriesState restored = SeriesState.read(in(bytes), config);
    ClosedStep back = new ClosedStep(next + 1, HIGH + values[next + 1], NOTHING);

    assertEquals(spike, seen.value());
    assertTrue(seen.upper() > HIGH && seen.upper() < spike, seen.toString());
    Anomaly known = seen.as(Anomaly.Cause.SPIKE, 1);
    assertEquals(known, forecaster.step(state, back, null).anomaly().orElseThrow());
    assertEquals(known, forecaster.step(restored, back, null).anomaly().orElseThrow());
  }

  private static DataInputStream in(ByteArrayOutputStream bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
  }

  @Test
  void amendedPastIsThatOfASeriesThatCameInOrder() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, 24, 30);
    double[] values = counter();
    List<ClosedStep> inOrder = steps(t -> values[(int) t], HIGH);
    List<ClosedStep> late = new ArrayList<>(inOrder);
    ClosedStep missing = late.remove(100);

    SeriesForecaster.Amended one =
        forecaster.stepAgain(
            forecaster.newState(), Anchors.NONE, late.subList(0, 110), t -> Optional.empty());
    long from = Math.floorDiv(missing.index(), 30L) * 30;
    List<ClosedStep> again =
        inOrder.subList(0, 111).stream().filter(step -> step.index() >= from).toList();
    SeriesState amended =
        forecaster
            .amend(one.state(), one.anchors(), missing.index(), again, t -> Optional.empty())
            .orElseThrow()
            .state();
    SeriesState expected =
        forecaster
            .stepAgain(
                forecaster.newState(), Anchors.NONE, inOrder.subList(0, 111), t -> Optional.empty())
            .state();

    ClosedStep next = inOrder.get(111);
    Forecast ofAmended = forecaster.step(amended, next, null).forecast().orElseThrow();
    Forecast ofExpected = forecaster.step(expected, next, null).forecast().orElseThrow();
    for (int j = 0; j < ofExpected.quantiles().length; j++) {
      assertEquals(ofExpected.quantile(j, 1), ofAmended.quantile(j, 1));
    }
  }

  @Test
  void backtestScoresItAsWhatItHasAboveItsStart() {
    ForecasterConfig config = GeneratedSeries.config(Transform.LEVEL, HORIZON);
    double[] values = counter();
    Backtest backtest = new Backtest(config, new Backtest.Split(200, 250, STEPS));
    for (Method method :
        List.of(
            Method.online("online", config, t -> Optional.empty()),
            Method.persistence(config),
            Method.holtWinters(config, 200))) {
      BacktestRow low = backtest.score(method, List.of(stretch(values, 0))).total();
      BacktestRow high = backtest.score(method, List.of(stretch(values, HIGH))).total();
      assertEquals(low.mae(), high.mae(), 0.01 * low.mae(), method.name());
      assertEquals(low.crps(), high.crps(), 0.01 * low.crps(), method.name());
    }
  }

  private static Stretch stretch(double[] values, double base) {
    float[][] rows = new float[STEPS][3];
    for (int t = 0; t < STEPS; t++) {
      rows[t][0] = (float) values[t];
    }
    return new Stretch("a", STEPS - 1, rows, base);
  }
}
