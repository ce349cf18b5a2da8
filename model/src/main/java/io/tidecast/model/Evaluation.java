package io.tidecast.model;

import java.util.Arrays;

/**
 * Errors of past forecasts of one series, by lead: counts and sums, so that any set of evaluations
 * adds up. Beside them the same errors of the seasonal naive and of persistence from the same
 * origins for the same targets. Errors are in the unit of the target.
 *
 * <p>Every array but {@code inside} has one entry per lead.
 *
 * <p>Beyond the first day or so of leads a sample of the origins is scored, so counts differ by
 * lead. Sums are of single precision, at most {@link Float#MAX_VALUE}, and of forecasts as they are
 * kept until their targets come: other quantiles than the median within a 32nd of their distance
 * from it.
 *
 * @param end index of the last step of the period the targets fall in
 * @param version of the model the group had when the forecasts were made; empty if it had none
 * @param count scored targets
 * @param absoluteError sum of |target - median|
 * @param squaredError sum of (target - median)^2
 * @param pinball sum of the mean pinball loss over the levels, without the factor 2
 * @param inside {@code [intervals][horizon]}: targets inside each central interval, widest first; a
 *     target on a physical limit that an interval reaches is inside
 * @param width {@code [intervals][horizon]}: sum of the interval widths
 * @param naiveAbsoluteError of the seasonal naive
 * @param naivePinball of the seasonal naive with its empirical error quantiles
 * @param persistenceAbsoluteError of the last value
 * @param absoluteTarget sum of |target|; NaN if it was not counted from the start of the period on
 */
public record Evaluation(
    long end,
    String version,
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
  private Object[] content() {
    return new Object[] {
      end,
      version,
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
    return other instanceof Evaluation that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
