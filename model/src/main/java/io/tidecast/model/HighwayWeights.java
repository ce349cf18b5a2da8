package io.tidecast.model;

/**
 * The linear highway: a closed-form ridge map of the kept history to all leads, with empirical
 * quantiles of its residuals.
 *
 * <p>{@code median_h = last + intercept_h * scale + sum_i weight[h, i] * (x[t - lookBack + 1 + i] -
 * last)} with {@code i} from 0 to {@code lookBack - 2}, oldest first; quantile j is {@code median_h
 * + residual[h, j] * scale}, scale being the running scale of the series.
 *
 * @param weight {@code [horizon, lookBack - 1]}, row-major
 * @param intercept {@code [horizon]}, in units of the running scale
 * @param residual {@code [horizon, levels]}, in units of the running scale, ascending over levels
 */
public record HighwayWeights(
    int horizon, int lookBack, int levels, float[] weight, float[] intercept, float[] residual) {
  public HighwayWeights {
    LstmWeights.requireLength("highway.weight", weight, horizon * (lookBack - 1));
    LstmWeights.requireLength("highway.intercept", intercept, horizon);
    LstmWeights.requireLength("highway.residual", residual, horizon * levels);
  }
}
