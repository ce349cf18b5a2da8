package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Holidays;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecurrentNetworkTest {
  private static final int SEED = 11;
  private static final Calendar CALENDAR =
      new Calendar(
          ZoneOffset.UTC,
          List.of(Calendar.Feature.HOUR_OF_DAY),
          new Holidays(
              List.of("these"), List.of(LocalDate.of(1970, 1, 2), LocalDate.of(1970, 1, 5))));

  @ParameterizedTest
  @CsvSource({
    "LSTM, LEVEL, 1, 1, 1",
    "LSTM, LEVEL, 1, 3, 7",
    "LSTM, LEVEL, 2, 5, 3",
    "LSTM, LEVEL, 3, 2, 4",
    "LSTM, RANDOM_WALK, 1, 4, 5",
    "LSTM, LOG_RETURN, 2, 3, 2",
    "RNN, LEVEL, 1, 1, 1",
    "RNN, LEVEL, 1, 5, 3",
    "RNN, LEVEL, 2, 4, 3",
    "RNN, RANDOM_WALK, 3, 3, 2",
    "FEED_FORWARD, LEVEL, 1, 1, 1",
    "FEED_FORWARD, LEVEL, 1, 5, 3",
    "FEED_FORWARD, LOG_RETURN, 2, 4, 3"
  })
  void gradientAgreesWithCentralDifferencesInDouble(
      CellConfig.Kind kind, Transform transform, int layers, int hidden, int horizon) {
    ForecasterConfig config = config(transform, new CellConfig(kind, layers, hidden), horizon);
    WindowBatch batch = batch(config);
    float[] unit = units(horizon);
    float[] parameters = parameters(config);
    float[] gradient = new float[parameters.length];

    double loss;
    try (OffHeap memory = new OffHeap()) {
      RecurrentNetwork network = new RecurrentNetwork(memory, config, unit, base(config), 5, 30);
      network.load(parameters);
      loss = network.lossAndGradient(batch, gradient).mean(config.levels().size());
    }

    ReferenceNetwork reference = new ReferenceNetwork(config, unit, base(config));
    double[] p = new double[parameters.length];
    for (int i = 0; i < p.length; i++) {
      p[i] = parameters[i];
    }
    // float rounding of some 30 steps
    assertEquals(reference.loss(batch, p), loss, 1e-5 * loss);
    double norm = AdamW.norm(gradient);
    for (int i = 0; i < p.length; i++) {
      if (transform.isRandomWalk() && isMedianOrBlend(config, i, p.length)) {
        assertEquals(0, gradient[i], "the median of a random walk is not trained: " + i);
        continue;
      }
      // the loss is piecewise smooth: a step this small crosses no kink at this seed
      double step = 1e-6;
      double saved = p[i];
      p[i] = saved + step;
      double above = reference.loss(batch, p);
      p[i] = saved - step;
      double below = reference.loss(batch, p);
      p[i] = saved;
      assertEquals((above - below) / (2 * step), gradient[i], 2e-5 * norm, "parameter " + i);
    }
  }

  private static boolean isMedianOrBlend(ForecasterConfig config, int index, int size) {
    int hidden = config.cell().hidden();
    int levels = config.levels().size();
    int outputs = config.horizon() * levels;
    int known = KnownFuture.size(config);
    int future = size - outputs * known;
    int weight = future - outputs * (hidden + 1) - config.horizon();
    int bias = weight + outputs * hidden;
    if (index < weight) {
      return false;
    }
    if (index >= future) {
      return (index - future) / known % levels == config.levels().median();
    }
    if (index >= bias + outputs) {
      return true;
    }
    int output = index < bias ? (index - weight) / hidden : index - bias;
    return output % levels == config.levels().median();
  }

  @ParameterizedTest
  @CsvSource({"LSTM, 1, 1", "LSTM, 4, 3", "LSTM, 17, 2", "RNN, 4, 3", "FEED_FORWARD, 17, 2"})
  void lossDoesNotDependOnHowTheHeadIsChunkedOrTheBatchPadded(
      CellConfig.Kind kind, int batchSize, int extraSteps) {
    ForecasterConfig config = config(Transform.LEVEL, new CellConfig(kind, 2, 3), 2);
    WindowBatch.Window window = batch(config).windows().get(0);
    WindowBatch one = new WindowBatch(List.of(window));
    float[] parameters = parameters(config);

    try (OffHeap memory = new OffHeap()) {
      int steps = window.to() - window.from();
      RecurrentNetwork tight =
          new RecurrentNetwork(memory, config, units(2), base(config), 1, steps);
      RecurrentNetwork wide =
          new RecurrentNetwork(
              memory, config, units(2), base(config), batchSize, steps + extraSteps);
      tight.load(parameters);
      wide.load(parameters);

      assertEquals(tight.loss(one).sum(), wide.loss(one).sum(), 1e-5);
      assertEquals(tight.loss(one).cells(), wide.loss(one).cells());
    }
  }

  @ParameterizedTest
  @CsvSource({"LSTM, 1", "LSTM, 2", "RNN, 1", "RNN, 2", "FEED_FORWARD, 1", "FEED_FORWARD, 2"})
  void gradientNormByLagFallsFromTheStepOfTheLoss(CellConfig.Kind kind, int layers) {
    ForecasterConfig config = config(Transform.LEVEL, new CellConfig(kind, layers, 4), 2);
    WindowBatch.Window window = batch(config).windows().get(0);
    WindowBatch last = new WindowBatch(List.of(window.lastStepOnly()));
    try (OffHeap memory = new OffHeap()) {
      RecurrentNetwork network =
          new RecurrentNetwork(memory, config, units(2), base(config), 2, 30);
      network.load(parameters(config));

      double[] norms = network.gradientNormByLag(last);

      assertEquals(window.to() - window.from(), norms.length);
      assertTrue(norms[0] > 0);
      assertTrue(norms[norms.length - 1] < norms[0]);
      boolean remembers = kind != CellConfig.Kind.FEED_FORWARD;
      assertEquals(
          remembers, norms[1] > 0, "without memory nothing is learned about earlier steps");
    }
  }

  private static ForecasterConfig config(Transform transform, CellConfig cell, int horizon) {
    return ForecasterConfig.of(Duration.ofHours(1), horizon, 4, 9).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.3, 0.5, 0.7, 0.9)))
        .transform(transform)
        .covariates(List.of("wind"))
        .calendar(CALENDAR)
        .cell(cell)
        .history(12)
        .maxGap(3)
        .build();
  }

  /** Four windows of unequal length, some upside down, some shifted, with missing values. */
  private static WindowBatch batch(ForecasterConfig config) {
    Random random = new Random(SEED);
    float[][] values = new float[120][2];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = (float) (20 + 3 * Math.sin(i * Math.PI / 2) + random.nextGaussian());
      values[i][1] = i % 7 == 0 ? Float.NaN : (float) random.nextGaussian();
      if (i % 11 == 5) {
        values[i][0] = Float.NaN;
      }
    }
    SeriesRows rows = SeriesRows.of(List.of(new Stretch("a", 119, values)), config);
    int inputs = InputLayout.of(config).size();
    float[] shift = new float[inputs];
    for (int i = 0; i < inputs; i++) {
      shift[i] = (float) random.nextGaussian();
    }
    return new WindowBatch(
        List.of(
            new WindowBatch.Window(rows, 40, 45, 70, 120, 2.5, false, new float[inputs]),
            new WindowBatch.Window(rows, 50, 58, 75, 76, 1.5, true, shift),
            new WindowBatch.Window(rows, 90, 95, 120, 120, 2.5, false, shift),
            new WindowBatch.Window(rows, 60, 63, 72, 100, 2.0, true, new float[inputs])));
  }

  /** Nothing for a random walk, as the trainer makes it. */
  private static BaseForecast base(ForecasterConfig config) {
    boolean walk = config.transform().isRandomWalk();
    Random random = new Random(SEED);
    return walk
        ? BaseForecast.lastValue(config)
        : BaseForecast.of(config, RandomModels.linearMap(config, 5, random));
  }

  private static float[] units(int horizon) {
    float[] unit = new float[horizon];
    for (int h = 0; h < horizon; h++) {
      unit[h] = 0.8f + 0.1f * h;
    }
    return unit;
  }

  private static float[] parameters(ForecasterConfig config) {
    Random random = new Random(SEED);
    float[] parameters = new float[RecurrentNetwork.size(config)];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (0.5 * random.nextGaussian());
    }
    if (config.transform().isRandomWalk()) {
      int hidden = config.cell().hidden();
      int outputs = config.horizon() * config.levels().size();
      int future = parameters.length - outputs * KnownFuture.size(config);
      int blend = future - config.horizon();
      int weight = blend - outputs * (hidden + 1);
      for (int i = blend; i < future; i++) {
        parameters[i] = 30;
      }
      for (int o = config.levels().median(); o < outputs; o += config.levels().size()) {
        java.util.Arrays.fill(parameters, weight + o * hidden, weight + (o + 1) * hidden, 0);
      }
    }
    return parameters;
  }
}
