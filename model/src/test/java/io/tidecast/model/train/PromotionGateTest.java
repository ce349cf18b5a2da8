package io.tidecast.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromotionGateTest {
  private static final ForecasterConfig CONFIG = Trainings.CONFIG;
  private static final TrainingConfig TRAINING = TrainingConfig.DEFAULT;

  @Test
  void aTrainedModelBeatsTheSeasonalNaiveOnTheHoldOut() {
    List<Stretch> windows = Trainings.windows("a", 3000, 100, 1);
    windows.addAll(Trainings.windows("b", 3000, 100, 2));

    PromotionGate.Scores scores = gate().score(trained(windows));

    assertTrue(scores.challenger() < 0.9 * scores.naive(), scores.toString());
    assertTrue(scores.promotes(0.01));
    // all leads of two series' last 450 steps
    assertEquals(2 * 450 * 6, scores.targets());
  }

  @Test
  void theHoldOutAloneIsScored() {
    List<Stretch> windows = Trainings.windows("a", 2000, 100, 1);
    TrainingResult.Chosen model = trained(windows);
    PromotionGate.Scores before = gate().score(model);

    float[][] newest = windows.get(windows.size() - 1).values();
    for (float[] row : newest) {
      row[0] = Float.NaN;
    }

    assertEquals(before.targets() - 100 * 6, gate().score(model).targets());
  }

  @Test
  void aChallengerThatIsTheChampionIsNotPromoted() {
    TrainingResult.Chosen model = Trainings.trained(2000);

    PromotionGate.Scores scores = gate().score(model, model.model());

    assertEquals(scores.challenger(), scores.champion());
    assertFalse(scores.promotes(0));
  }

  @Test
  void orderOfWindowsDoesNotMatter() {
    List<Stretch> windows = Trainings.windows("a", 2000, 100, 1);
    TrainingResult.Chosen model = Trainings.trained(2000);
    List<Stretch> shuffled = new ArrayList<>(windows);
    Collections.shuffle(shuffled, new Random(9));

    assertEquals(gate().score(model), gate().score(trained(shuffled)));
  }

  @Test
  void lossesDoNotDependOnTheUnitOfASeries() {
    TrainingResult.Chosen model = Trainings.trained(2000);
    List<Stretch> larger = Trainings.windows("a", 2000, 100, 1);
    for (Stretch window : larger) {
      for (float[] row : window.values()) {
        row[0] *= 1024;
      }
    }

    PromotionGate.Scores scores = gate().score(model);
    PromotionGate.Scores scaled = gate().score(trained(larger));

    assertEquals(scores.challenger(), scaled.challenger(), 1e-4 * scores.challenger());
    assertEquals(scores.naive(), scaled.naive(), 1e-4 * scores.naive());
  }

  @Test
  void nothingScoredPromotesNothing() {
    assertFalse(scores(0, Double.NaN, 0, 0).promotes(0));
    assertFalse(scores(1, Double.NaN, 9, 0).promotes(0));
    assertFalse(scores(0.5, 0.5, 9, 0).promotes(0));
    assertFalse(scores(0.499, 0.5, 9, 0).promotes(0.01));
    assertTrue(scores(0.49, 0.5, 9, 0).promotes(0.01));
  }

  /** Series times steps times leads: more than an integer counts. */
  @Test
  void targetsOfALargeFleetPromoteAsThoseOfAFewDo() {
    assertTrue(scores(0.4, 0.5, 600L * 5_000 * 720, 0).promotes(0));
  }

  @Test
  void whatMayBeNoiseNeitherPromotesNorGivesUp() {
    assertFalse(scores(0.4, 0.5, 9, 0.11).promotes(0));
    assertTrue(scores(0.4, 0.5, 9, 0.09).promotes(0));
    assertFalse(scores(0.6, 0.5, 9, 0.11).isWorse());
    assertTrue(scores(0.6, 0.5, 9, 0.09).isWorse());
    assertFalse(scores(0.6, Double.NaN, 9, 0).isWorse());
  }

  @Test
  void whatIsCompleteWithMuchMoreStepsNeedNotBeBetterBeyondNoise() {
    assertTrue(scores(0.499, 0.5, 9, 0.02, 1.5).promotes(0.01));
    assertFalse(scores(0.499, 0.5, 9, 0.02, 1.4).promotes(0.01));
    assertFalse(scores(0.5, 0.5, 9, 0.02, 1.5).promotes(0.01));
    assertFalse(scores(0.499, 0.5, 9, Double.POSITIVE_INFINITY, 1.5).promotes(0.01));
    assertFalse(scores(1, 2, 9, 0.02, 1.5).promotes(0.01));
  }

  @Test
  void stepsThatAChallengerWillHaveSeenAreThoseOfAllItsHistory() {
    TrainingResult.Chosen challenger = Trainings.trained(2000);
    TrainingResult.Chosen champion = Trainings.trained(700);
    ForecastModel complete =
        new Trainer(CONFIG, TRAINING).complete(champion, TrainingListener.NONE);

    PromotionGate.Scores scores = gate().score(challenger, complete);

    assertEquals(2000 / 700.0, scores.times(), 1e-9);
    assertTrue(scores.knowsMuchMore());
    assertEquals(0, gate().score(challenger).times());
  }

  private static PromotionGate.Scores scores(
      double challenger, double champion, long targets, double noise) {
    return scores(challenger, champion, targets, noise, 1);
  }

  private static PromotionGate.Scores scores(
      double challenger, double champion, long targets, double noise, double times) {
    return new PromotionGate.Scores(challenger, champion, 1, targets, noise, times);
  }

  private static PromotionGate gate() {
    return new PromotionGate(CONFIG);
  }

  private static TrainingResult.Chosen trained(List<Stretch> windows) {
    TrainingResult result =
        new Trainer(CONFIG, TRAINING)
            .choose(windows, new TrainingRun("load", 1, 7, "test"), TrainingListener.NONE);
    return assertInstanceOf(TrainingResult.Chosen.class, result);
  }
}
