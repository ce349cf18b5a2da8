package io.tidecast.model.eval;

/**
 * Symmetric absolute percentage error of one forecast as in the M4 competition (Makridakis,
 * Spiliotis and Assimakopoulos 2020): {@code 200 |y - f| / (|y| + |f|)}, from 0 to 200; 0 if both
 * are 0.
 */
public final class Smape {
  private Smape() {}

  public static double of(double target, double forecast) {
    double size = Math.abs(target) + Math.abs(forecast);
    return size > 0 ? 200 * Math.abs(target - forecast) / size : 0;
  }
}
