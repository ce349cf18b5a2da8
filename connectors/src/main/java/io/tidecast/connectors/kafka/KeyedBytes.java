package io.tidecast.connectors.kafka;

import java.util.Arrays;

/**
 * What a sink writes: a record already encoded. Flink serializes it field by field.
 *
 * @param key also chooses the partition; null spreads over partitions
 * @param value null is a tombstone, which removes the key from a compacted topic
 * @param header value of the one header that its topic has; null for none
 */
public record KeyedBytes(byte[] key, byte[] value, byte[] header) {

  /** A record without a header. */
  public KeyedBytes(byte[] key, byte[] value) {
    this(key, value, null);
  }

  private Object[] content() {
    return new Object[] {key, value, header};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyedBytes that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
