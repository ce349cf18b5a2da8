package io.tidecast.connectors.serde;

/**
 * The digits a reader can use: what the others cost is most of what a record costs, to write, to
 * store and to read. Numbers are rounded here, once, whatever the format; what is written is the
 * shortest decimal of the rounded number.
 */
final class Digits {
  /** A quantile is written to this part of the width of its lead's widest interval, or finer. */
  private static final double PARTS_OF_WIDTH = 200;

  /** Beyond the seventh digit a float says nothing. */
  private static final int FLOAT_DIGITS = 7;

  private static final double[] POWERS = new double[64];

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private Digits() {}

  /**
   * Quantiles rounded to a power of ten, lead by lead. Their order is kept, and none leaves the
   * range of the given ones, so that limits hold.
   *
   * @param quantiles {@code [levels][horizon]}, ascending over levels
   */
  static float[][] ofQuantiles(float[][] quantiles) {
    int levels = quantiles.length;
    float[] lowest = quantiles[0];
    float[] highest = quantiles[levels - 1];
    float[][] rounded = new float[levels][lowest.length];
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int h = 0; h < lowest.length; h++) {
      min = Math.min(min, lowest[h]);
      max = Math.max(max, highest[h]);
    }
    for (int h = 0; h < lowest.length; h++) {
      int exponent = exponent(lowest[h], highest[h]);
      for (int j = 0; j < levels; j++) {
        float near = (float) round(quantiles[j][h], exponent);
        rounded[j][h] = Math.max(min, Math.min(max, near));
      }
    }
    return rounded;
  }

  /** Of the place of the last digit, of a lead with these outer quantiles. */
  private static int exponent(float lowest, float highest) {
    double width = ((double) highest - lowest) / PARTS_OF_WIDTH;
    double size = Math.max(Math.abs(lowest), Math.abs(highest));
    int last = place(size) - FLOAT_DIGITS + 1;
    return width > 0 ? Math.max(last, place(width)) : last;
  }

  /**
   * Sums rounded to seven digits. Sums of rounded sums are the same for all who read them.
   *
   * @param sums of any sign
   */
  static double[] ofSums(double[] sums) {
    double[] rounded = new double[sums.length];
    for (int i = 0; i < sums.length; i++) {
      rounded[i] = round(sums[i], place(Math.abs(sums[i])) - FLOAT_DIGITS + 1);
    }
    return rounded;
  }

  /** Place of the first digit; of zero any. */
  private static int place(double size) {
    return size == 0 ? 0 : (int) Math.floor(Math.log10(size));
  }

  /** To a multiple of a power of ten; by an exact power, so that the result is the nearest. */
  private static double round(double value, int exponent) {
    if (Math.abs(exponent) >= POWERS.length) {
      return value;
    }
    double rounded =
        exponent < 0
            ? Math.rint(value * POWERS[-exponent]) / POWERS[-exponent]
            : Math.rint(value / POWERS[exponent]) * POWERS[exponent];
    return rounded + 0.0; // not minus zero
  }
}
