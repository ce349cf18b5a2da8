package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.Decoded;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.TimestampType;

/**
 * A Kafka record as it came. Flink serializes it field by field, without a generic type.
 *
 * @param topic it came from
 * @param partition it came from
 * @param offset with topic and partition its identity
 * @param appended epoch milliseconds at which the broker appended it; of a topic with create time
 *     when its producer made it, but not later than it was read
 * @param key null if it has none
 * @param value null if it has none
 * @param header value of the header that was asked for; null if it has none
 */
public record RawRecord(
    String topic,
    int partition,
    long offset,
    long appended,
    byte[] key,
    byte[] value,
    byte[] header) {

  /**
   * What the records of an observation topic say. Never throws on any record; the same record
   * always says the same. For one thread at a time.
   */
  @FunctionalInterface
  public interface Reader extends Serializable {
    /**
     * Reads one record: what it holds, in order of time, and a refusal at most, the last.
     *
     * @return at least one
     */
    List<Decoded> read(RawRecord record);
  }

  /** A record of which no header was asked for. */
  public RawRecord(
      String topic, int partition, long offset, long appended, byte[] key, byte[] value) {
    this(topic, partition, offset, appended, key, value, null);
  }

  /**
   * What a client was given.
   *
   * @param header name of the header to keep; empty for none
   */
  public static RawRecord of(ConsumerRecord<byte[], byte[]> record, String header) {
    Header named = header.isEmpty() ? null : record.headers().lastHeader(header);
    return new RawRecord(
        record.topic(),
        record.partition(),
        record.offset(),
        appended(record),
        record.key(),
        record.value(),
        named == null ? null : named.value());
  }

  /** A producer's clock may be ahead by years, and no record was made after it was read. */
  private static long appended(ConsumerRecord<byte[], byte[]> record) {
    boolean byBroker = record.timestampType() == TimestampType.LOG_APPEND_TIME;
    long read = System.currentTimeMillis();
    long stamp = record.timestamp() < 0 ? read : record.timestamp();
    return byBroker ? stamp : Math.min(stamp, read);
  }

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

  private Object[] content() {
    return new Object[] {topic, partition, offset, appended, key, value, header};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawRecord that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
