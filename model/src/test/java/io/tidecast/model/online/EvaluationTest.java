package io.tidecast.model.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.GeneratedSeries;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.ForecastModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Evaluations against a recount from the forecasts and observations themselves, within what the
 * stored form of a forecast may be off, see {@link QuantileCode}.
 */
class EvaluationTest {
  private static final int HORIZON = 5;
  private static final int PERIOD = 12;
  private static final ForecasterConfig CONFIG =
      GeneratedSeries.config(Transform.LOG_RETURN, HORIZON);
  private static final int[] ALL = IntStream.range(0, CONFIG.levels().size()).toArray();

  /**
   * @param naive {@code [horizon][levels]}, with the widths of its origin
   */
  private record Made(
      Forecast forecast, float[][] naive, float last, float scale, String version) {}

  private final Map<Long, Made> made = new HashMap<>();
  private final Map<Long, Float> observed = new HashMap<>();

  @Test
  void sumsEqualABruteForceRecount() {
    List<Evaluation> evaluations = runSeries();

    int scored = 0;
    Map<String, Integer> periods = new HashMap<>();
    for (Evaluation evaluation : evaluations) {
      assertEquals(0, evaluation.end() % PERIOD);
      assertEquals(1, periods.merge(evaluation.end() + evaluation.version(), 1, Integer::sum));
      for (int lead = 1; lead <= HORIZON; lead++) {
        scored += recount(evaluation, lead);
      }
    }
    assertEquals(allTargets(), scored);
    assertTrue(evaluations.stream().map(Evaluation::version).distinct().count() == 5);
  }

  @ParameterizedTest
  @EnumSource
  void sumsAreFiniteWhateverComes(Transform transform) {
    ForecasterConfig config = GeneratedSeries.config(transform, HORIZON);
    SeriesForecaster forecaster = new SeriesForecaster(config, PERIOD);
    SeriesState state = forecaster.newState();
    List<Evaluation> evaluations = new ArrayList<>();
    int absurd = 60;
    for (ClosedStep step : GeneratedSeries.steps(1, 120)) {
      double value = absurd-- == 0 ? 1e20 : absurd == -20 ? 1e30 : step.value();
      ClosedStep spoilt = new ClosedStep(step.index(), value, step.covariates());
      evaluations.addAll(forecaster.step(state, spoilt, null).evaluations());
    }

    double largest = 0;
    for (Evaluation evaluation : evaluations) {
      for (double sum : sums(evaluation)) {
        assertTrue(Double.isFinite(sum), evaluation.toString());
        largest = Math.max(largest, sum);
      }
    }
    assertEquals(Float.MAX_VALUE, largest);
  }

  private static double[] sums(Evaluation one) {
    return Stream.concat(
            Stream.of(one.width()),
            Stream.of(
                one.absoluteError(),
                one.squaredError(),
                one.pinball(),
                one.naiveAbsoluteError(),
                one.naivePinball(),
                one.persistenceAbsoluteError(),
                one.absoluteTarget()))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  @Test
  void sumsThatWereStoredAsInfiniteAreFinite() throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Scores.bytes(CONFIG)).order(ByteOrder.LITTLE_ENDIAN);
    int intervals = CONFIG.levels().intervals();
    // a byte for each count
    bytes.put((byte) 2).position(1 + HORIZON * (1 + intervals));
    while (bytes.hasRemaining()) {
      bytes.putFloat(Float.POSITIVE_INFINITY);
    }
    Scores scores = new Scores(CONFIG);

    scores.read(new DataInputStream(new ByteArrayInputStream(bytes.array())));

    for (double sum : sums(scores.evaluation(0, ""))) {
      assertEquals(Float.MAX_VALUE, sum);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256, 65_535, 65_536})
  void countsOfAnySizeAreReadBack(int count) throws IOException {
    Scores scores = new Scores(CONFIG);
    float[] served = new float[CONFIG.levels().size()];
    for (int i = 0; i < count; i++) {
      scores.add(1, 1, 1, served, 0, 0, 0, 0);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    scores.write(new DataOutputStream(bytes));
    Scores read = new Scores(CONFIG);

    read.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    assertEquals(scores.evaluation(0, ""), read.evaluation(0, ""));
    assertEquals(count, read.evaluation(0, "").count()[1]);
  }

  private List<Evaluation> runSeries() {
    GeneratedSeries series = new GeneratedSeries(1);
    SeriesForecaster forecaster = new SeriesForecaster(CONFIG, PERIOD);
    SeriesState state = forecaster.newState();
    List<Evaluation> evaluations = new ArrayList<>();
    for (long t = -150; t < 150; t++) {
      float value = series.perhapsMissing(series.value(t), 10);
      float[] covariates = series.covariates();
      if (t % 17 == 3 || (t > 20 && t < 50)) {
        continue;
      }
      ClosedStep step = new ClosedStep(t, value, covariates);
      ForecastModel model =
          t < -60 ? null : RandomModels.model(CONFIG, "v" + Math.floorDiv(t, 70), t / 70);
      StepResult result = forecaster.step(state, step, model);
      for (Evaluation evaluation : result.evaluations()) {
        assertTrue(evaluation.end() <= t);
      }
      evaluations.addAll(result.evaluations());
      if (result.forecast().isPresent()) {
        String version = model == null ? "" : model.version();
        float scale = (float) (value * (Math.exp(state.inputs().scale()) - 1));
        made.put(t, new Made(result.forecast().get(), naive(state), value, scale, version));
        observed.put(t, value);
      }
    }
    evaluations.addAll(forecaster.flush(state));
    assertTrue(forecaster.flush(state).isEmpty());
    return evaluations;
  }

  private int allTargets() {
    int targets = 0;
    for (long origin : made.keySet()) {
      for (int lead = 1; lead <= HORIZON; lead++) {
        targets += observed.containsKey(origin + lead) ? 1 : 0;
      }
    }
    return targets;
  }

  private static float[][] naive(SeriesState state) {
    float[][] naive = new float[HORIZON][CONFIG.levels().size()];
    for (int h = 0; h < HORIZON; h++) {
      float value = state.inputs().seasonalNaive(h + 1);
      // horizon 5: every lead is a knot
      state
          .naives()
          .quantiles(NaiveExperts.SEASON, h, value, state.inputs().scale(), ALL, naive[h]);
      naive[h][CONFIG.levels().median()] = value;
      for (int j = 0; j < naive[h].length; j++) {
        naive[h][j] = (float) Math.exp(naive[h][j]);
      }
    }
    return naive;
  }

  private int recount(Evaluation evaluation, int lead) {
    int count = 0;
    double[] sums = new double[7];
    double[] slack = new double[4];
    int[] inside = new int[3];
    int[] near = new int[3];
    double[] width = new double[3];
    for (long target = evaluation.end() - PERIOD + 1; target <= evaluation.end(); target++) {
      Made forecast = made.get(target - lead);
      if (!observed.containsKey(target)
          || forecast == null
          || !forecast.version().equals(evaluation.version())) {
        continue;
      }
      double y = observed.get(target);
      float[] served = column(forecast.forecast(), lead);
      float[] naive = forecast.naive()[lead - 1];
      count++;
      sums[0] += Math.abs(y - served[3]);
      sums[1] += (y - served[3]) * (y - served[3]);
      sums[2] += pinball(y, served);
      sums[3] += Math.abs(y - naive[3]);
      sums[4] += pinball(y, naive);
      sums[5] += Math.abs(y - forecast.last());
      sums[6] += Math.abs(y);
      double ofMedian = 0.0015 * forecast.scale() + 1e-4;
      slack[0] += ofMedian;
      slack[1] += 2 * ofMedian * Math.abs(y - served[3]) + 1e-4;
      slack[2] += ofMedian + (served[6] - served[0]) / 64;
      for (int i = 0; i < 3; i++) {
        double off = ofMedian + (served[6 - i] - served[i]) / 32;
        inside[i] += y >= served[i] && y <= served[6 - i] ? 1 : 0;
        near[i] += Math.min(Math.abs(y - served[i]), Math.abs(y - served[6 - i])) < off ? 1 : 0;
        width[i] += (double) served[6 - i] - served[i];
      }
    }
    int h = lead - 1;
    assertEquals(count, evaluation.count()[h]);
    assertEquals(sums[0], evaluation.absoluteError()[h], slack[0]);
    assertEquals(sums[1], evaluation.squaredError()[h], slack[1]);
    assertEquals(sums[2], evaluation.pinball()[h], slack[2]);
    assertEquals(sums[3], evaluation.naiveAbsoluteError()[h], 1e-4 * (1 + sums[3]));
    // its widths are those of the time of the target, and find their size in the first 50 steps
    if (evaluation.end() > -100) {
      assertEquals(sums[4], evaluation.naivePinball()[h], 0.1 * sums[4]);
    }
    assertEquals(sums[5], evaluation.persistenceAbsoluteError()[h], 1e-4 * (1 + sums[5]));
    assertEquals(sums[6], evaluation.absoluteTarget()[h], 1e-4 * (1 + sums[6]));
    for (int i = 0; i < 3; i++) {
      assertEquals(inside[i], evaluation.inside()[i][h], near[i]);
      assertEquals(width[i], evaluation.width()[i][h], width[i] / 32 + 1e-3);
    }
    return count;
  }

  private static float[] column(Forecast forecast, int lead) {
    float[] column = new float[forecast.quantiles().length];
    for (int j = 0; j < column.length; j++) {
      column[j] = forecast.quantiles()[j][lead - 1];
    }
    return column;
  }

  private static double pinball(double y, float[] quantiles) {
    double sum = 0;
    for (int j = 0; j < quantiles.length; j++) {
      double level = CONFIG.levels().get(j);
      double error = y - quantiles[j];
      sum += error >= 0 ? level * error : (level - 1) * error;
    }
    return sum / quantiles.length;
  }
}
