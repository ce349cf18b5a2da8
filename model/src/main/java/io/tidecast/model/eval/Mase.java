package io.tidecast.model.eval;

/**
 * Mean absolute scaled error (Hyndman and Koehler 2006): a mean absolute error over that of the
 * seasonal naive one season ahead within the training part.
 */
public final class Mase {
  private Mase() {}

  /**
   * The denominator: mean of {@code |x[t] - x[t - season]|} over the pairs that are both there; NaN
   * if there is none or the series repeats itself exactly, for then the measure is undefined.
   *
   * @param x training part, NaN where missing
   * @param season in steps; 1 scales by the last value
   */
  public static double scale(float[] x, int season) {
    double sum = 0;
    int count = 0;
    for (int t = season; t < x.length; t++) {
      double change = Math.abs((double) x[t] - x[t - season]);
      if (!Double.isNaN(change)) {
        sum += change;
        count++;
      }
    }
    return sum > 0 ? sum / count : Double.NaN;
  }
}
