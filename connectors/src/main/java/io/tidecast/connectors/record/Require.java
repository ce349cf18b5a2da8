package io.tidecast.connectors.record;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Refusals of this module, all in the same words: key, value and what is accepted. The key is that
 * of the configuration file where the value comes from there, or else the name of the component.
 */
public final class Require {
  private Require() {}

  public static void that(boolean condition, String name, Object value, String accepted) {
    if (!condition) {
      throw new IllegalArgumentException(name + ": " + value + "; accepted: " + accepted);
    }
  }

  static void present(String name, Object value) {
    that(value != null, name, value, "not absent");
  }

  /** A list that is there, and so is each of its items. */
  static void items(String name, List<?> values) {
    that(values != null && values.stream().allMatch(Objects::nonNull), name, values, "not absent");
  }

  public static void text(String name, String value) {
    that(value != null && !value.isBlank(), name, value, "text that is not blank");
  }

  static void oneOf(String name, String value, List<String> accepted) {
    if (value == null || !accepted.contains(value)) {
      that(false, name, value, String.join(", ", accepted));
    }
  }

  /** What {@code value} is, or else what is there in its place. */
  public static <T> T orElse(T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  public static void inRange(String name, double value, double min, double max) {
    that(value >= min && value <= max, name, plain(value), plain(min) + " to " + plain(max));
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  public static void positive(String name, Duration value) {
    that(
        value != null && !value.isNegative() && !value.isZero(),
        name,
        value,
        "a positive duration, such as PT1H");
  }

  static void finiteOrNull(String name, Double value) {
    that(value == null || Double.isFinite(value), name, value, "finite or null");
  }

  static List<Double> levels(List<Double> levels) {
    items("levels", levels);
    List<Double> copy = List.copyOf(levels);
    boolean ascending = !copy.isEmpty();
    double last = 0;
    for (double level : copy) {
      ascending &= level > last && level < 1;
      last = level;
    }
    that(ascending, "levels", copy, "ascending, in (0, 1), such as [0.05, 0.5, 0.95]");
    return copy;
  }

  static void vector(String name, double[] values, int length) {
    length(name, values == null ? -1 : values.length, length);
    for (double value : values) {
      that(Double.isFinite(value), name, value, "finite");
    }
  }

  static void matrix(String name, double[][] rows, int height, int width) {
    length(name, rows == null ? -1 : rows.length, height);
    for (double[] row : rows) {
      vector(name, row, width);
    }
  }

  static void matrix(String name, float[][] rows, int height, int width) {
    length(name, rows == null ? -1 : rows.length, height);
    for (float[] row : rows) {
      length(name, row == null ? -1 : row.length, width);
      for (float value : row) {
        that(Float.isFinite(value), name, value, "finite");
      }
    }
  }

  static void matrix(String name, int[][] rows, int height, int width) {
    length(name, rows == null ? -1 : rows.length, height);
    for (int[] row : rows) {
      length(name, row == null ? -1 : row.length, width);
    }
  }

  private static void length(String name, int length, int expected) {
    if (length != expected) {
      that(false, name + " (length)", length, Integer.toString(expected));
    }
  }
}
