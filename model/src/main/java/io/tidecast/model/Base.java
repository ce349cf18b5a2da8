package io.tidecast.model;

import java.util.Arrays;

/**
 * What single precision loses, and what values are best told from where it does: a counter that
 * stands at 1.7e9 moves by 128 in floats, and not at all in what it has above 1.7e9.
 *
 * <p>A change is lost that is below {@value #SPACINGS} times what two neighbouring floats differ
 * by: else rounding is at most a 32nd of it.
 */
public final class Base {
  private static final int SPACINGS = 16;
  private static final int SHARE = 10;

  /** Below this part of a value a change is what double precision has lost. */
  private static final double NOTHING = 1e-12;

  /** From here on whole numbers are near enough: then counts stay whole ones. */
  private static final double WHOLE = 1024;

  private Base() {}

  /** Whether a value is another than the one before it. */
  public static boolean isChange(double before, double value) {
    return Math.abs(value - before) > NOTHING * Math.abs(value);
  }

  /** Whether the change from one value to the next is lost in floats that are less by a base. */
  public static boolean isLost(double before, double value, double base) {
    return Math.abs(value - before) < SPACINGS * (double) Math.ulp((float) (value - base));
  }

  /** The base that is nearest to a value. */
  public static double near(double value) {
    return Math.abs(value) >= WHOLE ? Math.rint(value) : (float) value;
  }

  /**
   * A base for all of several values: 0 unless more than a tenth of their changes would be lost;
   * then their median, so that a few that lie elsewhere cost the others no digit.
   *
   * @param values in order, NaN where missing
   */
  public static double of(double[] values) {
    double last = Double.NaN;
    long changes = 0;
    long lost = 0;
    for (double value : values) {
      if (isChange(last, value)) {
        changes++;
        lost += isLost(last, value, 0) ? 1 : 0;
      }
      last = Double.isNaN(value) ? last : value;
    }
    return lost * SHARE > changes ? near(median(values)) : 0;
  }

  private static double median(double[] values) {
    double[] there = Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    return there[there.length / 2];
  }
}
