package io.tidecast.job.offline;

import io.tidecast.job.state.Decision;
import io.tidecast.model.Forecast;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.eval.Backtest;
import io.tidecast.model.train.TrainingReport;
import java.util.List;
import java.util.Map;

/**
 * What a backtest of one model group came to.
 *
 * @param group its name
 * @param unit of its targets; empty if none is configured
 * @param config as its series were forecast
 * @param split in steps of the grid
 * @param methods their results, the forecaster first
 * @param rivals those that it is to be told from: what was made elsewhere, and the best of the
 *     simple methods
 * @param trainings in frozen mode: their reports, by what was trained
 * @param decisions in online mode: those of every boundary, by what was trained
 * @param remarks what did not count, or could not be fitted, and why
 * @param shown a series, all of its steps, for a picture
 * @param forecasts of the forecaster for that series, in order of origins, a horizon apart
 */
public record GroupResult(
    String group,
    String unit,
    ForecasterConfig config,
    Backtest.Split split,
    List<Backtest.Result> methods,
    List<Backtest.Result> rivals,
    Map<String, TrainingReport> trainings,
    Map<String, List<Decision>> decisions,
    List<String> remarks,
    Stretch shown,
    List<Forecast> forecasts) {

  /** The result of a method that is there. */
  public Backtest.Result method(String name) {
    return methods.stream()
        .filter(result -> result.total().method().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
