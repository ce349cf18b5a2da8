package io.tidecast.model.eval;

/**
 * Continuous ranked probability score (Matheson and Winkler 1976), approximated by its quantile
 * form (Gneiting and Ranjan 2011, equation 16): twice the mean pinball loss over the levels used.
 * Factor 2; in the unit of the target; comparable only over the same levels.
 */
public final class Crps {
  private Crps() {}

  public static double ofMeanPinball(double meanPinball) {
    return 2 * meanPinball;
  }
}
