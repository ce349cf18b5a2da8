package io.tidecast.connectors.kafka;

/**
 * What a sink writes: a record already encoded. Flink serializes it field by field; equality is
 * that of the arrays, by identity.
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
}
