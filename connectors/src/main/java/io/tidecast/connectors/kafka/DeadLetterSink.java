package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Writes refused records to the dead-letter topic: key and value as they came, reason and origin in
 * the headers {@code tidecast.reason}, {@code .detail}, {@code .topic}, {@code .partition} and
 * {@code .offset}, all as text. Guarantees are those of {@link KeyedBytesSink}.
 *
 * <p>A record that would not fit the dead-letter topic with its headers is cut at the end until it
 * does, first the value, then the key; then the headers {@code .size} and {@code .sha256} tell size
 * and hash of the original value. The original is in its own topic, for as long as that keeps it.
 */
public final class DeadLetterSink {
  /** More than Kafka puts around one record: its batch, lengths, and names of headers. */
  static final int BATCH_BYTES = 1024;

  private static final int MAX_DETAIL = 2048;

  /** A key longer than this is cut before the value loses all. */
  private static final int KEPT_KEY = 512;

  private DeadLetterSink() {}

  /** Asks the broker what the dead-letter topic accepts, which must exist. */
  public static Sink<DeadLetter> create(KafkaConfig settings, ExactlyOnce once) {
    String topic = settings.topics().deadLetter();
    int maxBytes = TopicLimits.maxRecordBytes(settings, topic);
    return KeyedBytesSink.create(settings, topic, once, letter -> toKafka(topic, letter, maxBytes));
  }

  static ProducerRecord<byte[], byte[]> toKafka(String topic, DeadLetter letter, int maxBytes) {
    byte[] detail = cut(utf8(letter.detail()), MAX_DETAIL);
    int room = maxBytes - BATCH_BYTES - detail.length - utf8(letter.topic()).length;
    int value = length(letter.value());
    int key = Math.min(length(letter.key()), Math.max(KEPT_KEY, room - value));
    int kept = Math.max(0, Math.min(value, room - key));
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, cut(letter.key(), key), cut(letter.value(), kept));
    Headers headers = record.headers();
    headers.add(DeadLetter.REASON_HEADER, utf8(letter.reason()));
    headers.add(DeadLetter.DETAIL_HEADER, detail);
    headers.add(DeadLetter.TOPIC_HEADER, utf8(letter.topic()));
    headers.add(DeadLetter.PARTITION_HEADER, utf8(Integer.toString(letter.partition())));
    headers.add(DeadLetter.OFFSET_HEADER, utf8(Long.toString(letter.offset())));
    if (kept < value || key < length(letter.key())) {
      headers.add(DeadLetter.SIZE_HEADER, utf8(Integer.toString(value)));
      headers.add(DeadLetter.HASH_HEADER, utf8(sha256(letter.value())));
    }
    return record;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static byte[] cut(byte[] bytes, int length) {
    return bytes == null || bytes.length <= length ? bytes : Arrays.copyOf(bytes, length);
  }

  static String sha256(byte[] value) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(value == null ? new byte[0] : value));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
