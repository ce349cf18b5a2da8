package io.tidecast.job.state;

import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Arrays in stored layouts: length (int), then the elements, little endian, in one bulk copy; and
 * single values, in half the bytes of a double where a float tells which it is.
 */
final class StoredArrays {
  /** A float is the value; its shortest decimal is; or it takes a double. */
  static final int FLOAT = 0;

  static final int DECIMAL = 1;
  static final int DOUBLE = 2;

  private static final double[] TENS = {1, 10, 100, 1_000, 10_000};

  /** So many digits of a decimal are told apart by floats. */
  private static final int TOLD_APART = 1 << 23;

  private StoredArrays() {}

  /** Which of them a value takes. */
  static int form(double value) {
    return Double.isNaN(value) || value == (float) value
        ? FLOAT
        : value == decimal((float) value) ? DECIMAL : DOUBLE;
  }

  /** The decimal of the fewest places that a float is nearest to; NaN if there is none. */
  private static double decimal(float nearest) {
    for (double tens : TENS) {
      double digits = Math.rint(nearest * tens);
      if (Math.abs(digits) < TOLD_APART && (float) (digits / tens) == nearest) {
        return digits / tens;
      }
    }
    return Double.NaN;
  }

  static void writeValue(int form, double value, DataOutput out) throws IOException {
    if (form == DOUBLE) {
      out.writeDouble(value);
    } else {
      out.writeFloat((float) value);
    }
  }

  static double readValue(int form, DataInput in) throws IOException {
    if (form == DOUBLE) {
      return in.readDouble();
    }
    float value = in.readFloat();
    return form == DECIMAL ? decimal(value) : value;
  }

  static void writeFloats(float[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    LittleEndian.write(out, values);
  }

  static float[] readFloats(DataInput in) throws IOException {
    float[] values = new float[in.readInt()];
    LittleEndian.read(in, values);
    return values;
  }

  /** What was stored as floats once. */
  static double[] readFloatsWide(DataInput in) throws IOException {
    float[] floats = readFloats(in);
    double[] values = new double[floats.length];
    Arrays.setAll(values, i -> floats[i]);
    return values;
  }

  static void writeDoubles(double[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    LittleEndian.write(out, values);
  }

  static double[] readDoubles(DataInput in) throws IOException {
    double[] values = new double[in.readInt()];
    LittleEndian.read(in, values);
    return values;
  }

  static void writeInts(int[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    LittleEndian.write(out, values);
  }

  static int[] readInts(DataInput in) throws IOException {
    int[] values = new int[in.readInt()];
    LittleEndian.read(in, values);
    return values;
  }

  static void writeLongs(long[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    LittleEndian.write(out, values);
  }

  static long[] readLongs(DataInput in) throws IOException {
    long[] values = new long[in.readInt()];
    LittleEndian.read(in, values);
    return values;
  }

  static void writeBytes(byte[] bytes, DataOutput out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static byte[] readBytes(DataInput in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }
}
