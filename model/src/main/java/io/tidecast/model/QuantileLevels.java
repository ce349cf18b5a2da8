package io.tidecast.model;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * Quantile levels of a forecast: ascending, in (0, 1), symmetric about the median, with the median.
 *
 * @param values at least three levels, such as 0.05, 0.5, 0.95
 */
public record QuantileLevels(List<Double> values) implements Serializable {
  public static final QuantileLevels DEFAULT =
      new QuantileLevels(List.of(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95));

  public QuantileLevels {
    values = List.copyOf(values);
    int n = values.size();
    require(n >= 3 && n % 2 == 1, values);
    for (int i = 0; i < n; i++) {
      require(values.get(i) > 0 && values.get(i) < 1, values);
      require(i == 0 || values.get(i) > values.get(i - 1), values);
      require(Math.abs(values.get(i) + values.get(n - 1 - i) - 1) < 1e-9, values);
    }
  }

  private static void require(boolean condition, List<Double> values) {
    if (!condition) {
      throw new IllegalArgumentException(
          "levels: "
              + values
              + "; accepted: an odd number of ascending levels in (0, 1), "
              + "symmetric about 0.5, such as [0.05, 0.5, 0.95]");
    }
  }

  public int size() {
    return values.size();
  }

  /** Index of the level 0.5. */
  public int median() {
    return values.size() / 2;
  }

  public double get(int index) {
    return values.get(index);
  }

  /** Number of central prediction intervals; interval {@code i} spans levels i and size-1-i. */
  public int intervals() {
    return values.size() / 2;
  }

  public float[] toFloats() {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }

  @Override
  public String toString() {
    return Arrays.toString(values.toArray());
  }
}
