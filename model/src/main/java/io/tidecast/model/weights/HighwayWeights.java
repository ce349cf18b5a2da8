package io.tidecast.model.weights;

import io.tidecast.model.Checks;

/**
 * The linear highway: a closed-form ridge map of the kept history and of the covariates at the
 * origin to all leads, with empirical quantiles of its residuals.
 *
 * <p>{@code median_h = last + intercept_h * scale + sum_i weight[h, i] * d_i + sum_k
 * covariateWeight[h, k] * z_k * scale} with {@code d_i = x[t - lookBack + 1 + i] - last} for {@code
 * i} from 0 to {@code lookBack - 2}, oldest first, within plus and minus {@value #MAX_DEVIATION}
 * scales, and z_k the level of covariate k as the recurrent member reads it, see {@code
 * SeriesInputs}; quantile j is {@code median_h + residual[h, j] * scale}, scale being the running
 * scale of the series.
 *
 * <p>A random walk is read by its last value alone: its look-back is 1, and no weights.
 *
 * <p>The limit is beyond what ordinary values reach. Without it one absurd value spoils every
 * forecast for as long as it is in the look-back.
 *
 * @param weight {@code [horizon, lookBack - 1]}, row-major
 * @param covariateWeight {@code [horizon, covariates]}, row-major, in units of the running scale;
 *     empty if covariates are not read
 * @param intercept {@code [horizon]}, in units of the running scale
 * @param residual {@code [horizon, levels]}, in units of the running scale, ascending over levels
 */
public record HighwayWeights(
    int horizon,
    int lookBack,
    int levels,
    float[] weight,
    float[] covariateWeight,
    float[] intercept,
    float[] residual) {
  /** Largest distance of a past value from the last one that counts, in running scales. */
  public static final float MAX_DEVIATION = 8;

  public HighwayWeights {
    Checks.length("highway.weight", weight, horizon * (lookBack - 1));
    Checks.length(
        "highway.covariateWeight", covariateWeight, horizon * (covariateWeight.length / horizon));
    Checks.length("highway.intercept", intercept, horizon);
    Checks.length("highway.residual", residual, horizon * levels);
  }

  /** Number of covariates that are read. */
  public int covariates() {
    return covariateWeight.length / horizon;
  }
}
