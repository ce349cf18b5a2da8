package io.tidecast.model.eval;

import java.util.Arrays;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Whether one method loses less than another, or may only seem to: the test of Diebold and Mariano
 * (1995) on the differences of their losses at successive origins, with the correction for small
 * samples of Harvey, Leybourne and Newbold (1997).
 *
 * <p>Forecasts whose targets overlap err together, so the variance of the mean is that of
 * differences that depend on each other over fewer steps than the horizon. Where that estimate is
 * not positive, it is Bartlett's over the same lags, which always is (Harvey, Leybourne and
 * Whitehouse 2017).
 *
 * @param statistic Student's t; negative where the first loses less; NaN if there are no more
 *     origins than the horizon has, or all differences are the same
 * @param p two-sided
 * @param origins that both have forecasts from
 */
public record DieboldMariano(double statistic, double p, int origins) {
  /**
   * @param differences loss of one less that of the other, in order of origins
   * @param overlap origins, from one on, whose targets overlap with its own, and itself
   */
  static DieboldMariano of(double[] differences, int overlap) {
    int n = differences.length;
    if (n <= Math.max(1, overlap)) {
      return new DieboldMariano(Double.NaN, Double.NaN, n);
    }
    double mean = Arrays.stream(differences).average().orElseThrow();
    double variance = variance(differences, mean, overlap, false);
    if (!(variance > 0)) {
      variance = variance(differences, mean, overlap, true);
    }
    if (!(variance > 0)) {
      return new DieboldMariano(Double.NaN, Double.NaN, n);
    }
    // n + 1 - 2 h + h (h - 1) / n, over n
    double correction = ((double) n - overlap) * (n - overlap + 1) / ((double) n * n);
    double t = mean / Math.sqrt(variance / n) * Math.sqrt(correction);
    double p = 2 * new TDistribution(n - 1).cumulativeProbability(-Math.abs(t));
    return new DieboldMariano(t, p, n);
  }

  private static double variance(double[] d, double mean, int overlap, boolean bartlett) {
    double sum = autocovariance(d, mean, 0);
    for (int lag = 1; lag < overlap; lag++) {
      double weight = bartlett ? 1 - (double) lag / overlap : 1;
      sum += 2 * weight * autocovariance(d, mean, lag);
    }
    return sum;
  }

  private static double autocovariance(double[] d, double mean, int lag) {
    double sum = 0;
    for (int t = lag; t < d.length; t++) {
      sum += (d[t] - mean) * (d[t - lag] - mean);
    }
    return sum / d.length;
  }
}
