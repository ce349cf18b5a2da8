package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.Targets;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What becomes of a model that does badly, by a trainer as a configuration makes it. */
class ModelCareTest {
  private static final int STEPS = 1_000;
  private static final long HOUR = Duration.ofHours(1).toMillis();
  private static ModelFile good;
  private static ModelFile bad;

  @BeforeAll
  static void train() throws Exception {
    Outcome first = decide("", GroupProgress.NONE, new GroupTrainer.Errand.Train("first"));
    good = first.serves().orElseThrow(() -> new AssertionError(first.reason()));
    bad = wrong(good.open());
  }

  @Test
  void aChallengerThatWinsIsPromoted() throws Exception {
    Outcome outcome = decide("", serving(bad), new GroupTrainer.Errand.Train("due"));

    assertInstanceOf(Outcome.Promoted.class, outcome, outcome.reason());
  }

  @Test
  void inShadowModeItIsScoredAndTheChampionStays() throws Exception {
    Outcome outcome = decide("shadow: true", serving(bad), new GroupTrainer.Errand.Train("due"));

    Outcome.Kept kept = assertInstanceOf(Outcome.Kept.class, outcome, outcome.reason());
    assertTrue(kept.reason().contains("challenger wins"), kept.reason());
    assertTrue(kept.reason().endsWith(", in shadow mode"), kept.reason());
    assertTrue(kept.losses().challenger() < kept.losses().champion(), kept.toString());
  }

  /** Else a bad model would stay for good if somebody asked for something at each boundary. */
  @Test
  void theWatchLooksAlsoWhereAnotherModelIsBrought() throws Exception {
    GroupProgress watched =
        new GroupProgress(
            0,
            2,
            bad.version(),
            bad.bytes(),
            new GroupProgress.Watch(
                (STEPS - 200) * HOUR, STEPS * HOUR, good.version(), good.bytes()),
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            DriftTest.NONE);
    Outcome outcome =
        decide("", watched, new GroupTrainer.Errand.Judge("asked to promote x", bad, false));

    Outcome.RolledBack back = assertInstanceOf(Outcome.RolledBack.class, outcome, outcome.reason());
    assertEquals(good.version(), back.version());
    assertTrue(
        back.reason().endsWith("; asked to promote x, which was not looked at: ask again"),
        back.reason());
  }

  @Test
  void whereADriftAndATrainingAtItsTimeComeTogetherAllOfTheHistoryIsTriedToo() throws Exception {
    GroupProgress now = serving(good, drifted(), Long.MIN_VALUE);
    GroupTrainer.Result alone =
        result("shadow: true", now, new GroupTrainer.Errand.Look("not due"));
    GroupTrainer.Result both = result("shadow: true", now, new GroupTrainer.Errand.Train("due"));

    assertTrue(alone.besideSchedule() && alone.trained());
    assertTrue(
        both.outcome().reason().startsWith(alone.outcome().reason() + "; due: "),
        both.outcome().reason());
    assertFalse(both.besideSchedule());
    assertEquals(alone.cooldown(), both.cooldown());
  }

  @Test
  void whatIsDueAtItsTimeIsTrainedWhileNothingIsForDrift() throws Exception {
    GroupProgress now = serving(good, drifted(), STEPS * HOUR + 1);
    GroupTrainer.Result due = result("shadow: true", now, new GroupTrainer.Errand.Train("due"));

    assertTrue(due.trained());
    assertTrue(due.outcome().reason().startsWith("due: "), due.outcome().reason());
    assertTrue(due.cooldown().isZero());
  }

  private static DriftTest drifted() {
    float[] losses = new float[40];
    Arrays.fill(losses, 0, 20, 1);
    Arrays.fill(losses, 20, 40, 2);
    return new DriftTest(losses, losses, 1e6, 1e6, STEPS + 1);
  }

  private static GroupProgress serving(ModelFile model) {
    return serving(model, DriftTest.NONE, Long.MIN_VALUE);
  }

  private static GroupProgress serving(ModelFile model, DriftTest drift, long driftQuietUntil) {
    return new GroupProgress(
        0,
        1,
        model.version(),
        model.bytes(),
        GroupProgress.Watch.NONE,
        Long.MIN_VALUE,
        driftQuietUntil,
        drift);
  }

  private static Outcome decide(String retrain, GroupProgress now, GroupTrainer.Errand errand)
      throws Exception {
    return result(retrain, now, errand).outcome();
  }

  private static GroupTrainer.Result result(
      String retrain, GroupProgress now, GroupTrainer.Errand errand) throws Exception {
    JobConfig config =
        ConfigFile.parse(
                """
                domain: care
                series: {step: PT1H, season: PT24H, targets: [value], history: 96}
                forecast: {horizon: 6}
                model: {hidden: 4}
                retrain: {%s}
                """
                    .formatted(retrain),
                Map.of())
            .job();
    int shape = new Targets.Target("value", config.forecaster("value").columns()).shape();
    long end = STEPS * HOUR;
    return new JobParts(config)
        .trainer()
        .train(
            new GroupTrainer.Request(
                "value",
                end,
                now.trainings() + 1,
                1,
                now,
                List.of(window("a", end, shape), window("b", end, shape)),
                errand));
  }

  /** Its cycle is not the season that the naive is told of: a model that learns it wins. */
  private static SeriesWindow window(String series, long end, int shape) {
    Random random = new Random(series.hashCode());
    float[] values = new float[STEPS];
    for (int i = 0; i < STEPS; i++) {
      values[i] = (float) (50 + 4 * Math.sin(2 * Math.PI * i / 17) + 0.3 * random.nextGaussian());
    }
    return new SeriesWindow("value", series, STEPS, end, shape, 1, values, false);
  }

  /** The network alone, with every output far too high. */
  private static ModelFile wrong(ForecastModel model) {
    HeadWeights head = model.head().orElseThrow().moved(20);
    return ModelFile.of(
        ModelArtifact.seal(model.config(), model.layers(), head, null, model.provenance()));
  }
}
