package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.Provenance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Small trainings on seasons of a day with noise. */
final class Trainings {
  static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0).toBuilder()
          .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 8))
          .history(48)
          .build();
  static final TrainingRun RUN = new TrainingRun("load", 1, 7, "test");
  private static final Map<Integer, TrainingResult.Chosen> TRAINED = new ConcurrentHashMap<>();

  private Trainings() {}

  /** Trained once for all that only read it, on windows of 100 steps of series a. */
  static TrainingResult.Chosen trained(int steps) {
    return TRAINED.computeIfAbsent(steps, all -> train(windows("a", all, 100, 1)));
  }

  static TrainingResult.Chosen train(List<Stretch> windows) {
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT).choose(windows, RUN, TrainingListener.NONE);
    return assertInstanceOf(TrainingResult.Chosen.class, result);
  }

  /**
   * The model of a configuration, of which the network knows nothing of linear maps, if it has one.
   */
  static ForecastModel ofOneMember(ForecasterConfig config, Stretch window)
      throws TrainingFailedException {
    TrainingConfig training = TrainingConfig.DEFAULT;
    if (config.cell().kind() == CellConfig.Kind.NONE) {
      TrainingResult result =
          new Trainer(config, training).choose(List.of(window), RUN, TrainingListener.NONE);
      return assertInstanceOf(TrainingResult.Chosen.class, result).model();
    }
    TrainingSet set = TrainingSet.of(List.of(window), config, training);
    RecurrentFit.Fitted fitted =
        new RecurrentFit(
                config,
                training,
                set,
                TrainingListener.NONE,
                RUN.seed(),
                new Progress(set),
                BaseForecast.lastValue(config))
            .fit();
    Provenance provenance =
        new Provenance(RUN.group(), 1, "", RUN.seed(), 0, window.end(), 1, 1, RUN.codeVersion(), 0);
    return ModelArtifact.seal(config, fitted.layers(), fitted.head(), null, provenance);
  }

  static List<Stretch> windows(String series, int steps, int length, long seed) {
    Random random = new Random(seed);
    List<Stretch> windows = new ArrayList<>();
    double level = 0;
    for (int from = 0; from < steps; from += length) {
      float[][] values = new float[length][1];
      for (int i = 0; i < length; i++) {
        level = 0.99 * level + 0.1 * random.nextGaussian();
        values[i][0] =
            (float)
                (10
                    + 3 * Math.sin(2 * Math.PI * (from + i) / 24)
                    + level
                    + 0.3 * random.nextGaussian());
      }
      windows.add(new Stretch(series, from + length - 1, values));
    }
    return windows;
  }

  static TrainingConfig recipe(int batch, int rounds, int updates, double rate) {
    TrainingConfig d = TrainingConfig.DEFAULT;
    return new TrainingConfig(
        new TrainingConfig.Windows(
            d.windows().burnIn(), d.windows().steps(), batch, d.windows().shift()),
        new TrainingConfig.Schedule(rounds, rounds, 500, updates, updates, rounds),
        new TrainingConfig.Optimizer(rate, rate, 20, 1e-4, 1.0, 10),
        d.parts(),
        d.ridge(),
        d.history());
  }
}
