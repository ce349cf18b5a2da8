package io.tidecast.model.weights;

import io.tidecast.model.Checks;
import io.tidecast.model.Transform;
import java.util.Arrays;
import java.util.List;

/**
 * One linear map: a closed-form ridge map of kept values, of the covariates at the origin and of
 * the phase of the season there to all leads, and of what is known beforehand of each lead's target
 * to that lead, with empirical quantiles of its residuals.
 *
 * <p>{@code median_h = last + intercept_h * scale + sum_i weight[h, i] * d_i + sum_k
 * covariateWeight[h, k] * z_k * scale + sum_m phaseWeight[h, m] * p_m * scale + sum_f
 * futureWeight[h, f] * v_hf * scale} with {@code d_i = x[t - lookBack + 1 + i] - last} for {@code
 * i} from 0 to {@code lookBack - 2}, oldest first, within plus and minus {@value #MAX_DEVIATION}
 * scales, z_k the level of covariate k as the recurrent member reads it, then the changes, p the
 * phases and v what is known of the future, all of package {@code input}; quantile j is {@code
 * median_h + residual[h, j] * scale}, scale being the running scale of the series.
 *
 * <p>A random walk is expected at its last value: its look-back is 1, and no weights, unless it is
 * known to be none, see {@link #movesMedian}. Its residuals are multiplied by {@code sum_s
 * spreadWeight[h, s] * u_s}, u the parts of its spread as {@code WalkSpread} of package {@code
 * input} gives them, if they are read.
 *
 * <p>The limit is beyond what ordinary values reach. Without it one absurd value spoils every
 * forecast for as long as it is in the look-back.
 *
 * @param weight {@code [horizon, lookBack - 1]}, row-major
 * @param covariateWeight {@code [horizon, covariates]}, row-major, in units of the running scale;
 *     of the levels and, if there are twice as many columns, of the changes; empty if covariates
 *     are not read
 * @param phaseWeight {@code [horizon, phases]}, row-major, in units of the running scale; of the
 *     phases and, if there are more columns, of the products with them; empty if neither is read
 * @param futureWeight {@code [horizon, known]}, row-major, in units of the running scale; empty if
 *     nothing that is known of the future is read
 * @param spreadWeight {@code [horizon, parts]}, row-major, none negative; empty if the residuals
 *     are in units of the running scale
 * @param intercept {@code [horizon]}, in units of the running scale
 * @param residual {@code [horizon, levels]}, in units of the running scale or of the spread,
 *     ascending over levels
 * @param shorter at most one: the map for a series that is not yet as long as the look-back
 */
public record HighwayWeights(
    int horizon,
    int lookBack,
    int levels,
    float[] weight,
    float[] covariateWeight,
    float[] phaseWeight,
    float[] futureWeight,
    float[] spreadWeight,
    float[] intercept,
    float[] residual,
    List<HighwayWeights> shorter) {
  /** Largest distance of a past value from the last one that counts, in running scales. */
  public static final float MAX_DEVIATION = 8;

  /**
   * Largest change of a target from the last value that counts, in running scales: those of a
   * random walk add up over the leads.
   */
  public static double maxChange(Transform transform, int lead) {
    return transform.isRandomWalk() ? MAX_DEVIATION * Math.sqrt(lead) : MAX_DEVIATION;
  }

  public HighwayWeights {
    shorter = List.copyOf(shorter);
    Checks.length("highway.weight", weight, horizon * (lookBack - 1));
    Checks.length(
        "highway.covariateWeight", covariateWeight, horizon * (covariateWeight.length / horizon));
    Checks.length("highway.phaseWeight", phaseWeight, horizon * (phaseWeight.length / horizon));
    Checks.length("highway.futureWeight", futureWeight, horizon * (futureWeight.length / horizon));
    Checks.length("highway.spreadWeight", spreadWeight, horizon * (spreadWeight.length / horizon));
    Checks.length("highway.intercept", intercept, horizon);
    Checks.length("highway.residual", residual, horizon * levels);
  }

  /** A map that reads neither phases nor the future, on its own. */
  public HighwayWeights(
      int horizon,
      int lookBack,
      int levels,
      float[] weight,
      float[] covariateWeight,
      float[] intercept,
      float[] residual) {
    this(
        horizon,
        lookBack,
        levels,
        weight,
        covariateWeight,
        new float[0],
        new float[0],
        new float[0],
        intercept,
        residual,
        List.of());
  }

  /** The same with a map for series that are too short for this one. */
  public HighwayWeights with(HighwayWeights shorterOne) {
    return new HighwayWeights(
        horizon,
        lookBack,
        levels,
        weight,
        covariateWeight,
        phaseWeight,
        futureWeight,
        spreadWeight,
        intercept,
        residual,
        List.of(shorterOne));
  }

  /** Whether medians leave the last value; that of a random walk as a rule does not. */
  public boolean movesMedian() {
    return lookBack > 1;
  }

  /** Number of levels of covariates that are read, and of their changes. */
  public int covariates() {
    return covariateWeight.length / horizon;
  }

  /** Number of phases that are read, and of products with them. */
  public int phases() {
    return phaseWeight.length / horizon;
  }

  /** Number of the parts of a random walk's spread that are read. */
  public int spreads() {
    return spreadWeight.length / horizon;
  }

  /** Number of values per lead that are known of the future and read. */
  public int known() {
    return futureWeight.length / horizon;
  }

  private Object[] content() {
    return new Object[] {
      horizon,
      lookBack,
      levels,
      weight,
      covariateWeight,
      phaseWeight,
      futureWeight,
      spreadWeight,
      intercept,
      residual,
      shorter
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HighwayWeights that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
