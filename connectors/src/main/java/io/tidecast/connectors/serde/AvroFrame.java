package io.tidecast.connectors.serde;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Avro's single-object encoding of one schema: {@code C3 01}, the schema's fingerprint
 * (CRC-64-AVRO, little endian), then the fields in their order.
 *
 * <p>Why no registry: its client is not on Maven Central, and the fingerprint says which schema it
 * is. A registry's frame is told apart and refused.
 */
final class AvroFrame {
  private static final int HEADER = 10;

  private final String name;
  private final byte[] header;

  /** Of the schema in the file of that name beside this class. */
  AvroFrame(String name) {
    this.name = name;
    try (InputStream file = AvroFrame.class.getResourceAsStream(name + ".avsc")) {
      Schema schema = new Schema.Parser().parse(file);
      header =
          ByteBuffer.allocate(HEADER)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put((byte) 0xC3)
              .put((byte) 0x01)
              .putLong(SchemaNormalization.parsingFingerprint64(schema))
              .array();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether bytes claim to be Avro's single-object encoding of any schema. */
  static boolean isAvro(byte[] bytes) {
    return bytes.length >= 2 && bytes[0] == (byte) 0xC3 && bytes[1] == 0x01;
  }

  /** Whether bytes claim to be of this schema. */
  boolean isOf(byte[] bytes) {
    return bytes.length >= HEADER && Arrays.equals(header, 0, HEADER, bytes, 0, HEADER);
  }

  @FunctionalInterface
  interface Fields {
    void writeTo(BinaryEncoder out) throws IOException;
  }

  byte[] write(int expectedBytes, Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(expectedBytes);
    bytes.writeBytes(header);
    try {
      BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
      fields.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @FunctionalInterface
  interface Record<T> {
    T readFrom(AvroFields in) throws IOException;
  }

  /**
   * Reads one record and nothing behind it.
   *
   * @throws IllegalArgumentException if the bytes are not such a record
   */
  <T> T read(byte[] bytes, Record<T> record) {
    if (!isOf(bytes)) {
      throw new IllegalArgumentException("bytes are no " + name + ": they are of another schema");
    }
    try {
      AvroFields in =
          new AvroFields(
              DecoderFactory.get().binaryDecoder(bytes, HEADER, bytes.length - HEADER, null));
      T read = record.readFrom(in);
      in.requireEnd();
      return read;
    } catch (IOException | AvroRuntimeException | UnsupportedOperationException e) {
      throw new IllegalArgumentException("bytes are no " + name + ": " + e.getMessage(), e);
    }
  }
}
