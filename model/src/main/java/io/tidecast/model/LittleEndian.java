package io.tidecast.model;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Arrays of known length as little-endian bytes, copied in bulk. */
public final class LittleEndian {
  private LittleEndian() {}

  public static void write(DataOutput out, float[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Float.BYTES);
    buffer.asFloatBuffer().put(values);
    out.write(buffer.array());
  }

  public static void read(DataInput in, float[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Float.BYTES);
    in.readFully(buffer.array());
    buffer.asFloatBuffer().get(values);
  }

  public static void write(DataOutput out, double[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Double.BYTES);
    buffer.asDoubleBuffer().put(values);
    out.write(buffer.array());
  }

  public static void read(DataInput in, double[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Double.BYTES);
    in.readFully(buffer.array());
    buffer.asDoubleBuffer().get(values);
  }

  public static void write(DataOutput out, int[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Integer.BYTES);
    buffer.asIntBuffer().put(values);
    out.write(buffer.array());
  }

  public static void read(DataInput in, int[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Integer.BYTES);
    in.readFully(buffer.array());
    buffer.asIntBuffer().get(values);
  }

  public static void write(DataOutput out, long[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Long.BYTES);
    buffer.asLongBuffer().put(values);
    out.write(buffer.array());
  }

  public static void read(DataInput in, long[] values) throws IOException {
    ByteBuffer buffer = buffer(values.length * Long.BYTES);
    in.readFully(buffer.array());
    buffer.asLongBuffer().get(values);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
