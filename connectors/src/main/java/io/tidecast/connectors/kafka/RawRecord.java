package io.tidecast.connectors.kafka;

/**
 * A Kafka record as it came. Flink serializes it field by field, without a generic type; equality
 * is that of the arrays, by identity.
 *
 * @param topic it came from
 * @param partition it came from
 * @param offset with topic and partition its identity
 * @param appended epoch milliseconds at which the broker appended it (topics have log-append time)
 * @param key null if it has none
 * @param value null if it has none
 */
public record RawRecord(
    String topic, int partition, long offset, long appended, byte[] key, byte[] value) {
  /**
   * Whether an event time of this record lies so far ahead of the append time that a clock must be
   * wrong. Who stores observations and who forecasts from them refuse the same ones by it.
   *
   * @param eventTime epoch milliseconds
   * @param maxFutureMillis how far ahead is believed
   */
  public boolean isTooFarAhead(long eventTime, long maxFutureMillis) {
    return eventTime - maxFutureMillis > appended;
  }
}
