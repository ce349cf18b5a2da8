package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.train.TrainingConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChallengerTrainerTest {
  private static final ForecasterConfig CONFIG = ForecasterConfig.of(Duration.ofHours(1), 6, 24, 0);

  private static Outcome train(String group, int shape) throws InterruptedException {
    SeriesWindow window = new SeriesWindow(group, "s", 600, 600, shape, 1, new float[600], false);
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
  void windowsWithOtherCovariatesAreNotTrainedOn() throws Exception {
    Outcome.Failed outcome = assertInstanceOf(Outcome.Failed.class, train("g", 7));

    assertTrue(outcome.reason().contains("0 windows"), outcome.reason());
  }
}
