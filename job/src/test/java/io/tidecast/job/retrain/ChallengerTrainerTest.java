package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.train.TrainingConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChallengerTrainerTest {
  private static final ForecasterConfig CONFIG = ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0);

  private static Outcome train(String group, int shape) throws InterruptedException {
    return train(group, shape, new float[600]);
  }

  private static Outcome train(String group, int shape, float[] values)
      throws InterruptedException {
    SeriesWindow window = new SeriesWindow(group, "s", 600, 600, shape, 1, values, false);
    return new ChallengerTrainer(
            Map.of("g", CONFIG),
            TrainingConfig.DEFAULT,
            new ChallengerTrainer.Rules(0, false, false),
            "test")
        .train(
            new GroupTrainer.Request(
                group,
                0,
                1,
                1,
                GroupProgress.NONE,
                List.of(window),
                new GroupTrainer.Errand.Train("first training")))
        .outcome();
  }

  @Test
  void groupThatTheConfigurationNoLongerHasIsAFailedTraining() throws Exception {
    assertEquals(new Outcome.Failed("the configuration has no such group"), train("gone", 1));
  }

  @Test
  void ofTooFewMissingOrEqualValuesComesNoModelAndItIsSaidWhy() throws Exception {
    float[] missing = new float[600];
    Arrays.fill(missing, Float.NaN);
    float[] constant = new float[600];
    Arrays.fill(constant, 7);
    float[] few = new float[20];
    for (int i = 0; i < few.length; i++) {
      few[i] = i % 7;
    }
    for (float[] values : List.of(few, missing, constant, new float[0])) {
      int shape = new Targets.Target("g", CONFIG.columns()).shape();
      Outcome outcome = train("g", shape, values);

      assertTrue(outcome.serves().isEmpty(), outcome.reason());
      assertTrue(outcome.reason().startsWith("first training"), outcome.reason());
    }
  }

  @Test
  void windowsWithOtherCovariatesAreNotTrainedOn() throws Exception {
    Outcome.Failed outcome = assertInstanceOf(Outcome.Failed.class, train("g", 7));

    assertTrue(outcome.reason().contains("0 windows"), outcome.reason());
  }
}
