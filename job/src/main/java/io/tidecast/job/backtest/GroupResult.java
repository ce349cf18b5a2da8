package io.tidecast.job.backtest;

import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.train.TrainingReport;
import io.tidecast.model.train.TrainingWindow;
import java.util.List;
import java.util.Map;

/**
 * What a backtest of one model group came to.
 *
 * @param group its name
 * @param config as its series were forecast
 * @param split in steps of the grid
 * @param methods their results, the forecaster first
 * @param trainings their reports, by what was trained
 * @param shown a series, all of its steps, for a picture
 * @param forecasts of the forecaster for that series, in order of origins, a horizon apart
 */
record GroupResult(
    String group,
    ForecasterConfig config,
    Backtest.Split split,
    List<Backtest.Result> methods,
    Map<String, TrainingReport> trainings,
    TrainingWindow shown,
    List<Forecast> forecasts) {

  /** The result of a method that is there. */
  Backtest.Result method(String name) {
    return methods.stream()
        .filter(result -> result.total().method().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
