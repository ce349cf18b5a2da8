package io.tidecast.connectors.serde;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;

/**
 * Fields of a record in Avro's binary form. No length in the bytes is believed before as many bytes
 * are there: what is read may be anything.
 */
final class AvroFields {
  private final BinaryDecoder in;

  AvroFields(BinaryDecoder in) {
    this.in = in;
  }

  String text() throws IOException {
    byte[] utf8 = new byte[count(in.readLong(), 1)];
    in.readFixed(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  Instant time() throws IOException {
    return Instant.ofEpochMilli(in.readLong());
  }

  Duration duration() throws IOException {
    return Duration.ofMillis(in.readLong());
  }

  int integer() throws IOException {
    return in.readInt();
  }

  double number() throws IOException {
    return in.readDouble();
  }

  /** Entries of a map that begins, or of its next block; 0 at its end. */
  int entries(boolean first) throws IOException {
    return count(first ? in.readMapStart() : in.mapNext(), 1);
  }

  List<Double> doubles() throws IOException {
    List<Double> values = new ArrayList<>();
    for (int n = items(true, Double.BYTES); n > 0; n = items(false, Double.BYTES)) {
      for (int i = 0; i < n; i++) {
        values.add(in.readDouble());
      }
    }
    return values;
  }

  double[] doubleArray() throws IOException {
    return doubles().stream().mapToDouble(Double::doubleValue).toArray();
  }

  List<Instant> times() throws IOException {
    List<Instant> values = new ArrayList<>();
    for (int n = items(true, 1); n > 0; n = items(false, 1)) {
      for (int i = 0; i < n; i++) {
        values.add(time());
      }
    }
    return values;
  }

  float[] floats() throws IOException {
    float[] values = {};
    for (int n = items(true, Float.BYTES); n > 0; n = items(false, Float.BYTES)) {
      int from = values.length;
      values = Arrays.copyOf(values, from + n);
      for (int i = from; i < values.length; i++) {
        values[i] = in.readFloat();
      }
    }
    return values;
  }

  double[] sums() throws IOException {
    float[] floats = floats();
    double[] values = new double[floats.length];
    Arrays.setAll(values, i -> floats[i]);
    return values;
  }

  int[] integers() throws IOException {
    int[] values = {};
    for (int n = items(true, 1); n > 0; n = items(false, 1)) {
      int from = values.length;
      values = Arrays.copyOf(values, from + n);
      for (int i = from; i < values.length; i++) {
        values[i] = in.readInt();
      }
    }
    return values;
  }

  /** A row of a matrix. */
  @FunctionalInterface
  interface Row<T> {
    T read() throws IOException;
  }

  <T> T[] rows(Row<T> row, T[] empty) throws IOException {
    List<T> rows = new ArrayList<>();
    for (int n = items(true, 1); n > 0; n = items(false, 1)) {
      for (int i = 0; i < n; i++) {
        rows.add(row.read());
      }
    }
    return rows.toArray(empty);
  }

  private int items(boolean first, int bytesEach) throws IOException {
    return count(first ? in.readArrayStart() : in.arrayNext(), bytesEach);
  }

  private int count(long count, int bytesEach) throws IOException {
    int left = in.inputStream().available();
    if (count < 0 || count > left / bytesEach) {
      throw new EOFException("expected " + count + " items but " + left + " bytes are left");
    }
    return (int) count;
  }

  void requireEnd() throws IOException {
    if (!in.isEnd()) {
      throw new IOException("there is more behind the record");
    }
  }

  static void write(BinaryEncoder out, List<Double> values) throws IOException {
    out.writeArrayStart();
    out.setItemCount(values.size());
    for (double value : values) {
      out.startItem();
      out.writeDouble(value);
    }
    out.writeArrayEnd();
  }

  static void writeTimes(BinaryEncoder out, List<Instant> times) throws IOException {
    out.writeArrayStart();
    out.setItemCount(times.size());
    for (Instant time : times) {
      out.startItem();
      out.writeLong(time.toEpochMilli());
    }
    out.writeArrayEnd();
  }

  static void write(BinaryEncoder out, float[] values) throws IOException {
    out.writeArrayStart();
    out.setItemCount(values.length);
    for (float value : values) {
      out.startItem();
      out.writeFloat(value);
    }
    out.writeArrayEnd();
  }

  static void write(BinaryEncoder out, float[][] rows) throws IOException {
    out.writeArrayStart();
    out.setItemCount(rows.length);
    for (float[] row : rows) {
      out.startItem();
      write(out, row);
    }
    out.writeArrayEnd();
  }

  static void write(BinaryEncoder out, double[] sums) throws IOException {
    float[] values = new float[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) sums[i];
    }
    write(out, values);
  }

  static void write(BinaryEncoder out, double[][] rows) throws IOException {
    out.writeArrayStart();
    out.setItemCount(rows.length);
    for (double[] row : rows) {
      out.startItem();
      write(out, row);
    }
    out.writeArrayEnd();
  }

  static void writeFull(BinaryEncoder out, double[][] rows) throws IOException {
    out.writeArrayStart();
    out.setItemCount(rows.length);
    for (double[] row : rows) {
      out.startItem();
      write(out, Arrays.stream(row).boxed().toList());
    }
    out.writeArrayEnd();
  }

  static void write(BinaryEncoder out, int[] values) throws IOException {
    out.writeArrayStart();
    out.setItemCount(values.length);
    for (int value : values) {
      out.startItem();
      out.writeInt(value);
    }
    out.writeArrayEnd();
  }

  static void write(BinaryEncoder out, int[][] rows) throws IOException {
    out.writeArrayStart();
    out.setItemCount(rows.length);
    for (int[] row : rows) {
      out.startItem();
      write(out, row);
    }
    out.writeArrayEnd();
  }
}
