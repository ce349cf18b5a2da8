package io.tidecast.model.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Anomaly;
import io.tidecast.model.CellConfig;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Quality;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacktestTest {
  private static final ForecasterConfig CONFIG =
      ForecasterConfig.of(Duration.ofHours(1), 3, 12, 0).toBuilder()
          .cell(new CellConfig(CellConfig.Kind.LSTM, 1, 8))
          .history(36)
          .maxGap(6)
          .build();
  private static final Backtest.Split SPLIT = Backtest.Split.of(1000, 1200, 300, 400);

  @Test
  void errorsOfAKnownMethodAreThoseOfTheDefinitions() {
    // x[t] = t; the method forecasts the last value, 10 below and above at the outermost levels
    float[][] values = new float[12][1];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = i;
    }
    Stretch series = new Stretch("a", 11, values);
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));

    BacktestRow row = backtest.score(lastValue(10), List.of(series)).total();

    // origins 5 to 8, all leads; errors 1, 2, 3
    assertEquals(4, row.windows());
    assertEquals(2, row.mae(), 1e-6);
    assertEquals(14.0 / 3, row.get(Measure.MSE), 1e-6);
    // standard deviation of 0, 1, 2, 3
    assertEquals(2 / Math.sqrt(1.25), row.get(Measure.SCALED_MAE), 1e-6);
    assertEquals(14.0 / 3 / 1.25, row.get(Measure.SCALED_MSE), 1e-6);
    assertEquals(List.of(1.0, 0.0, 0.0), row.coverage());
    assertEquals(List.of(20.0, 0.0, 0.0), row.width());
    // error e at level q costs q e; the outermost, 10 away, cost 0.05 (10 + e) and 0.05 (10 - e)
    // by the distance between the levels on either side
    double others = (0.2 * 0.1 + 0.4 * 0.25 + 0.5 * 0.5 + 0.4 * 0.75 + 0.2 * 0.9) * 2;
    assertEquals(others + 0.1 * 0.05 * 20, row.crps(), 1e-6);
    // a plain mean over the levels; targets 6 to 11, 8.5 in the mean
    double plain = ((0.1 + 0.25 + 0.5 + 0.75 + 0.9) * 2 + 0.05 * 20) / 7;
    assertEquals(2 * plain / 8.5, row.get(Measure.WQL), 1e-6);
    assertEquals(2 / 8.5, row.get(Measure.WAPE), 1e-6);
    assertEquals(row.crps() / Math.sqrt(1.25), row.get(Measure.SCALED_CRPS), 1e-6);
  }

  @Test
  void scaledMeasuresAreOverTheNaiveErrorsOfTheTrainingPart() {
    // changes of 2, 1 and 3: 2 in the mean, 14 / 3 squared; then x[t] = t
    float[][] values = {{0}, {2}, {1}, {4}, {4}, {5}, {6}, {7}, {8}, {9}, {10}, {11}};
    ForecasterConfig config = CONFIG.toBuilder().season(1).build();
    Backtest backtest = new Backtest(config, Backtest.Split.of(0, 4, 2, 6));

    Backtest.Result result = backtest.score(lastValue(1), List.of(new Stretch("a", 11, values)));

    // errors 1, 2 and 3; the 90 % interval is 2 wide, and missed by 0, 1 and 2
    BacktestRow row = result.total();
    assertEquals(1, row.get(Measure.MASE), 1e-6);
    assertEquals(1, row.get(Measure.RMSSE), 1e-6);
    assertEquals((2 + 2 / 0.1) / 2, row.get(Measure.MSIS), 1e-6);
    assertEquals(Math.sqrt(9 / (14.0 / 3)), result.byLead().get(2).get(Measure.RMSSE), 1e-6);
  }

  @Test
  void aMethodIsComparedWithAnotherOnWhatBothForecast() {
    List<Stretch> series = List.of(series("a", 1), series("b", 2));
    Backtest backtest = new Backtest(CONFIG, SPLIT);
    OriginLosses near = backtest.score(Method.persistence(CONFIG), series).losses();
    OriginLosses wide = backtest.score(lastValue(1000), series).losses();
    OriginLosses some = backtest.score(lastValue(1000), series.subList(0, 1)).losses();

    // origins 2499 to 2896
    DieboldMariano test = near.against(wide);
    assertEquals(398, test.origins());
    assertTrue(test.statistic() < 0 && test.p() < 1e-6, test.toString());
    assertEquals(-test.statistic(), wide.against(near).statistic(), 1e-9);
    assertEquals(398, near.against(some).origins());
    assertTrue(Double.isNaN(near.against(near).statistic()));
  }

  @Test
  void errorsByLeadAreThoseOfTheLead() {
    float[][] values = new float[12][1];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = i;
    }
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));

    Backtest.Result result = backtest.score(lastValue(1), List.of(new Stretch("a", 11, values)));

    assertEquals(List.of(1.0, 2.0, 3.0), result.byLead().stream().map(BacktestRow::mae).toList());
  }

  @Test
  void anomaliesOfTheTestPartAloneAreCounted() {
    assertEquals(spikes(2300) + 1, spikes(2300, 2700), "2300 is of the validation part");
  }

  /** What is found, with values thrown off at these steps. */
  private static int spikes(int... steps) {
    Stretch series = series("a", 1);
    for (int step : steps) {
      series.values()[(int) (step - series.start())][0] += 500;
    }
    Method online = Method.online("online", CONFIG, origin -> Optional.empty());
    return new Backtest(CONFIG, SPLIT)
        .score(online, List.of(series))
        .anomalies()
        .getOrDefault(Anomaly.Cause.SPIKE, 0);
  }

  @Test
  void missingTargetsDoNotCount() {
    float[][] values = new float[12][1];
    values[7][0] = Float.NaN;
    values[8][0] = 5;
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));

    BacktestRow row = backtest.score(lastValue(1), List.of(new Stretch("a", 11, values))).total();

    // origins 5, 6 and 8: targets 6 8; 8 9; 9 10 11
    assertEquals(3, row.windows());
    assertEquals((5 + 5 + 15) / 7.0, row.mae(), 1e-6);
  }

  @Test
  void whatIsTrainedBeatsTheNaiveMethods() {
    List<Stretch> series = List.of(series("a", 1), series("b", 2));
    Backtest backtest = new Backtest(CONFIG, SPLIT);
    ForecastModel model = trained(backtest, series);

    BacktestRow tidecast =
        backtest
            .score(Method.online("tidecast", CONFIG, backtest.frozen(model, model)), series)
            .total();
    BacktestRow naive = backtest.score(Method.seasonalNaive(CONFIG), series).total();
    BacktestRow persistence = backtest.score(Method.persistence(CONFIG), series).total();

    assertEquals(naive.windows(), tidecast.windows());
    assertTrue(tidecast.mae() < naive.mae(), tidecast + " " + naive);
    assertTrue(tidecast.mae() < persistence.mae(), tidecast + " " + persistence);
    assertTrue(tidecast.crps() < naive.crps());
    assertEquals(0.9, tidecast.coverage().get(0), 0.05);
  }

  @Test
  void theTestPartIsNeverTrainedOn() {
    List<Stretch> series = List.of(series("a", 1));
    Stretch changed = series("a", 1);
    Random random = new Random(3);
    for (int i = 1500; i < 1900; i++) {
      changed.values()[i][0] = 100 * random.nextFloat();
    }
    Backtest backtest = new Backtest(CONFIG, SPLIT);

    assertArrayEquals(
        ModelArtifact.write(trained(backtest, series)),
        ModelArtifact.write(trained(backtest, List.of(changed))));
  }

  @Test
  void noiseAfterTheOriginLeavesForecastsUnchangedToTheBit() {
    List<Stretch> series = List.of(series("a", 1));
    Stretch changed = series("a", 1);
    Random random = new Random(3);
    int origin = 1700;
    for (int i = origin + 1; i < 1900; i++) {
      changed.values()[i][0] = 100 * random.nextFloat();
    }
    Backtest backtest = new Backtest(CONFIG, SPLIT);
    ForecastModel model = trained(backtest, series);

    List<Method> methods = new ArrayList<>(Method.baselines(CONFIG, SPLIT.validationStart()));
    methods.add(Method.online("tidecast", CONFIG, backtest.frozen(model, model)));
    for (Method method : methods) {
      List<Forecast> kept = forecasts(backtest, method, series, 1000 + origin);
      List<Forecast> again = forecasts(backtest, method, List.of(changed), 1000 + origin);

      assertEquals(kept.size(), again.size());
      assertEquals(1000 + origin, kept.get(kept.size() - 1).origin());
      for (int i = 0; i < kept.size(); i++) {
        for (int j = 0; j < kept.get(i).quantiles().length; j++) {
          assertArrayEquals(
              kept.get(i).quantiles()[j], again.get(i).quantiles()[j], 0, method.name());
        }
      }
    }
  }

  private static List<Forecast> forecasts(
      Backtest backtest, Method method, List<Stretch> series, long lastOrigin) {
    List<Forecast> forecasts = new ArrayList<>();
    backtest.score(
        method,
        series,
        new Backtest.Observer() {
          @Override
          public void scored(String name, Forecast forecast, float[] targets) {
            if (forecast.origin() <= lastOrigin) {
              forecasts.add(forecast);
            }
          }
        });
    return forecasts;
  }

  @Test
  void resultsOfSeriesAddUpToTheWhole() {
    List<Stretch> series = List.of(series("a", 1), series("b", 2));
    Backtest backtest = new Backtest(CONFIG, SPLIT);

    Backtest.Result result = backtest.score(Method.persistence(CONFIG), series);

    BacktestRow a = result.bySeries().get("a");
    BacktestRow b = result.bySeries().get("b");
    assertEquals(a.windows() + b.windows(), result.total().windows());
    assertEquals((a.mae() + b.mae()) / 2, result.total().mae(), 1e-9);
    assertEquals((a.crps() + b.crps()) / 2, result.total().crps(), 1e-9);
  }

  @Test
  void reliabilityIsTheShareOfTargetsAtOrBelowEachQuantile() {
    float[][] values = new float[12][1];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = i;
    }
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));

    Backtest.Result result = backtest.score(lastValue(2), List.of(new Stretch("a", 11, values)));

    // targets lie 1, 2 and 3 above the last value; the highest quantile 2 above
    assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0 / 3), result.reliability());
  }

  @Test
  void aConstantSeriesDoesNotMakeTheTotalUndefinedAndIsNamed() {
    float[][] constant = new float[12][1];
    float[][] values = new float[12][1];
    for (int i = 0; i < values.length; i++) {
      values[i][0] = i % 5;
      constant[i][0] = 3;
    }
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));
    List<Stretch> both = List.of(new Stretch("a", 11, values), new Stretch("b", 11, constant));

    BacktestRow total = backtest.score(lastValue(1), both).total();
    BacktestRow alone = backtest.score(lastValue(1), both.subList(0, 1)).total();

    assertEquals(alone.get(Measure.SCALED_MSE), total.get(Measure.SCALED_MSE), 1e-12);
    assertTrue(Double.isFinite(total.get(Measure.SCALED_MAE)));
    assertTrue(total.mae() < alone.mae(), "the constant counts where it can");
    assertTrue(
        backtest
            .remarks(both)
            .contains("b: no scaled measure: constant or empty in the training part"),
        backtest.remarks(both).toString());
  }

  @Test
  void seriesThatEndEarlyAreNamed() {
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));
    float[][] values = new float[6][1];
    values[2][0] = 1;

    List<String> remarks = backtest.remarks(List.of(new Stretch("a", 5, values)));

    assertEquals(
        List.of("a: no window: has 0 steps of the test part, fewer than the horizon"), remarks);
  }

  @Test
  void everySoManyOriginsCount() {
    float[][] values = new float[12][1];
    Backtest all = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));
    Backtest few = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6), 3);
    List<Stretch> series = List.of(new Stretch("a", 11, values));

    assertEquals(4, all.score(lastValue(1), series).total().windows());
    assertEquals(2, few.score(lastValue(1), series).total().windows());
  }

  @Test
  void coverageIsKnownByHourOfTheDayAndByQuarterOfTheTestPart() {
    float[][] values = new float[12][1];
    values[9][0] = 100;
    Backtest backtest = new Backtest(CONFIG, Backtest.Split.of(0, 4, 2, 6));

    Backtest.Result result = backtest.score(lastValue(1), List.of(new Stretch("a", 11, values)));

    List<Double> widest = result.coverageByHour().get(0);
    // step 9 covers the hour before 09:00
    assertEquals(0, widest.get(8));
    assertEquals(1, widest.get(7));
    assertTrue(Double.isNaN(widest.get(20)));
    // steps 9 and 10 are the third quarter of 6 to 11: three forecasts of the one, two of the other
    assertEquals(List.of(1.0, 1.0, 0.4, 1.0), result.coverageByQuarter().get(0));
  }

  @Test
  void partsMustAscend() {
    assertThrows(IllegalArgumentException.class, () -> Backtest.Split.of(0, 10, 0, 5));
  }

  private static ForecastModel trained(Backtest backtest, List<Stretch> series) {
    TrainingResult result =
        new Trainer(CONFIG, TrainingConfig.DEFAULT)
            .choose(
                backtest.seen(series),
                new TrainingRun("load", 1, 7, "test"),
                TrainingListener.NONE);
    return assertInstanceOf(TrainingResult.Chosen.class, result).model();
  }

  private static Stretch series(String name, long seed) {
    Random random = new Random(seed);
    float[][] values = new float[1900][1];
    double level = 0;
    for (int i = 0; i < values.length; i++) {
      level = 0.98 * level + 0.2 * random.nextGaussian();
      values[i][0] =
          (float) (5 + 2 * Math.sin(2 * Math.PI * i / 12) + level + 0.2 * random.nextGaussian());
    }
    return new Stretch(name, 1000 + 1899, values);
  }

  /** The last value at all levels but the outermost, which are {@code spread} away. */
  private static Method lastValue(float spread) {
    return new Method() {
      @Override
      public String name() {
        return "last value";
      }

      @Override
      public Session start() {
        return step -> {
          if (Double.isNaN(step.value())) {
            return Optional.empty();
          }
          float[][] quantiles = new float[7][3];
          for (int j = 0; j < 7; j++) {
            for (int h = 0; h < 3; h++) {
              quantiles[j][h] = (float) step.value() + (j == 0 ? -spread : j == 6 ? spread : 0);
            }
          }
          return Optional.of(new Forecast(step.index(), quantiles, "", Quality.NAIVE));
        };
      }
    };
  }
}
