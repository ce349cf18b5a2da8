package io.tidecast.model.eval;

import java.util.ArrayList;
import java.util.List;

/** Shares of targets inside each interval, by when they lie; widest interval first. */
final class CoverageByTime {
  private final long[] count;
  private final long[][] inside;

  /**
   * @param times that are told apart
   */
  CoverageByTime(int intervals, int times) {
    count = new long[times];
    inside = new long[intervals][times];
  }

  /**
   * @param quantiles {@code [levels][horizon]}
   */
  void add(int time, float[][] quantiles, int h, double y) {
    count[time]++;
    for (int i = 0; i < inside.length; i++) {
      boolean isInside = y >= quantiles[i][h] && y <= quantiles[quantiles.length - 1 - i][h];
      inside[i][time] += isInside ? 1 : 0;
    }
  }

  /** Takes over the counts of another series. */
  void add(CoverageByTime other) {
    for (int time = 0; time < count.length; time++) {
      count[time] += other.count[time];
      for (int i = 0; i < inside.length; i++) {
        inside[i][time] += other.inside[i][time];
      }
    }
  }

  /** {@code [intervals][times]}, NaN where there is no target. */
  List<List<Double>> shares() {
    List<List<Double>> shares = new ArrayList<>();
    for (long[] ofInterval : inside) {
      List<Double> byTime = new ArrayList<>();
      for (int time = 0; time < count.length; time++) {
        byTime.add((double) ofInterval[time] / count[time]);
      }
      shares.add(List.copyOf(byTime));
    }
    return List.copyOf(shares);
  }
}
