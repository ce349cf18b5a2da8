package io.tidecast.model.online;

/**
 * The quantiles of one lead in {@code 2 + (levels - 1)} bytes, in units of the scale at the origin:
 *
 * <pre>
 * short  median less the last value, in 1/512 of the scale, within 64 scales
 * byte   per other level: its distance from the median, 4 bits of exponent and 4 of mantissa,
 *        from 1/1024 of the scale to 54 scales
 * </pre>
 *
 * <p>So the median is off by at most a thousandth of the scale, another level by at most a 32nd of
 * its distance from the median, and they cannot cross. Codes of their own say that a quantile is on
 * the physical limit: there it comes back exactly.
 *
 * <p>A single distance with a sign takes one byte: 4 bits of exponent, 3 of mantissa.
 */
final class QuantileCode {
  private static final float MEDIAN_UNITS = 512;
  private static final int MEDIAN_MAX = 32_766;
  private static final int AT_LOWEST = -32_768;
  private static final int AT_HIGHEST = 32_767;

  private static final int AT_LIMIT = 255;
  private static final int SMALLEST_EXPONENT = 127 - 10;
  private static final float[] DISTANCE = distances(19, 255);
  private static final float[] SIGNED = signed();

  private final int levels;
  private final int median;
  private float lowest;
  private float highest;
  private boolean hasLimits;

  /**
   * @param lowest physical limit, transformed; negative infinity if there is none
   * @param highest the other one
   */
  QuantileCode(int levels, float lowest, float highest) {
    this.levels = levels;
    median = levels / 2;
    limit(lowest, highest);
  }

  /** With other limits, told from another base. */
  void limit(float lowest, float highest) {
    this.lowest = lowest;
    this.highest = highest;
    hasLimits = lowest > Float.NEGATIVE_INFINITY || highest < Float.POSITIVE_INFINITY;
  }

  static int bytes(int levels) {
    return Short.BYTES + levels - 1;
  }

  /** Values of the codes, those of code 0 being 0, with {@code 23 - shift} bits of mantissa. */
  private static float[] distances(int shift, int count) {
    float[] distances = new float[256];
    for (int code = 1; code < count; code++) {
      int bits = (SMALLEST_EXPONENT << (23 - shift)) + code - 1;
      distances[code] = Float.intBitsToFloat(bits << shift);
    }
    return distances;
  }

  private static float[] signed() {
    float[] positive = distances(20, 128);
    float[] signed = new float[256];
    for (int code = 0; code < 128; code++) {
      signed[code] = positive[code];
      signed[128 + code] = -positive[code];
    }
    return signed;
  }

  /** Nearest code of a distance, at most {@code largest}. */
  private static int code(float distance, int shift, int largest) {
    int rounded = Float.floatToRawIntBits(distance) + (1 << (shift - 1)) >>> shift;
    int code = rounded - (SMALLEST_EXPONENT << (23 - shift)) + 1;
    return Math.max(0, Math.min(largest, code));
  }

  static byte signed(float distance) {
    int code = code(Math.abs(distance), 20, 127);
    return (byte) (distance < 0 ? code + 128 : code);
  }

  static float signed(byte code) {
    return SIGNED[code & 0xff];
  }

  /**
   * @param quantiles ascending, within the limits
   * @param from where the first level is
   */
  void write(float[] quantiles, int from, float last, float scale, byte[] out, int at) {
    float middle = quantiles[from + median];
    float unit = 1 / scale;
    int code = median(middle, last, unit);
    out[at] = (byte) code;
    out[at + 1] = (byte) (code >> 8);
    int k = at + 2;
    for (int j = 0; j < median; j++) {
      float q = quantiles[from + j];
      out[k++] = (byte) (q <= lowest ? AT_LIMIT : code((middle - q) * unit, 19, AT_LIMIT - 1));
    }
    for (int j = median + 1; j < levels; j++) {
      float q = quantiles[from + j];
      out[k++] = (byte) (q >= highest ? AT_LIMIT : code((q - middle) * unit, 19, AT_LIMIT - 1));
    }
  }

  private int median(float middle, float last, float unit) {
    if (middle <= lowest) {
      return AT_LOWEST;
    }
    if (middle >= highest) {
      return AT_HIGHEST;
    }
    // to the nearest, in one instruction
    int units = (int) Math.floor((double) ((middle - last) * unit * MEDIAN_UNITS) + 0.5);
    return Math.max(-MEDIAN_MAX, Math.min(MEDIAN_MAX, units));
  }

  /**
   * @param out {@code [levels]}, transformed, ascending, within the limits
   */
  void read(byte[] in, int at, float last, float scale, float[] out) {
    int code = (in[at] & 0xff) | in[at + 1] << 8;
    float middle =
        switch (code) {
          case AT_LOWEST -> lowest;
          case AT_HIGHEST -> highest;
          default -> limited(last + code * (1 / MEDIAN_UNITS) * scale);
        };
    out[median] = middle;
    for (int j = 0; j < median; j++) {
      out[j] = middle - DISTANCE[in[at + 2 + j] & 0xff] * scale;
    }
    for (int j = median + 1; j < levels; j++) {
      out[j] = middle + DISTANCE[in[at + 1 + j] & 0xff] * scale;
    }
    if (hasLimits) {
      limit(in, at, out);
    }
  }

  private void limit(byte[] in, int at, float[] out) {
    for (int j = 0; j < median; j++) {
      out[j] = (in[at + 2 + j] & 0xff) == AT_LIMIT ? lowest : limited(out[j]);
    }
    for (int j = median + 1; j < levels; j++) {
      out[j] = (in[at + 1 + j] & 0xff) == AT_LIMIT ? highest : limited(out[j]);
    }
  }

  private float limited(float value) {
    return value < lowest ? lowest : value > highest ? highest : value;
  }
}
