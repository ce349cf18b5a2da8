package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecastModel;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.ModelArtifact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final ForecasterConfig CONFIG = ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0);
  private static final TrainingRun RUN = new TrainingRun("load", 1, 7, "test");

  @Test
  void sameWindowsInAnyOrderAndSameSeedGiveTheSameBytes() {
    List<TrainingWindow> windows = windows("a", 1500, 100, 1);
    windows.addAll(windows("b", 1500, 100, 2));
    List<TrainingWindow> shuffled = new ArrayList<>(windows);
    Collections.shuffle(shuffled, new Random(3));

    byte[] first = ModelArtifact.write(train(windows, Optional.empty()).model());
    byte[] second = ModelArtifact.write(train(shuffled, Optional.empty()).model());

    assertArrayEquals(first, second);
  }

  @Test
  void learnsASeasonalSeries() {
    TrainingResult.Trained trained = train(windows("a", 3000, 100, 1), Optional.empty());

    List<Double> validation = trained.report().validation();
    double best = validation.get(trained.report().bestRound());
    assertTrue(best < 0.7 * validation.get(0), validation.toString());
    assertTrue(trained.model().highway().isPresent());
    assertEquals(0, trained.report().nonFiniteSteps());
  }

  private static TrainingResult.Trained train(
      List<TrainingWindow> windows, Optional<ForecastModel> champion) {
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT)
            .train(windows, champion, RUN, TrainingListener.NONE);
    return assertInstanceOf(TrainingResult.Trained.class, result);
  }

  static List<TrainingWindow> windows(String series, int steps, int length, long seed) {
    Random random = new Random(seed);
    List<TrainingWindow> windows = new ArrayList<>();
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
      windows.add(new TrainingWindow(series, from + length - 1, values));
    }
    return windows;
  }
}
