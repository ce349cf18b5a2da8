package io.tidecast.job.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Arrays in stored layouts: length (int), then the elements, little endian, in one bulk copy. */
final class StoredArrays {
  private StoredArrays() {}

  static void writeFloats(float[] values, DataOutputView out) throws IOException {
    ByteBuffer buffer = buffer(values.length, Float.BYTES, out);
    buffer.asFloatBuffer().put(values);
    out.write(buffer.array());
  }

  static float[] readFloats(DataInputView in) throws IOException {
    float[] values = new float[in.readInt()];
    read(values.length * Float.BYTES, in).asFloatBuffer().get(values);
    return values;
  }

  static void writeInts(int[] values, DataOutputView out) throws IOException {
    ByteBuffer buffer = buffer(values.length, Integer.BYTES, out);
    buffer.asIntBuffer().put(values);
    out.write(buffer.array());
  }

  static int[] readInts(DataInputView in) throws IOException {
    int[] values = new int[in.readInt()];
    read(values.length * Integer.BYTES, in).asIntBuffer().get(values);
    return values;
  }

  static void writeLongs(long[] values, DataOutputView out) throws IOException {
    ByteBuffer buffer = buffer(values.length, Long.BYTES, out);
    buffer.asLongBuffer().put(values);
    out.write(buffer.array());
  }

  static long[] readLongs(DataInputView in) throws IOException {
    long[] values = new long[in.readInt()];
    read(values.length * Long.BYTES, in).asLongBuffer().get(values);
    return values;
  }

  static void writeBytes(byte[] bytes, DataOutputView out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static byte[] readBytes(DataInputView in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  private static ByteBuffer buffer(int length, int width, DataOutputView out) throws IOException {
    out.writeInt(length);
    return ByteBuffer.allocate(length * width).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer read(int bytes, DataInputView in) throws IOException {
    byte[] array = new byte[bytes];
    in.readFully(array);
    return ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
  }
}
