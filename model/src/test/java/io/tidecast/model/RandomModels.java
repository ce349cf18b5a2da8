package io.tidecast.model;

import io.tidecast.model.input.InputLayout;
import io.tidecast.model.input.KnownFuture;
import io.tidecast.model.input.PhaseProducts;
import io.tidecast.model.input.Phases;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.Provenance;
import io.tidecast.model.weights.RnnWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Untrained models of any shape with seeded weights, for tests. */
public final class RandomModels {
  private RandomModels() {}

  public static LstmWeights lstm(int inputs, int hidden, Random random) {
    double size = 1 / Math.sqrt(inputs + hidden);
    return new LstmWeights(
        inputs,
        hidden,
        floats(4 * hidden * inputs, size, random),
        floats(4 * hidden * hidden, size, random),
        floats(4 * hidden, 0.3, random),
        floats(4 * hidden, 0.3, random));
  }

  public static RnnWeights rnn(int inputs, int hidden, Random random) {
    double size = 1 / Math.sqrt(inputs + hidden);
    return new RnnWeights(
        inputs,
        hidden,
        floats(hidden * inputs, size, random),
        floats(hidden * hidden, size, random),
        floats(hidden, 0.3, random),
        floats(hidden, 0.3, random));
  }

  public static FeedForwardWeights feedForward(int inputs, int hidden, Random random) {
    return new FeedForwardWeights(
        inputs,
        hidden,
        floats(hidden * inputs, 1 / Math.sqrt(inputs), random),
        floats(hidden, 0.3, random));
  }

  private static CellWeights cell(CellConfig.Kind kind, int inputs, int hidden, Random random) {
    return switch (kind) {
      case LSTM -> lstm(inputs, hidden, random);
      case RNN -> rnn(inputs, hidden, random);
      case FEED_FORWARD -> feedForward(inputs, hidden, random);
      case NONE -> throw new IllegalArgumentException("no cell");
    };
  }

  /** Both members; spreads of about one scale. */
  public static ForecastModel model(ForecasterConfig config, String version, long seed) {
    Random random = new Random(seed);
    int hidden = config.cell().hidden();
    List<CellWeights> layers = new ArrayList<>();
    for (int layer = 0; layer < config.cell().layers(); layer++) {
      int inputs = layer == 0 ? InputLayout.of(config).size() : hidden;
      layers.add(cell(config.cell().kind(), inputs, hidden, random));
    }
    int horizon = config.horizon();
    int levels = config.levels().size();
    float[] unit = new float[horizon];
    Arrays.fill(unit, 0.6f);
    HeadWeights head =
        new HeadWeights(
            horizon,
            levels,
            hidden,
            floats(horizon * levels * hidden, 0.3, random),
            floats(horizon * levels, 0.3, random),
            floats(horizon, 1, random),
            unit);
    return new ForecastModel(version, config, layers, head, highway(config, random), provenance());
  }

  /** The same, and both members read all that there is to read. */
  public static ForecastModel readingAll(ForecasterConfig config, String version, long seed) {
    ForecastModel model = model(config, version, seed);
    Random random = new Random(seed + 1);
    HeadWeights head = model.head().orElseThrow();
    int outputs = head.horizon() * head.levels();
    HeadWeights reading =
        new HeadWeights(
            head.horizon(),
            head.levels(),
            head.hidden(),
            head.weight(),
            head.bias(),
            head.blend(),
            head.unit(),
            floats(outputs * KnownFuture.size(config), 0.2, random),
            true);
    HighwayWeights maps = phased(config, config.history(), random).with(phased(config, 10, random));
    return new ForecastModel(version, config, model.layers(), reading, maps, model.provenance());
  }

  /** A linear map that reads all there is. */
  public static HighwayWeights phased(ForecasterConfig config, int lookBack, Random random) {
    HighwayWeights map = linearMap(config, lookBack, random);
    return new HighwayWeights(
        map.horizon(),
        lookBack,
        map.levels(),
        map.weight(),
        floats(map.horizon() * 2 * config.covariates().size(), 0.2, random),
        floats(map.horizon() * phases(config, lookBack), 0.2, random),
        floats(map.horizon() * KnownFuture.size(config), 0.2, random),
        new float[0],
        map.intercept(),
        map.residual(),
        List.of());
  }

  /** With the products that fit in. */
  private static int phases(ForecasterConfig config, int lookBack) {
    PhaseProducts products = new PhaseProducts(config);
    return new Phases(config).size() + (products.fits(lookBack) ? products.size() : 0);
  }

  public static ForecastModel withoutHighway(ForecastModel model) {
    return new ForecastModel(
        model.version(),
        model.config(),
        model.layers(),
        model.headOrNull(),
        null,
        model.provenance());
  }

  /** A random walk is expected at its last value. */
  static HighwayWeights highway(ForecasterConfig config, Random random) {
    if (!config.transform().isRandomWalk()) {
      return linearMap(config, config.history(), random);
    }
    HighwayWeights map = linearMap(config, 1, random);
    float[] none = new float[0];
    float[] intercept = new float[map.horizon()];
    return new HighwayWeights(
        map.horizon(), 1, map.levels(), none, none, intercept, map.residual());
  }

  /** A linear map that reads covariates, but no phases. */
  public static HighwayWeights linearMap(ForecasterConfig config, int lookBack, Random random) {
    int horizon = config.horizon();
    int levels = config.levels().size();
    float[] residual = floats(horizon * levels, 0.7, random);
    for (int h = 0; h < horizon; h++) {
      Arrays.sort(residual, h * levels, (h + 1) * levels);
    }
    return new HighwayWeights(
        horizon,
        lookBack,
        levels,
        floats(horizon * (lookBack - 1), 0.5 / lookBack, random),
        floats(horizon * config.covariates().size(), 0.2, random),
        floats(horizon, 0.1, random),
        residual);
  }

  static Provenance provenance() {
    return new Provenance("test", 1, "", 1, 0, 1, 1, 1, "test", 1);
  }

  private static float[] floats(int size, double deviation, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
