package io.tidecast.job.state;

import io.tidecast.model.LittleEndian;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Arrays in stored layouts: length (int), then the elements, little endian, in one bulk copy. */
final class StoredArrays {
  private StoredArrays() {}

  static void writeFloats(float[] values, DataOutput out) throws IOException {
    out.writeInt(values.length);
    LittleEndian.write(out, values);
  }

  static float[] readFloats(DataInput in) throws IOException {
    float[] values = new float[in.readInt()];
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
