package io.tidecast.job.retrain;

import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.Targets;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.TrainingConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * How many challengers are promoted where nothing changes, and how many of those are worse than
 * their predecessors on what follows?
 *
 * <p>Twenty worlds: a daily cycle, an AR(1) disturbance and noise, the same for ever. In each a
 * group is trained and then challenged every epoch, by the policy and the trainer of the job; every
 * promotion is scored on 10,000 steps that are kept from all of them. No build runs it, {@code
 * job/BENCHMARKS.md} has the command; properties {@code margin}, {@code seed} and {@code worlds}
 * are the margin, the first seed and how many worlds there are.
 */
final class PromotionBenchmark {
  private static final int WORLDS = 20;
  private static final int EPOCHS = 5;
  private static final int EPOCH_STEPS = 168;
  private static final int FIRST_STEPS = 4 * EPOCH_STEPS;
  private static final int FRESH_STEPS = 10_000;
  private static final int WINDOW = 24;
  private static final long STEP = Duration.ofHours(1).toMillis();

  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 12, 24, 0).toBuilder()
          .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 8))
          .history(96)
          .build();

  private static final RetrainConfig RETRAIN =
      new RetrainConfig(
          Duration.ofMillis(EPOCH_STEPS * STEP),
          Duration.ofHours(2),
          Duration.ofMillis(EPOCH_STEPS * STEP),
          0,
          true,
          Duration.ofMillis(2 * EPOCH_STEPS * STEP),
          2,
          FIRST_STEPS,
          WINDOW,
          Duration.ofDays(365),
          2_000_000,
          1,
          1,
          Duration.ofHours(1),
          Duration.ofHours(1),
          1);

  private int challengers;
  private int promoted;
  private int worse;
  private int worseBeyondNoise;
  private int rolledBack;
  private int alarms;
  private int looks;
  private double gained;

  @Test
  void fewArePromotedAndFewerOfThemAreWorse() throws Exception {
    double margin = Double.parseDouble(System.getProperty("margin", "0.005"));
    int first = Integer.getInteger("seed", 1);
    int worlds = Integer.getInteger("worlds", WORLDS);
    for (int i = 0; i < worlds; i++) {
      live(first + i, margin);
      print(i + 1, margin);
    }
  }

  private void print(int worlds, double margin) {
    System.out.printf(
        "{\"worlds\":%d,\"margin\":%s,\"challengers\":%d,\"promoted\":%d,\"worse\":%d,"
            + "\"worseBeyondNoise\":%d,\"meanGain\":%.4f,\"rolledBack\":%d,\"looks\":%d,"
            + "\"driftAlarms\":%d}%n",
        worlds,
        margin,
        challengers,
        promoted,
        worse,
        worseBeyondNoise,
        promoted == 0 ? 0 : gained / promoted,
        rolledBack,
        looks,
        alarms);
  }

  private void live(int seed, double margin) throws Exception {
    int steps = FIRST_STEPS + EPOCHS * EPOCH_STEPS;
    List<SeriesWindow> all = world(seed, steps + FRESH_STEPS);
    long last = steps;
    List<Stretch> fresh =
        all.stream().filter(w -> w.end() > last - 400).map(PromotionBenchmark::stretch).toList();
    RetrainPolicy policy = new RetrainPolicy(RETRAIN);
    ChallengerTrainer trainer =
        new ChallengerTrainer(
            Map.of("g", CONFIG),
            TrainingConfig.DEFAULT,
            new ChallengerTrainer.Rules(margin, false, true),
            "benchmark");
    GroupProgress progress = GroupProgress.NONE;
    for (int at = FIRST_STEPS / 2; at <= steps; at += EPOCH_STEPS) {
      long boundary = policy.boundaryFrom(at * STEP);
      List<SeriesWindow> known = all.stream().filter(w -> w.knownAt() <= boundary).toList();
      GroupTrainer.Errand errand = policy.errand(boundary, progress, known, GroupControl.NONE);
      if (errand instanceof GroupTrainer.Errand.None) {
        continue;
      }
      GroupTrainer.Result result =
          trainer.train(policy.request("g", boundary, progress, known, errand));
      GroupProgress after = policy.after(boundary, progress, result);
      if (progress.hasChampion()) {
        count(result, progress, after, last, fresh);
      }
      progress = after;
    }
  }

  private void count(
      GroupTrainer.Result result,
      GroupProgress before,
      GroupProgress after,
      long last,
      List<Stretch> fresh) {
    looks++;
    challengers += result.trained() ? 1 : 0;
    alarms += result.trained() && !result.cooldown().isZero() ? 1 : 0;
    rolledBack += result.outcome() instanceof Outcome.RolledBack ? 1 : 0;
    if (result.outcome() instanceof Outcome.Promoted) {
      promoted++;
      PromotionGate.Scores scores =
          new PromotionGate(CONFIG)
              .judgeSince(
                  last + 1,
                  fresh,
                  new ModelFile(after.version(), after.champion()).open(),
                  new ModelFile(before.version(), before.champion()).open())
              .scores();
      gained += 1 - scores.challenger() / scores.champion();
      worse += scores.challenger() > scores.champion() ? 1 : 0;
      worseBeyondNoise += scores.isWorse() ? 1 : 0;
    }
  }

  private static Stretch stretch(SeriesWindow window) {
    float[][] rows = new float[window.steps()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {window.values()[i]};
    }
    return new Stretch(window.series(), window.end(), rows);
  }

  private static List<SeriesWindow> world(int seed, int steps) {
    Random random = new Random(seed);
    int shape = new Targets.Target("g", List.of()).shape();
    List<SeriesWindow> windows = new ArrayList<>();
    for (String series : List.of("a", "b")) {
      double disturbance = 0;
      float[] values = new float[WINDOW];
      for (int t = 1; t <= steps; t++) {
        disturbance = 0.8 * disturbance + random.nextGaussian();
        double cycle = 4 * Math.sin(2 * Math.PI * t / 24) + 2 * Math.sin(4 * Math.PI * t / 24 + 1);
        values[(t - 1) % WINDOW] = (float) (20 + cycle + disturbance + 0.3 * random.nextGaussian());
        if (t % WINDOW == 0) {
          windows.add(new SeriesWindow("g", series, t, t * STEP, shape, 1, values.clone(), false));
        }
      }
    }
    return windows;
  }
}
