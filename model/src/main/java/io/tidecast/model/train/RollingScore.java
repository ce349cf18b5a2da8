package io.tidecast.model.train;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.Evaluation;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.input.SeriesInputs;
import io.tidecast.model.online.BlockLosses;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Mean pinball loss of what the online forecaster serves, over the targets of a span of time, in
 * units of each series' mean running scale there.
 *
 * <p>One pass per series with the state carried throughout. The model serves from {@code
 * servesFrom} on, as after a swap; before, the pipeline alone is stepped.
 */
final class RollingScore {
  // The slower averages of the pipeline have forgotten their start after this many histories.
  private static final int WARM_UP_HISTORIES = 3;

  private final ForecasterConfig config;
  private final List<List<Stretch>> series;

  private double model;
  private double naive;
  private long targets;
  private BlockLosses.Sums blocks;

  RollingScore(ForecasterConfig config, List<Stretch> usable) {
    this.config = config;
    series = TrainingWindows.bySeries(usable);
  }

  /**
   * @param model mean loss of what was served
   * @param naive mean loss of the seasonal naive with its empirical error quantiles
   * @param targets number of (target, lead) pairs
   * @param blocks the same losses by block
   */
  record Score(double model, double naive, long targets, BlockLosses blocks) {}

  /**
   * Over the targets in {@code [from, to)}.
   *
   * @param served null for the naives alone
   */
  Score score(ForecastModel served, long servesFrom, long from, long to) {
    model = 0;
    naive = 0;
    targets = 0;
    blocks = new BlockLosses.Sums(from, to, Math.min(config.horizon(), BlockLosses.LONGEST));
    for (List<Stretch> windows : series) {
      scoreSeries(windows, served, servesFrom, from, to);
    }
    double count = Math.max(1, targets);
    return new Score(model / count, naive / count, targets, blocks.means());
  }

  private void scoreSeries(
      List<Stretch> windows, ForecastModel served, long servesFrom, long from, long to) {
    long first = servesFrom - (long) WARM_UP_HISTORIES * config.history();
    double unit = unit(windows, first, from, to);
    SeriesForecaster forecaster = new SeriesForecaster(config, 1);
    SeriesState state = forecaster.newState();
    for (Stretch window : windows) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("scoring was interrupted");
      }
      for (int i = 0; i < window.values().length; i++) {
        long step = window.start() + i;
        if (step < first || step >= to || SeriesRows.empty(window.values()[i])) {
          continue;
        }
        ForecastModel serving = step < servesFrom ? null : served;
        forecaster
            .step(state, window.step(i), serving)
            .evaluations()
            .forEach(evaluation -> add(evaluation, from, unit));
      }
    }
  }

  private void add(Evaluation evaluation, long from, double unit) {
    if (evaluation.end() < from) {
      return;
    }
    double ofModel = 0;
    double ofNaive = 0;
    int count = 0;
    for (int h = 0; h < evaluation.count().length; h++) {
      ofModel += evaluation.pinball()[h] / unit;
      ofNaive += evaluation.naivePinball()[h] / unit;
      count += evaluation.count()[h];
    }
    model += ofModel;
    naive += ofNaive;
    targets += count;
    blocks.add(evaluation.end(), ofModel, ofNaive, count);
  }

  /**
   * Mean running scale over the observed steps in {@code [from, to)}, in the unit of the target.
   */
  private double unit(List<Stretch> windows, long first, long from, long to) {
    SeriesInputs pipeline = new SeriesInputs(config);
    double sum = 0;
    int count = 0;
    for (Stretch window : windows) {
      for (int i = 0; i < window.values().length; i++) {
        long step = window.start() + i;
        if (step < first || step >= to) {
          continue;
        }
        ClosedStep one = window.step(i);
        pipeline.step(one.value(), one.covariates());
        if (step >= from && pipeline.started()) {
          sum += scale(pipeline);
          count++;
        }
      }
    }
    return count > 0 ? sum / count : 1;
  }

  private double scale(SeriesInputs pipeline) {
    double last = pipeline.base().value() + pipeline.last();
    return config.transform().invert(last + pipeline.scale()) - config.transform().invert(last);
  }
}
