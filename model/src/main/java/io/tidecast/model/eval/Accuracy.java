package io.tidecast.model.eval;

import io.tidecast.model.Forecast;
import io.tidecast.model.Grid;
import io.tidecast.model.PinballLoss;
import io.tidecast.model.QuantileLevels;
import java.util.Arrays;

/** Sums of errors by lead; sums of several series add up. */
final class Accuracy {
  private static final int QUARTERS = 4;

  private final QuantileLevels levels;
  private final int horizon;
  private final long[] count;
  private final long[] scaledCount;
  private final long[] maseCount;
  private final double[] squared;
  private final double[] absolute;
  private final double[] smape;
  private final double[] crps;
  private final double[] crpsWeights;
  private final double[] pinball;
  private final double[] size;
  private final double[] scaledSquared;
  private final double[] scaledAbsolute;
  private final double[] mase;
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
    count = new long[horizon];
    scaledCount = new long[horizon];
    maseCount = new long[horizon];
    squared = new double[horizon];
    absolute = new double[horizon];
    smape = new double[horizon];
    crps = new double[horizon];
    crpsWeights = Crps.weights(levels);
    pinball = new double[horizon];
    size = new double[horizon];
    scaledSquared = new double[horizon];
    scaledAbsolute = new double[horizon];
    mase = new double[horizon];
    inside = new long[levels.intervals()][horizon];
    width = new double[levels.intervals()][horizon];
    atOrBelow = new long[levels.size()];
  }

  /**
   * One origin.
   *
   * @param forecast from the base of the targets
   * @param targets {@code [horizon]}, less the base, NaN where missing: those do not count
   * @param deviation standard deviation of the training part; where that is not positive, scaled
   *     errors do not count
   * @param maseScale see {@link Mase#scale}; the same
   */
  void add(Forecast forecast, float[] targets, double deviation, double maseScale) {
    windows++;
    for (int h = 0; h < horizon; h++) {
      if (!Float.isNaN(targets[h])) {
        add(forecast, h, targets[h], deviation, maseScale);
        long step = forecast.origin() + h + 1;
        byHour.add(hour(step), forecast.quantiles(), h, targets[h]);
        byQuarter.add(quarter(step), forecast.quantiles(), h, targets[h]);
      }
    }
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
  double[][] coverageByHour() {
    return byHour.shares();
  }

  /** The same by quarters of the test part. */
  double[][] coverageByQuarter() {
    return byQuarter.shares();
  }

  private void add(Forecast forecast, int h, double y, double deviation, double maseScale) {
    float[][] q = forecast.quantiles();
    double error = y - q[levels.median()][h];
    count[h]++;
    squared[h] += error * error;
    absolute[h] += Math.abs(error);
    double full = forecast.base() + y;
    size[h] += Math.abs(full);
    smape[h] += Smape.of(full, forecast.quantile(levels.median(), h + 1));
    if (deviation > 0) {
      scaledCount[h]++;
      scaledSquared[h] += error * error / (deviation * deviation);
      scaledAbsolute[h] += Math.abs(error) / deviation;
    }
    if (maseScale > 0) {
      maseCount[h]++;
      mase[h] += Math.abs(error) / maseScale;
    }
    for (int j = 0; j < levels.size(); j++) {
      double loss = PinballLoss.of(levels.get(j), y, q[j][h]);
      crps[h] += crpsWeights[j] * loss;
      pinball[h] += loss;
      atOrBelow[j] += y <= q[j][h] ? 1 : 0;
    }
    for (int i = 0; i < levels.intervals(); i++) {
      double low = q[i][h];
      double high = q[levels.size() - 1 - i][h];
      inside[i][h] += y >= low && y <= high ? 1 : 0;
      width[i][h] += high - low;
    }
  }

  /** Takes over the sums of another series. */
  void add(Accuracy other) {
    windows += other.windows;
    for (int h = 0; h < horizon; h++) {
      count[h] += other.count[h];
      scaledCount[h] += other.scaledCount[h];
      maseCount[h] += other.maseCount[h];
      squared[h] += other.squared[h];
      absolute[h] += other.absolute[h];
      smape[h] += other.smape[h];
      crps[h] += other.crps[h];
      pinball[h] += other.pinball[h];
      size[h] += other.size[h];
      scaledSquared[h] += other.scaledSquared[h];
      scaledAbsolute[h] += other.scaledAbsolute[h];
      mase[h] += other.mase[h];
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
  double[] reliability() {
    double n = Arrays.stream(count).sum();
    return Arrays.stream(atOrBelow).mapToDouble(below -> below / n).toArray();
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
    double n = sum(count, from, to);
    double[] coverage = new double[levels.intervals()];
    double[] widths = new double[levels.intervals()];
    for (int i = 0; i < coverage.length; i++) {
      for (int h = from; h < to; h++) {
        coverage[i] += inside[i][h] / n;
        widths[i] += width[i][h] / n;
      }
    }
    return new BacktestRow(
        method,
        to,
        windows,
        sum(squared, from, to) / n,
        sum(absolute, from, to) / n,
        sum(smape, from, to) / n,
        sum(mase, from, to) / sum(maseCount, from, to),
        sum(crps, from, to) / n,
        wql(from, to),
        sum(scaledSquared, from, to) / sum(scaledCount, from, to),
        sum(scaledAbsolute, from, to) / sum(scaledCount, from, to),
        coverage,
        widths);
  }

  /** Of zeros alone there is none. */
  private double wql(int from, int to) {
    double targets = sum(size, from, to);
    return targets > 0 ? 2 * sum(pinball, from, to) / levels.size() / targets : Double.NaN;
  }

  private static double sum(long[] values, int from, int to) {
    double sum = 0;
    for (int h = from; h < to; h++) {
      sum += values[h];
    }
    return sum;
  }

  private static double sum(double[] values, int from, int to) {
    double sum = 0;
    for (int h = from; h < to; h++) {
      sum += values[h];
    }
    return sum;
  }
}
