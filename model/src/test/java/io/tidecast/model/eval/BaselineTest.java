package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BaselineTest {
  private static final int SEASON = 6;
  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 8, SEASON, 0);

  @Test
  void theSeasonalNaiveRepeatsTheLastSeason() {
    PointForecaster naive = new SeasonalNaive(3);
    for (int t = 0; t < 7; t++) {
      naive.step(t, t);
    }

    // after 0 .. 6 the last season is 4 5 6
    assertEquals(List.of(4f, 5f, 6f, 4f), leads(naive, 4));
  }

  @Test
  void whereTheValueOfTheSeasonIsMissingTheOneBeforeStandsForIt() {
    PointForecaster naive = new SeasonalNaive(3);
    for (int t = 0; t < 7; t++) {
      naive.step(t, t == 5 ? Float.NaN : t);
    }

    assertEquals(List.of(4f, 2f, 6f), leads(naive, 3));
  }

  @Test
  void driftGoesOnAlongTheLineFromTheFirstToTheLastValue() {
    PointForecaster drift = new Drift();
    drift.step(10, 1);
    assertFalse(drift.ready());
    drift.step(11, 7);
    drift.step(12, Float.NaN);
    drift.step(13, 4);

    assertEquals(List.of(5f, 6f, 7f), leads(drift, 3));
  }

  @Test
  void holtWintersFindsTheSeasonOfANoisySeriesAndFollowsItsLevel() {
    Random random = new Random(1);
    PointForecaster smoothing = new HoltWinters(SEASON, 600);
    double level = 0;
    double error = 0;
    double naiveError = 0;
    float[] values = new float[900];
    for (int t = 0; t < values.length; t++) {
      level += 0.05 * random.nextGaussian();
      values[t] =
          (float) (10 + level + 3 * Math.sin(2 * Math.PI * t / SEASON) + random.nextGaussian());
    }
    for (int t = 0; t < values.length - SEASON; t++) {
      smoothing.step(t, values[t]);
      assertEquals(t >= 600, smoothing.ready());
      if (smoothing.ready()) {
        error += Math.abs(values[t + SEASON] - smoothing.forecast(SEASON));
        naiveError += Math.abs(values[t + SEASON] - values[t]);
      }
    }

    // the naive doubles the variance of the noise; smoothing takes most of that away
    assertTrue(error < 0.8 * naiveError, error + " " + naiveError);
  }

  @Test
  void errorQuantilesAreThoseOfTheNewestErrors() {
    Random random = new Random(2);
    ErrorQuantiles quantiles = new ErrorQuantiles(100);
    Deque<Float> newest = new ArrayDeque<>();
    for (int i = 0; i < 350; i++) {
      // ties too
      float error = Math.round(20 * random.nextGaussian());
      quantiles.add(error);
      newest.add(error);
      if (newest.size() > 100) {
        newest.remove();
      }
    }

    double[] sorted = newest.stream().mapToDouble(Float::doubleValue).sorted().toArray();
    assertEquals(sorted[0], quantiles.get(0));
    assertEquals(sorted[99], quantiles.get(1));
    assertEquals((sorted[49] + sorted[50]) / 2, quantiles.get(0.5), 1e-6);
    assertEquals(sorted[9] + 0.9 * (sorted[10] - sorted[9]), quantiles.get(0.1), 1e-5);
  }

  @Test
  void rollingQuantilesCoverWhatTheyPromise() {
    Random random = new Random(3);
    Method.Session session = Method.persistence(CONFIG).start();
    float[] values = new float[3000];
    for (int t = 1; t < values.length; t++) {
      values[t] = values[t - 1] + (float) random.nextGaussian();
    }
    int inside = 0;
    int count = 0;
    for (int t = 0; t < values.length - 1; t++) {
      Forecast forecast = session.step(step(t, values[t])).orElseThrow();
      if (t >= 1000) {
        float next = values[t + 1];
        inside += next >= forecast.quantiles()[0][0] && next <= forecast.quantiles()[6][0] ? 1 : 0;
        count++;
      }
    }

    // 0.9 with a standard error of 0.007
    assertEquals(0.9, (double) inside / count, 0.025);
  }

  @Test
  void fixedQuantilesStayAsTheTrainingPartLeftThem() {
    Random random = new Random(4);
    Method.Session session = Method.persistenceFixed(CONFIG, 500).start();
    Forecast before = null;
    for (int t = 0; t < 500; t++) {
      before = session.step(step(t, (float) random.nextGaussian())).orElseThrow();
    }
    Forecast after = null;
    for (int t = 500; t < 700; t++) {
      after = session.step(step(t, (float) (100 * random.nextGaussian()))).orElseThrow();
    }

    float widthBefore = before.quantiles()[6][2] - before.quantiles()[0][2];
    float widthAfter = after.quantiles()[6][2] - after.quantiles()[0][2];
    assertEquals(widthBefore, widthAfter, 1e-4);
  }

  @Test
  void noMethodSeesWhatComesAfterTheOrigin() {
    for (Method method : Method.baselines(CONFIG, 300)) {
      Random random = new Random(5);
      Method.Session one = method.start();
      Method.Session other = method.start();
      for (int t = 0; t < 400; t++) {
        float value = (float) (Math.sin(t) + random.nextGaussian());
        Optional<Forecast> forecast = one.step(step(t, value));
        Optional<Forecast> again = other.step(step(t, value));
        assertEquals(forecast.isPresent(), again.isPresent());
        if (t == 399) {
          float[][] made = forecast.orElseThrow().quantiles();
          float[][] kept = Arrays.stream(made).map(float[]::clone).toArray(float[][]::new);
          one.step(step(400, 1e6f));
          for (int j = 0; j < kept.length; j++) {
            assertArrayEquals(kept[j], made[j], method.name());
            assertArrayEquals(again.orElseThrow().quantiles()[j], made[j], method.name());
          }
        }
      }
    }
  }

  @Test
  void missingStepsBetweenTwoAreSteppedAsMissing() {
    Method.Session session = Method.seasonalNaive(CONFIG).start();
    for (int t = 0; t < 60; t++) {
      session.step(step(t, t % SEASON));
    }

    Forecast forecast = session.step(step(64, 64 % SEASON)).orElseThrow();

    for (int h = 0; h < 8; h++) {
      assertEquals((65 + h) % SEASON, forecast.quantiles()[3][h]);
    }
  }

  private static ClosedStep step(long index, float value) {
    return new ClosedStep(index, value, new float[0]);
  }

  private static List<Float> leads(PointForecaster method, int horizon) {
    Float[] leads = new Float[horizon];
    for (int h = 0; h < horizon; h++) {
      leads[h] = method.forecast(h + 1);
    }
    return List.of(leads);
  }
}
