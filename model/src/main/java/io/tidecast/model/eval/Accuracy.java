package io.tidecast.model.eval;

import io.tidecast.model.Forecast;
import io.tidecast.model.Grid;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.QuantileLevels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Sums of errors by lead; sums of several series add up. */
final class Accuracy {
  private static final int QUARTERS = 4;

  private final QuantileLevels levels;
  private final int horizon;
  private final double[] crpsWeights;
  private final long[] count;
  // [measures][horizon]
  private final double[][] sum;
  private final double[][] beside;
  private final long[][] inside;
  private final double[][] width;
  private final long[] atOrBelow;
  private final Grid grid;
  private final Backtest.Split split;
  private final CoverageByTime byHour;
  private final CoverageByTime byQuarter;
  private long windows;

  Accuracy(QuantileLevels levels, int horizon, Grid grid, Backtest.Split split) {
    this.levels = levels;
    this.grid = grid;
    this.split = split;
    byHour = new CoverageByTime(levels.intervals(), 24);
    byQuarter = new CoverageByTime(levels.intervals(), QUARTERS);
    this.horizon = horizon;
    crpsWeights = Crps.weights(levels);
    count = new long[horizon];
    sum = new double[Measure.values().length][horizon];
    beside = new double[Measure.values().length][horizon];
    inside = new long[levels.intervals()][horizon];
    width = new double[levels.intervals()][horizon];
    atOrBelow = new long[levels.size()];
  }

  /**
   * One origin.
   *
   * @param forecast from the base of the targets
   * @param targets {@code [horizon]}, less the base, NaN where missing: those do not count
   * @param scale of their series
   * @return mean over the targets of CRPS in units of the series' deviation; NaN if undefined
   */
  double add(Forecast forecast, float[] targets, SeriesScale scale) {
    windows++;
    double loss = 0;
    int known = 0;
    for (int h = 0; h < horizon; h++) {
      if (!Float.isNaN(targets[h])) {
        loss += add(forecast, h, targets[h], scale) / scale.deviation();
        known++;
        long step = forecast.origin() + h + 1;
        byHour.add(hour(step), forecast.quantiles(), h, targets[h]);
        byQuarter.add(quarter(step), forecast.quantiles(), h, targets[h]);
      }
    }
    return loss / known;
  }

  private int hour(long step) {
    // what a step covers lies before its end
    return (int) Math.floorMod(Math.floorDiv(grid.end(step) - 1, 3_600_000L), 24L);
  }

  private int quarter(long step) {
    long since = step - split.testStart();
    return (int) Math.max(0, Math.min(QUARTERS - 1, QUARTERS * since / split.testSteps()));
  }

  /** Share inside each interval by the hour of the day (UTC) the target lies in, NaN without. */
  List<List<Double>> coverageByHour() {
    return byHour.shares();
  }

  /** The same by quarters of the test part. */
  List<List<Double>> coverageByQuarter() {
    return byQuarter.shares();
  }

  /** Returns its CRPS. */
  private double add(Forecast forecast, int h, double y, SeriesScale scale) {
    float[][] q = forecast.quantiles();
    double error = Math.abs(y - q[levels.median()][h]);
    double full = forecast.base() + y;
    count[h]++;
    add(Measure.MSE, h, error * error, 1);
    add(Measure.MAE, h, error, 1);
    add(Measure.SMAPE, h, Smape.of(full, forecast.quantile(levels.median(), h + 1)), 1);
    add(Measure.WAPE, h, error, Math.abs(full));
    double crps = 0;
    double pinball = 0;
    for (int j = 0; j < levels.size(); j++) {
      double loss = PinballLoss.of(levels.get(j), y, q[j][h]);
      crps += crpsWeights[j] * loss;
      pinball += loss;
      atOrBelow[j] += y <= q[j][h] ? 1 : 0;
    }
    add(Measure.CRPS, h, crps, 1);
    add(Measure.WQL, h, 2 * pinball / levels.size(), Math.abs(full));
    if (!Double.isNaN(scale.deviation())) {
      add(Measure.SCALED_MSE, h, error * error / (scale.deviation() * scale.deviation()), 1);
      add(Measure.SCALED_MAE, h, error / scale.deviation(), 1);
      add(Measure.SCALED_CRPS, h, crps / scale.deviation(), 1);
    }
    if (!Double.isNaN(scale.naiveAbsolute())) {
      add(Measure.MASE, h, error / scale.naiveAbsolute(), 1);
      add(Measure.RMSSE, h, error * error / scale.naiveSquared(), 1);
      add(Measure.MSIS, h, intervalScore(y, q, h) / scale.naiveAbsolute(), 1);
    }
    for (int i = 0; i < levels.intervals(); i++) {
      double low = q[i][h];
      double high = q[levels.size() - 1 - i][h];
      inside[i][h] += y >= low && y <= high ? 1 : 0;
      width[i][h] += high - low;
    }
    return crps;
  }

  /** Of the widest interval. */
  private double intervalScore(double y, float[][] q, int h) {
    int top = levels.size() - 1;
    double fails = 1 - (levels.get(top) - levels.get(0));
    double outside = Math.max(0, Math.max(q[0][h] - y, y - q[top][h]));
    return (double) q[top][h] - q[0][h] + 2 / fails * outside;
  }

  private void add(Measure measure, int h, double error, double size) {
    sum[measure.ordinal()][h] += error;
    beside[measure.ordinal()][h] += size;
  }

  /** Takes over the sums of another series. */
  void add(Accuracy other) {
    windows += other.windows;
    for (int h = 0; h < horizon; h++) {
      count[h] += other.count[h];
      for (int m = 0; m < sum.length; m++) {
        sum[m][h] += other.sum[m][h];
        beside[m][h] += other.beside[m][h];
      }
      for (int i = 0; i < inside.length; i++) {
        inside[i][h] += other.inside[i][h];
        width[i][h] += other.width[i][h];
      }
    }
    for (int j = 0; j < atOrBelow.length; j++) {
      atOrBelow[j] += other.atOrBelow[j];
    }
    byHour.add(other.byHour);
    byQuarter.add(other.byQuarter);
  }

  /** Share of the targets at or below each level's quantile, over all leads. */
  List<Double> reliability() {
    double n = Arrays.stream(count).sum();
    return Arrays.stream(atOrBelow).mapToObj(below -> below / n).toList();
  }

  /** Means over all leads. */
  BacktestRow row(String method) {
    return row(method, 0, horizon);
  }

  /** Means at one lead, from 1. */
  BacktestRow row(String method, int lead) {
    return row(method, lead - 1, lead);
  }

  private BacktestRow row(String method, int from, int to) {
    double n = Arrays.stream(count, from, to).sum();
    List<Double> coverage = new ArrayList<>();
    List<Double> widths = new ArrayList<>();
    for (int i = 0; i < levels.intervals(); i++) {
      coverage.add(Arrays.stream(inside[i], from, to).sum() / n);
      widths.add(Arrays.stream(width[i], from, to).sum() / n);
    }
    Map<Measure, Double> measures = new EnumMap<>(Measure.class);
    for (Measure measure : Measure.values()) {
      double errors = Arrays.stream(sum[measure.ordinal()], from, to).sum();
      double size = Arrays.stream(beside[measure.ordinal()], from, to).sum();
      measures.put(measure, measure.of(errors, size));
    }
    return new BacktestRow(method, to, windows, measures, coverage, widths);
  }
}
