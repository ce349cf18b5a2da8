package io.tidecast.connectors.record;

import java.util.Arrays;

/**
 * A refused record: its bytes as they came, where they came from, and why they were refused. Flink
 * serializes it field by field.
 *
 * @param key original key; null if it had none
 * @param value original value; null if it had none
 * @param reason {@link Rejection#code}
 * @param detail {@link Rejection#detail}
 * @param topic it came from
 * @param partition it came from
 * @param offset it came from: with topic and partition its identity
 */
public record DeadLetter(
    byte[] key,
    byte[] value,
    String reason,
    String detail,
    String topic,
    int partition,
    long offset) {
  /**
   * Reason of an observation that came too late to amend its step; the detail names its series. Its
   * value is the record's where that lay beyond the kept history of all that its reader had read,
   * else the observation alone, written anew: whether it is late is known where the record's bytes
   * are not any more, and they are brought along by the oldest only. The place says which it was.
   */
  public static final String LATE = "late";

  public static final String REASON_HEADER = "tidecast.reason";
  public static final String DETAIL_HEADER = "tidecast.detail";
  public static final String TOPIC_HEADER = "tidecast.topic";
  public static final String PARTITION_HEADER = "tidecast.partition";
  public static final String OFFSET_HEADER = "tidecast.offset";

  /** Size of the original value in bytes; there only where the value was cut to fit. */
  public static final String SIZE_HEADER = "tidecast.size";

  /** SHA-256 of the original value in hexadecimal; there only where the value was cut to fit. */
  public static final String HASH_HEADER = "tidecast.sha256";

  private Object[] content() {
    return new Object[] {key, value, reason, detail, topic, partition, offset};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DeadLetter that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
