package io.tidecast.model;

/**
 * Pinball loss of a quantile (Koenker and Bassett 1978): {@code max(level (y - q), (level - 1)(y -
 * q))}, without the factor 2.
 */
public final class PinballLoss {
  private PinballLoss() {}

  /**
   * @param level in (0, 1)
   * @param target y
   * @param quantile q
   */
  public static double of(double level, double target, double quantile) {
    double error = target - quantile;
    return Math.max(level * error, (level - 1) * error);
  }
}
