package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Holidays;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.RandomModels;
import io.tidecast.model.Stretch;
import io.tidecast.model.Transform;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.member.HiddenState;
import io.tidecast.model.member.PackedModel;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loss of the trainer is that of the forecast which the member makes that is served. */
class TrainedAsServedTest {
  private static final int HORIZON = 5;
  private static final int FROM = 80;
  private static final int ORIGIN = 110;

  /** A week before the origin's day, on it and after it. */
  private static final List<LocalDate> HOLIDAYS =
      List.of(LocalDate.of(1970, 1, 30), LocalDate.of(1970, 2, 6), LocalDate.of(1970, 2, 7));

  @ParameterizedTest
  @CsvSource({
    "LSTM, 1, 8, LEVEL",
    "LSTM, 1, 17, LEVEL",
    "LSTM, 2, 7, LEVEL",
    "LSTM, 1, 8, RANDOM_WALK",
    "RNN, 1, 8, LEVEL",
    "RNN, 2, 7, RANDOM_WALK",
    "FEED_FORWARD, 2, 7, LEVEL"
  })
  void lossOfTheTrainerIsThatOfTheForecast(
      CellConfig.Kind kind, int layers, int hidden, Transform transform) {
    ForecasterConfig config = config(kind, layers, hidden, transform);
    float[][] values = values();
    float[] parameters = parameters(config);
    float[] unit = {0.5f, 0.7f, 0.9f, 1f, 1.1f};

    float[] forecast = serve(config, values, model(config, parameters, unit));

    SeriesRows rows = SeriesRows.of(List.of(new Stretch("a", values.length - 1, values)), config);
    try (OffHeap memory = new OffHeap()) {
      RecurrentNetwork network = new RecurrentNetwork(memory, config, unit, base(config), 3, 40);
      network.load(parameters);
      float[] unshifted = new float[InputLayout.of(config).size()];
      double served = 0;
      for (int lead = 1; lead <= HORIZON; lead++) {
        WindowBatch.Window window =
            new WindowBatch.Window(
                rows, FROM, ORIGIN, ORIGIN + 1, ORIGIN + lead + 1, 1, false, unshifted);
        for (int j = 0; j < config.levels().size(); j++) {
          served +=
              PinballLoss.of(
                  config.levels().get(j),
                  values[ORIGIN + lead][0],
                  forecast[(lead - 1) * config.levels().size() + j]);
        }
        // float values of about 50
        assertEquals(
            served, network.loss(new WindowBatch(List.of(window))).sum(), 2e-4, "lead " + lead);
      }
    }
  }

  /** From a zero state at {@code FROM}, {@code [horizon * levels]}. */
  private static float[] serve(ForecasterConfig config, float[][] values, ForecastModel model) {
    SeriesInputs inputs = new SeriesInputs(config);
    PackedModel member = PackedModel.of(model, config);
    HiddenState hidden = new HiddenState(config);
    float[] row = new float[InputLayout.of(config).size()];
    for (int i = 0; i <= ORIGIN; i++) {
      inputs.step(values[i][0], Arrays.copyOfRange(values[i], 1, values[i].length));
      if (i >= FROM) {
        inputs.fill(i, row);
        member.step(hidden, row);
      }
    }
    float[] quantiles = new float[HORIZON * config.levels().size()];
    member.forecast(hidden, inputs, ORIGIN, quantiles, new float[quantiles.length], new boolean[2]);
    return quantiles;
  }

  /** The target is missing between {@code FROM} and the origin; the covariate is not. */
  private static float[][] values() {
    Random random = new Random(4);
    float[][] values = new float[ORIGIN + HORIZON + 1][2 + HORIZON];
    for (int i = 0; i < values.length; i++) {
      boolean there = i < FROM || i >= ORIGIN;
      values[i][0] =
          there ? (float) (50 + 3 * Math.sin(i * Math.PI / 4) + random.nextGaussian()) : Float.NaN;
      values[i][1] = (float) random.nextGaussian();
      for (int lead = 1; lead <= HORIZON; lead++) {
        boolean told = (i + lead) % 4 > 0;
        values[i][1 + lead] = told ? (float) random.nextGaussian() : Float.NaN;
      }
    }
    return values;
  }

  private static float[] parameters(ForecasterConfig config) {
    Random random = new Random(2);
    float[] parameters = new float[RecurrentNetwork.size(config)];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) (0.4 * random.nextGaussian());
    }
    if (config.transform().isRandomWalk()) {
      // as the trainer makes it: the median stays at the last value
      int hidden = config.cell().hidden();
      int outputs = HORIZON * config.levels().size();
      int future = parameters.length - outputs * KnownFuture.size(config);
      int blend = future - HORIZON;
      int bias = blend - outputs;
      int weight = bias - outputs * hidden;
      Arrays.fill(parameters, blend, future, 30);
      Arrays.fill(parameters, future, parameters.length, 0);
      for (int o = config.levels().median(); o < outputs; o += config.levels().size()) {
        parameters[bias + o] = 0;
        Arrays.fill(parameters, weight + o * hidden, weight + (o + 1) * hidden, 0);
      }
    }
    return parameters;
  }

  /** Nothing for a random walk, as the trainer makes it. */
  private static BaseForecast base(ForecasterConfig config) {
    return config.transform().isRandomWalk()
        ? BaseForecast.lastValue(config)
        : BaseForecast.of(config, map(config));
  }

  private static HighwayWeights map(ForecasterConfig config) {
    return RandomModels.phased(config, config.season() + 1, new Random(3));
  }

  private static ForecastModel model(ForecasterConfig config, float[] parameters, float[] unit) {
    boolean walk = config.transform().isRandomWalk();
    return ModelArtifact.seal(
        config,
        RecurrentNetwork.layers(config, parameters),
        RecurrentNetwork.head(config, parameters, unit, !walk),
        walk ? null : map(config),
        new Provenance("load", 1, "", 1, 0, 1, 1, 1, "test", 0));
  }

  private static ForecasterConfig config(
      CellConfig.Kind kind, int layers, int hidden, Transform transform) {
    return ForecasterConfig.of(Duration.ofHours(8), HORIZON, 8, 0).toBuilder()
        .levels(new QuantileLevels(List.of(0.1, 0.5, 0.9)))
        .transform(transform)
        .covariates(List.of("wind"))
        .knownFuture(List.of("wind"))
        .calendar(
            new Calendar(
                Calendar.zone("Europe/Berlin"),
                List.of(Calendar.Feature.HOUR_OF_DAY),
                new Holidays(List.of("these"), HOLIDAYS)))
        .cell(new CellConfig(kind, layers, hidden))
        .history(48)
        .maxGap(4)
        .build();
  }
}
