package io.tidecast.model.train;

import static io.tidecast.model.train.Trainings.CONFIG;
import static io.tidecast.model.train.Trainings.RUN;
import static io.tidecast.model.train.Trainings.recipe;
import static io.tidecast.model.train.Trainings.train;
import static io.tidecast.model.train.Trainings.trained;
import static io.tidecast.model.train.Trainings.windows;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Otherwise;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainerTest {
  @Test
  void sameWindowsInAnyOrderAndSameSeedGiveTheSameBytes() {
    List<Stretch> windows = windows("a", 1500, 100, 1);
    windows.addAll(windows("b", 1500, 100, 2));
    List<Stretch> shuffled = new ArrayList<>(windows);
    Collections.shuffle(shuffled, new Random(3));

    byte[] first = ModelArtifact.write(train(windows).model());
    byte[] second = ModelArtifact.write(train(shuffled).model());

    assertArrayEquals(first, second);
  }

  @Test
  void learnsASeasonalSeries() {
    TrainingResult.Chosen trained = trained(3000);

    PromotionGate.Scores scores = new PromotionGate(CONFIG).score(trained);
    // the naive repeats the noise of the season before: a perfect forecast comes to 0.71 of it
    assertTrue(scores.challenger() < 0.8 * scores.naive(), scores.toString());
    assertTrue(trained.model().highway().isPresent());
    assertEquals(0, trained.report().nonFiniteSteps());
  }

  @Test
  void bothNetworksAreTrainedHoweverMuchTheFirstCorrects() {
    // a season, which maps know, and chaos, which they do not
    float[][] values = new float[1500][1];
    Random random = new Random(1);
    double x = 0.3;
    for (int i = 0; i < values.length; i++) {
      x = Math.max(-1.3, Math.min(1.3, 1 - 1.4 * x * x + 0.05 * random.nextGaussian()));
      values[i][0] = (float) (10 + Math.sin(2 * Math.PI * i / 24) + x);
    }
    List<Double> starts = new ArrayList<>();

    TrainingResult.Chosen chosen =
        assertInstanceOf(
            TrainingResult.Chosen.class,
            new Trainer(CONFIG, TrainingConfig.DEFAULT)
                .choose(
                    List.of(new Stretch("a", 1499, values)),
                    RUN,
                    (round, rounds, loss, validation) -> {
                      if (round == 0) {
                        starts.add(validation);
                      }
                    }));

    assertEquals(2, starts.size());
    assertTrue(starts.get(0) < starts.get(1), "maps are better than the last value: " + starts);
    double best = chosen.report().validation().get(chosen.report().bestRound());
    assertTrue(best < 0.95 * starts.get(0), chosen.report().validation().toString());
  }

  @Test
  void overfitsATinySet() {
    // five seasons without noise: everything can be known
    float[][] values = new float[900][1];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = (float) (10 + Math.sin(2 * Math.PI * i / 24) + Math.sin(2 * Math.PI * i / 60));
    }
    List<Stretch> windows = List.of(new Stretch("a", 899, values));

    TrainingReport report =
        new Trainer(CONFIG, recipe(4, 20, 20, 1e-2))
            .choose(windows, RUN, TrainingListener.NONE)
            .report();

    double start = report.validation().get(0);
    double best = report.validation().get(report.bestRound());
    assertTrue(best < 0.35 * start, report.validation().toString());
  }

  @Test
  void highSeriesIsTrainedOnAsOneThatIsNot() {
    List<Stretch> low = windows("a", 1500, 100, 1);
    List<Stretch> high =
        low.stream()
            .map(window -> new Stretch("a", window.end(), window.values(), 1.7e9 + window.end()))
            .toList();
    List<Stretch> same =
        low.stream()
            .map(window -> new Stretch("a", window.end(), raised(window.values(), window.end())))
            .toList();

    TrainingResult.Chosen ofHigh = train(high);
    TrainingResult.Chosen ofSame = train(same);

    assertEquals(ofSame.report().validation().get(0), ofHigh.report().validation().get(0), 1e-3);
    PromotionGate gate = new PromotionGate(CONFIG);
    assertEquals(gate.score(ofSame).naive(), gate.score(ofHigh).naive(), 1e-3);
    assertEquals(gate.score(ofSame).challenger(), gate.score(ofHigh).challenger(), 2e-2);
  }

  private static float[][] raised(float[][] rows, long by) {
    float[][] raised = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      raised[i] = new float[] {rows[i][0] + by};
    }
    return raised;
  }

  @Test
  void championsWeightsAreTheStart() {
    List<Stretch> windows = windows("a", 2000, 100, 1);
    TrainingResult.Chosen before = trained(2000);
    ForecastModel champion = before.model();
    TrainingResult.Chosen again =
        assertInstanceOf(
            TrainingResult.Chosen.class,
            new Trainer(CONFIG, TrainingConfig.DEFAULT)
                .choose(windows, champion, RUN, TrainingListener.NONE));

    assertEquals(champion.version(), again.model().provenance().parent());
    List<Double> validation = again.report().validation();
    assertTrue(validation.size() <= TrainingConfig.DEFAULT.schedule().warmStartRounds() + 1);
    // on other parts: the hold-out of a champion begins where its training ended
    assertTrue(validation.get(0) < 0.8 * before.report().validation().get(0));
  }

  @Test
  void championOfAnotherConfigurationIsNoStart() {
    List<Stretch> windows = windows("a", 1000, 100, 1);
    ForecastModel champion = trained(1000).model();
    ForecasterConfig other = Otherwise.season(CONFIG, 12);

    TrainingResult result =
        new Trainer(other, TrainingConfig.DEFAULT)
            .choose(windows, champion, RUN, TrainingListener.NONE);

    TrainingResult.Chosen trained = assertInstanceOf(TrainingResult.Chosen.class, result);
    assertEquals("", trained.model().provenance().parent());
  }

  @Test
  void windowsThatAreInfiniteOrOverlapAreLeftOutAndCounted() {
    List<Stretch> windows = windows("a", 1500, 100, 1);
    windows.get(3).values()[7][0] = Float.POSITIVE_INFINITY;
    windows.add(new Stretch("a", 1450, new float[60][1]));

    TrainingResult.Chosen trained = train(windows);

    assertEquals(2, trained.report().refusedWindows());
    assertEquals(14, trained.report().windows());
    assertEquals(14, trained.model().provenance().windows());
  }

  @Test
  void missingValuesAndLongGapsNeverReachTheWeights() {
    List<Stretch> windows = windows("a", 2000, 100, 1);
    Random random = new Random(5);
    for (Stretch window : windows) {
      for (float[] row : window.values()) {
        if (random.nextInt(10) == 0) {
          row[0] = Float.NaN;
        }
      }
    }
    for (float[] row : windows.get(4).values()) {
      row[0] = Float.NaN;
    }

    ForecastModel model = train(windows).model();

    // refuses what is not finite
    assertTrue(ModelArtifact.write(model).length > 0);
  }

  @Test
  void aConstantSeriesIsTrainedWithoutAnythingNotFinite() {
    float[][] values = new float[1000][1];
    for (float[] row : values) {
      row[0] = 7;
    }

    TrainingResult.Chosen trained = train(List.of(new Stretch("a", 999, values)));

    assertEquals(0, trained.report().nonFiniteSteps());
    assertTrue(ModelArtifact.write(trained.model()).length > 0);
  }

  @Test
  void whatServesIsTrainedOnTheNewestStepsAsWell() {
    TrainingResult.Chosen chosen = trained(2000);

    ForecastModel complete =
        new Trainer(CONFIG, TrainingConfig.DEFAULT).complete(chosen, TrainingListener.NONE);

    assertEquals(1399, chosen.model().provenance().lastStep());
    assertEquals(1999, complete.provenance().lastStep());
    assertEquals(chosen.model().provenance().pinball(), complete.provenance().pinball());
    assertEquals(0, OffHeap.openBytes());
  }

  @Test
  void aWorldThatChangedInTheHoldOutIsLearned() {
    List<Stretch> before = windows("a", 2000, 100, 1);
    List<Stretch> windows = new ArrayList<>(before);
    for (int w = 14; w < 20; w++) {
      for (int i = 0; i < 100; i++) {
        int step = 100 * w + i;
        // the other way round every day since
        before.get(w).values()[i][0] = (float) (10 - 3 * Math.sin(2 * Math.PI * step / 24));
      }
    }
    TrainingResult.Chosen chosen = train(windows);
    ForecastModel complete =
        new Trainer(CONFIG, TrainingConfig.DEFAULT).complete(chosen, TrainingListener.NONE);

    assertTrue(
        distance(complete.highway().orElseThrow(), chosen.model().highway().orElseThrow()) > 0.1);
  }

  private static double distance(HighwayWeights a, HighwayWeights b) {
    double sum = 0;
    for (int i = 1; i <= 23; i++) {
      int h = 5;
      double x = a.weight()[(h + 1) * (a.lookBack() - 1) - i];
      double y = b.weight()[(h + 1) * (b.lookBack() - 1) - i];
      sum += Math.abs(x - y);
    }
    return sum;
  }

  @Test
  void sixDaysOfHoursAreEnoughForALinearMap() {
    TrainingResult.Chosen chosen = train(windows("a", 144, 144, 1));

    assertTrue(chosen.model().highway().isPresent());
    assertTrue(chosen.model().head().isEmpty());
  }

  @Test
  void twentyEightDaysOfHoursAreEnoughForBoth() {
    TrainingResult.Chosen chosen = train(windows("a", 672, 168, 1));

    assertTrue(chosen.model().highway().isPresent());
    assertTrue(chosen.model().head().isPresent());
  }

  @Test
  void sessionsWithNightsBetweenAreTrainedOnAndValidated() {
    List<Stretch> windows = new ArrayList<>();
    for (int day = 0; day < 120; day++) {
      Stretch session = windows("a", 40, 40, day).get(0);
      windows.add(new Stretch("a", 168L * day + 39, session.values()));
    }

    TrainingResult.Chosen chosen = train(windows);

    List<Double> validation = chosen.report().validation();
    assertTrue(validation.stream().allMatch(loss -> loss > 0), validation.toString());
    assertTrue(chosen.report().bestRound() > 0, "learned nothing: " + validation);
    assertTrue(chosen.model().highway().isPresent());
  }

  @Test
  void oneAbsurdValueDoesNotSpoilTheUnitOfTheHead() {
    List<Stretch> windows = windows("a", 2000, 100, 1);
    double clean = trained(2000).model().head().orElseThrow().unit()[5];
    windows.get(5).values()[50][0] = 1e6f;

    double unit = train(windows).model().head().orElseThrow().unit()[5];

    assertTrue(unit < 1.35 * clean, unit + " of " + clean);
  }
}
