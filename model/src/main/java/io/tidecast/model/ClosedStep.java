package io.tidecast.model;

import java.util.Arrays;

/**
 * One closed step of one series that holds an observation.
 *
 * <p>A step without an observation is not an event of its own: the next closed step tells by its
 * index how many are missing before it, and the forecaster steps those with a mask first. So what
 * is forecast depends on the observations alone, not on how far a watermark had come between them.
 *
 * @param index number of the step on the grid: it ends at {@code index * step} after the epoch
 * @param value the aggregated target, of whose digits none is lost before it is forecast from; NaN
 *     if the target is missing while a covariate is there
 * @param covariates one value per configured covariate, then for each of those that are known
 *     beforehand its values at the steps to come, as far as the horizon and as they were known at
 *     this one; NaN where missing
 */
public record ClosedStep(long index, double value, float[] covariates) {

  /** Whether nothing was observed. */
  public boolean isEmpty() {
    for (float covariate : covariates) {
      if (!Float.isNaN(covariate)) {
        return false;
      }
    }
    return Double.isNaN(value);
  }

  /** Without some of the covariates. */
  public ClosedStep without(int[] places) {
    float[] rest = covariates.clone();
    for (int place : places) {
      rest[place] = Float.NaN;
    }
    return new ClosedStep(index, value, rest);
  }

  /** With covariates where it has none. */
  public ClosedStep with(float[] others) {
    float[] all = covariates.clone();
    for (int i = 0; i < all.length; i++) {
      all[i] = Float.isNaN(all[i]) ? others[i] : all[i];
    }
    return new ClosedStep(index, value, all);
  }

  /** Whether another one of the same index holds the same. */
  public boolean sameAs(ClosedStep other) {
    return Double.compare(value, other.value) == 0 && Arrays.equals(covariates, other.covariates);
  }

  private Object[] content() {
    return new Object[] {index, value, covariates};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClosedStep that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
