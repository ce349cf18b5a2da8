package io.tidecast.model.eval;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one method loses from each origin, by series: the mean over its leads of CRPS in units of
 * the series' deviation, NaN where nothing counts.
 */
public final class OriginLosses {
  private final int origins;
  private final int overlap;
  private final Map<String, float[]> bySeries = new TreeMap<>();

  /**
   * @param origins that may count, of all series alike
   * @param overlap see {@link DieboldMariano#of}
   */
  OriginLosses(int origins, int overlap) {
    this.origins = origins;
    this.overlap = overlap;
  }

  void put(String series, int origin, double loss) {
    bySeries.computeIfAbsent(series, first -> nothing())[origin] = (float) loss;
  }

  private float[] nothing() {
    float[] nothing = new float[origins];
    Arrays.fill(nothing, Float.NaN);
    return nothing;
  }

  /**
   * Compares this method with another, on what both forecast: at each origin the mean difference
   * over the series.
   */
  public DieboldMariano against(OriginLosses other) {
    double[] sum = new double[origins];
    int[] count = new int[origins];
    bySeries.forEach(
        (series, own) -> {
          float[] theirs = other.bySeries.getOrDefault(series, new float[0]);
          for (int i = 0; i < theirs.length; i++) {
            if (!Float.isNaN(own[i]) && !Float.isNaN(theirs[i])) {
              sum[i] += (double) own[i] - theirs[i];
              count[i]++;
            }
          }
        });
    double[] differences = new double[origins];
    int known = 0;
    for (int i = 0; i < origins; i++) {
      if (count[i] > 0) {
        differences[known++] = sum[i] / count[i];
      }
    }
    return DieboldMariano.of(Arrays.copyOf(differences, known), overlap);
  }
}
