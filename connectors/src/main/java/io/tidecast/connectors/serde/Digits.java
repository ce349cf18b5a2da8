package io.tidecast.connectors.serde;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * The digits a reader can use: what the others cost is most of what a record costs, to write, to
 * store and to read. Numbers are rounded here, once.
 *
 * <p>Why quantiles are not given to the generator as they are: a search for the shortest decimal of
 * a float took a third of the forecast task. Where the place of the last digit is known a decimal
 * is an integer and a point.
 */
final class Digits {
  /** A quantile is written to this part of the width of its lead's widest interval, or finer. */
  private static final double PARTS_OF_WIDTH = 200;

  /** Beyond the seventh digit a float says nothing. */
  private static final int FLOAT_DIGITS = 7;

  /** More places after the point than this are written with an exponent. */
  private static final int PLACES = 9;

  private static final double[] POWERS = new double[64];

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private Digits() {}

  /**
   * Writes quantiles rounded to a power of ten, lead by lead. Their order is kept, and none leaves
   * the range of the given ones, so that limits hold.
   *
   * @param quantiles {@code [levels][horizon]}, finite
   */
  static void write(JsonGenerator json, float[][] quantiles) throws IOException {
    int[] exponents = new int[quantiles[0].length];
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int h = 0; h < exponents.length; h++) {
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
    char[] text = new char[32];
    json.writeStartArray();
    for (float[] level : quantiles) {
      json.writeStartArray();
      for (int h = 0; h < level.length; h++) {
        write(json, level[h], exponents[h], min, max, text);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  /** Of the place of the last digit, of a lead with these outer quantiles. */
  private static int exponent(float lowest, float highest) {
    double width = ((double) highest - lowest) / PARTS_OF_WIDTH;
    double size = Math.max(Math.abs(lowest), Math.abs(highest));
    int last = place(size) - FLOAT_DIGITS + 1;
    return width > 0 ? Math.max(last, place(width)) : last;
  }

  private static void write(
      JsonGenerator json, float value, int exponent, float min, float max, char[] text)
      throws IOException {
    double rounded = round(value, exponent);
    if (exponent > 0 || exponent < -PLACES || rounded < min || rounded > max) {
      json.writeNumber((float) Math.max(min, Math.min(max, rounded)));
      return;
    }
    int from = decimal((int) Math.rint(rounded * POWERS[-exponent]), -exponent, text);
    json.writeNumber(text, from, text.length - from);
  }

  /**
   * Writes a decimal into the end of a text, without zeros at its own end.
   *
   * @param digits seven at most
   * @param places of the digits that stand after the point
   * @return where it begins
   */
  private static int decimal(int digits, int places, char[] text) {
    int left = Math.abs(digits);
    int after = places;
    while (after > 0 && left % 10 == 0) {
      left /= 10;
      after--;
    }
    int at = text.length;
    for (int written = 0; left > 0 || written <= after; written++) {
      if (written == after && after > 0) {
        text[--at] = '.';
      }
      text[--at] = (char) ('0' + left % 10);
      left /= 10;
    }
    if (digits < 0) {
      text[--at] = '-';
    }
    return at;
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
