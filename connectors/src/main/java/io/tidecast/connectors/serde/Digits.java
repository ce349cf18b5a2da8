package io.tidecast.connectors.serde;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The digits a reader can use: what the others cost is most of what a record costs, to write, to
 * store and to read. Numbers are rounded here, once.
 *
 * <p>Why quantiles are not written as the shortest decimals of floats: the search for those took a
 * third of the forecast task.
 */
final class Digits {
  /** A quantile is written to this part of the width of its lead's widest interval, or finer. */
  private static final double PARTS_OF_WIDTH = 200;

  /** Beyond the seventh digit a float says nothing. */
  private static final int FLOAT_DIGITS = 7;

  private static final int LEAST_POWER = -330;
  private static final double[] POWERS = new double[640];
  private static final double LOG10_OF_2 = Math.log10(2);
  private static final int EXACT = 64;

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + (LEAST_POWER + i));
    }
  }

  private Digits() {}

  private static double power(int of10) {
    return POWERS[of10 - LEAST_POWER];
  }

  /**
   * Writes quantiles rounded to a power of ten, lead by lead. Their order is kept, and none leaves
   * the range of the given ones, so that limits hold.
   *
   * @param quantiles {@code [levels][horizon]}, finite
   */
  static void write(JsonBytes json, float[][] quantiles) {
    int horizon = quantiles[0].length;
    int[] exponents = new int[horizon];
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int h = 0; h < horizon; h++) {
      float lowest = quantiles[0][h];
      float highest = lowest;
      for (float[] level : quantiles) {
        lowest = Math.min(lowest, level[h]);
        highest = Math.max(highest, level[h]);
      }
      exponents[h] = exponent(lowest, highest);
      min = Math.min(min, lowest);
      max = Math.max(max, highest);
    }
    json.begin();
    for (int j = 0; j < quantiles.length; j++) {
      json.comma(j).begin();
      for (int h = 0; h < horizon; h++) {
        write(json.comma(h), quantiles[j][h], exponents[h], min, max);
      }
      json.end();
    }
    json.end();
  }

  /**
   * Writes quantiles in full, rounded as above but for the number of their digits.
   *
   * @param quantiles {@code [levels][horizon]}, less the base, finite
   */
  static void write(JsonBytes json, double base, float[][] quantiles) {
    float[] range = range(quantiles);
    BigDecimal min = BigDecimal.valueOf(base + range[0]);
    BigDecimal max = BigDecimal.valueOf(base + range[1]);
    json.begin();
    for (int j = 0; j < quantiles.length; j++) {
      json.comma(j).begin();
      for (int h = 0; h < quantiles[j].length; h++) {
        float[] outer = {quantiles[0][h], quantiles[quantiles.length - 1][h]};
        json.comma(h).number(rounded(base, quantiles[j][h], outer).max(min).min(max));
      }
      json.end();
    }
    json.end();
  }

  /** The least and the greatest. */
  private static float[] range(float[][] quantiles) {
    float[] range = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (float[] level : quantiles) {
      for (float quantile : level) {
        range[0] = Math.min(range[0], quantile);
        range[1] = Math.max(range[1], quantile);
      }
    }
    return range;
  }

  private static BigDecimal rounded(double base, float value, float[] outer) {
    double width = ((double) outer[1] - outer[0]) / PARTS_OF_WIDTH;
    int unit = place(Math.ulp(Math.max(Math.abs(outer[0]), Math.abs(outer[1]))));
    BigDecimal full = BigDecimal.valueOf(base).add(new BigDecimal(value));
    int places = -(width > 0 ? Math.max(unit, place(width)) : unit);
    return full.setScale(places, RoundingMode.HALF_EVEN).stripTrailingZeros();
  }

  /** Whether a number has no more digits than a float. */
  static boolean isShort(double value) {
    return value == 0
        || round(value, place(Math.abs(value)) - FLOAT_DIGITS + 1) == value
        || Double.parseDouble(Float.toString((float) value)) == value;
  }

  /** Of the place of the last digit, of a lead with these outer quantiles. */
  private static int exponent(float lowest, float highest) {
    double width = ((double) highest - lowest) / PARTS_OF_WIDTH;
    double size = Math.max(Math.abs(lowest), Math.abs(highest));
    int last = place(size) - FLOAT_DIGITS + 1;
    return width > 0 ? Math.max(last, place(width)) : last;
  }

  private static void write(JsonBytes json, float value, int exponent, float min, float max) {
    if (exponent <= 0 && exponent >= -JsonBytes.MAX_PLACES) {
      double digits = Math.rint(value * power(-exponent));
      if (isWithin(value, digits, exponent, min, max)) {
        json.decimal((int) digits, -exponent, 0);
        return;
      }
    }
    json.number((float) Math.max(min, Math.min(max, round(value, exponent))));
  }

  /** Whether it is after rounding; most are so far inside that they are before. */
  private static boolean isWithin(float value, double digits, int exponent, float min, float max) {
    double unit = power(exponent);
    if (value - min >= unit && max - value >= unit) {
      return true;
    }
    double rounded = digits / power(-exponent);
    return rounded >= min && rounded <= max;
  }

  /**
   * Writes sums rounded to seven digits. Sums of rounded sums are the same for all who read them.
   *
   * @param sums of any sign
   */
  static void write(JsonBytes json, double[] sums) {
    json.begin();
    for (int i = 0; i < sums.length; i++) {
      json.comma(i);
      int exponent = place(Math.abs(sums[i])) - FLOAT_DIGITS + 1;
      if (exponent < 0 && exponent >= -JsonBytes.MAX_PLACES) {
        json.decimal((int) Math.rint(sums[i] * power(-exponent)), -exponent, 1);
      } else {
        json.number(round(sums[i], exponent));
      }
    }
    json.end();
  }

  /** Writes a number in full; most levels have three places at most. */
  static void write(JsonBytes json, double level) {
    for (int places = 1; places <= 3; places++) {
      double digits = Math.rint(level * power(places));
      if (level < 1 && digits >= 1 && digits / power(places) == level) {
        json.decimal((int) digits, places, 1);
        return;
      }
    }
    json.number(level);
  }

  /** Place of the first digit; of zero any. */
  private static int place(double size) {
    int atMost = (int) Math.floor((Math.getExponent(size) + 1) * LOG10_OF_2);
    return size == 0 ? 0 : size >= power(atMost) ? atMost : atMost - 1;
  }

  /** To a multiple of a power of ten; by an exact power, so that the result is the nearest. */
  private static double round(double value, int exponent) {
    if (Math.abs(exponent) >= EXACT) {
      return value;
    }
    double rounded =
        exponent < 0
            ? Math.rint(value * power(-exponent)) / power(-exponent)
            : Math.rint(value / power(exponent)) * power(exponent);
    return rounded + 0.0; // not minus zero
  }
}
