package io.tidecast.connectors.record;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * Errors of past forecasts of one series, by lead: counts and sums over the targets of one period,
 * so that any set of records adds up. Beside them the same errors of the seasonal naive and of
 * persistence, from the same origins for the same targets. (series, time, model) is unique.
 *
 * <p>Errors are in the unit of the target.
 *
 * @param series {@code stream/variable}
 * @param time end of the period the targets fall in
 * @param period length of that period
 * @param step spacing of the leads
 * @param model version the group had when the forecasts were made, also where the seasonal naive
 *     served in its stead; empty if it had none
 * @param levels ascending quantile levels in (0, 1)
 * @param count {@code [horizon]} scored targets
 * @param absoluteError {@code [horizon]} sum of |target - median|
 * @param squaredError {@code [horizon]} sum of (target - median)^2
 * @param pinball {@code [horizon]} sum of the mean pinball loss over the levels, without the factor
 *     2
 * @param inside {@code [intervals][horizon]} targets inside each central interval, widest first
 * @param width {@code [intervals][horizon]} sum of the interval widths
 * @param naiveAbsoluteError {@code [horizon]} of the seasonal naive
 * @param naivePinball {@code [horizon]} of the seasonal naive with its empirical error quantiles
 * @param persistenceAbsoluteError {@code [horizon]} of the last value
 * @param absoluteTarget {@code [horizon]} sum of |target|; empty if unknown, as in records of
 *     before it was counted
 */
public record EvaluationRecord(
    String series,
    Instant time,
    Duration period,
    Duration step,
    String model,
    List<Double> levels,
    int[] count,
    double[] absoluteError,
    double[] squaredError,
    double[] pinball,
    int[][] inside,
    double[][] width,
    double[] naiveAbsoluteError,
    double[] naivePinball,
    double[] persistenceAbsoluteError,
    double[] absoluteTarget) {

  public EvaluationRecord {
    Require.text("series", series);
    Require.present("time", time);
    Require.positive("period", period);
    Require.positive("step", step);
    Require.present("model", model);
    levels = Require.levels(levels);
    Require.present("count", count);
    int horizon = count.length;
    int intervals = levels.size() / 2;
    Require.vector("absoluteError", absoluteError, horizon);
    Require.vector("squaredError", squaredError, horizon);
    Require.vector("pinball", pinball, horizon);
    Require.matrix("inside", inside, intervals, horizon);
    Require.matrix("width", width, intervals, horizon);
    Require.vector("naiveAbsoluteError", naiveAbsoluteError, horizon);
    Require.vector("naivePinball", naivePinball, horizon);
    Require.vector("persistenceAbsoluteError", persistenceAbsoluteError, horizon);
    absoluteTarget = Require.orElse(absoluteTarget, new double[0]);
    if (absoluteTarget.length > 0) {
      Require.vector("absoluteTarget", absoluteTarget, horizon);
    }
  }

  public int horizon() {
    return count.length;
  }

  /** Kafka key: the series. */
  public String key() {
    return series;
  }

  private Object[] content() {
    return new Object[] {
      series,
      time,
      period,
      step,
      model,
      levels,
      count,
      absoluteError,
      squaredError,
      pinball,
      inside,
      width,
      naiveAbsoluteError,
      naivePinball,
      persistenceAbsoluteError,
      absoluteTarget
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EvaluationRecord that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
