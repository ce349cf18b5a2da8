package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A model of a few weeks has seen a dozen outcomes of a day ahead, and the naives know there what
 * it does not: what is given out is better than either. Maps alone.
 */
class YoungModelTest {
  private static final int RUNS = 6;
  private static final int STEPS = 3000;
  private static final int SEASON = 24;
  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), SEASON, SEASON, 0).toBuilder()
          .cell(new CellConfig(CellConfig.Kind.NONE, 1, 8))
          .build();

  /** A daily cycle, and fronts that come and go within days. */
  private static List<Stretch> weather(int seed) {
    Random random = new Random(RUNS + seed);
    float[][] rows = new float[STEPS][];
    double front = 0;
    for (int t = 0; t < STEPS; t++) {
      front = 0.97 * front + 0.6 * random.nextGaussian();
      double day = 4 * Math.sin(2 * Math.PI * t / SEASON);
      rows[t] = new float[] {(float) (15 + day + front + 0.2 * random.nextGaussian())};
    }
    return List.of(new Stretch("one", STEPS - 1, rows));
  }

  @Test
  void aSeasonAheadTheNaivesHelpIt() {
    double ours = 0;
    double naive = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      List<Stretch> series = weather(seed);
      Backtest.Split split = new Backtest.Split(450, 600, STEPS);
      Backtest backtest = new Backtest(CONFIG, split);
      Optional<ForecastModel> model = KindsOfSeriesTest.promoted(CONFIG, backtest.seen(series));
      Method online =
          Method.online(
              "tidecast",
              CONFIG,
              origin -> origin < split.testStart() - 1 ? Optional.empty() : model);
      ours += seasonAhead(backtest, online, series);
      naive += seasonAhead(backtest, Method.seasonalNaive(CONFIG), series);
    }

    // a map and each naive by itself have 0.966
    assertTrue(ours <= 0.957 * naive, "MAE over the naive's: " + ours / naive);
  }

  private static double seasonAhead(Backtest backtest, Method method, List<Stretch> series) {
    return backtest.score(method, series).byLead().get(SEASON - 1).mae();
  }
}
