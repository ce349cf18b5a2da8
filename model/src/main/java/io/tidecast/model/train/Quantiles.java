package io.tidecast.model.train;

import java.util.Arrays;

/**
 * Empirical quantiles of a sample, linear between order statistics (Hyndman and Fan 1996, type 7).
 */
final class Quantiles {
  private double[] values;
  private int size;
  private boolean sorted;

  Quantiles(int capacity) {
    values = new double[Math.max(1, capacity)];
  }

  void add(double value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, 2 * size);
    }
    values[size++] = value;
    sorted = false;
  }

  void add(Quantiles other) {
    for (int i = 0; i < other.size; i++) {
      add(other.values[i]);
    }
  }

  int size() {
    return size;
  }

  /** Quantile at {@code level} in (0, 1); 0 of an empty sample. */
  double at(double level) {
    if (size == 0) {
      return 0;
    }
    if (!sorted) {
      Arrays.sort(values, 0, size);
      sorted = true;
    }
    double place = level * (size - 1);
    int below = (int) place;
    int above = Math.min(size - 1, below + 1);
    return values[below] + (place - below) * (values[above] - values[below]);
  }
}
