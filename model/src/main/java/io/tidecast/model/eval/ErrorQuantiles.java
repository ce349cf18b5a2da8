package io.tidecast.model.eval;

import java.util.Arrays;

/**
 * Empirical quantiles of the newest errors: linear between order statistics, type 7 of Hyndman and
 * Fan (1996). Until the first error every quantile is 0.
 */
final class ErrorQuantiles {
  private final int capacity;
  private float[] inOrderOfTime = new float[64];
  private float[] ascending = new float[64];
  private int size;
  private int oldest;

  /**
   * @param capacity errors kept; the oldest makes room for the next
   */
  ErrorQuantiles(int capacity) {
    this.capacity = capacity;
  }

  void add(float error) {
    if (size == capacity) {
      remove(inOrderOfTime[oldest]);
      inOrderOfTime[oldest] = error;
      oldest = (oldest + 1) % capacity;
    } else {
      if (size == ascending.length) {
        inOrderOfTime = Arrays.copyOf(inOrderOfTime, 2 * size);
        ascending = Arrays.copyOf(ascending, 2 * size);
      }
      inOrderOfTime[size] = error;
    }
    int place = place(error);
    System.arraycopy(ascending, place, ascending, place + 1, size - place);
    ascending[place] = error;
    size++;
  }

  private void remove(float error) {
    int place = place(error);
    size--;
    System.arraycopy(ascending, place + 1, ascending, place, size - place);
  }

  private int place(float error) {
    int found = Arrays.binarySearch(ascending, 0, size, error);
    return found < 0 ? -found - 1 : found;
  }

  float get(double level) {
    if (size == 0) {
      return 0;
    }
    double place = level * (size - 1);
    int below = (int) place;
    float low = ascending[below];
    float high = ascending[Math.min(size - 1, below + 1)];
    return (float) (low + (place - below) * (high - low));
  }
}
