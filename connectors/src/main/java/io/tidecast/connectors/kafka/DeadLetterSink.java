package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.DeadLetter;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;

/**
 * Writes refused records to the dead-letter topic: key and value as they came, reason and origin in
 * the headers {@code tidecast.reason}, {@code .detail}, {@code .topic}, {@code .partition} and
 * {@code .offset}, all as text. Guarantees are those of {@link KeyedBytesSink}.
 */
public final class DeadLetterSink {
  private DeadLetterSink() {}

  public static KafkaSink<DeadLetter> create(KafkaConfig settings, ExactlyOnce once) {
    String topic = settings.topics().deadLetter();
    return KeyedBytesSink.create(
        settings, once, (letter, context, timestamp) -> toKafka(topic, letter));
  }

  private static ProducerRecord<byte[], byte[]> toKafka(String topic, DeadLetter letter) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, letter.key(), letter.value());
    Headers headers = record.headers();
    headers.add(DeadLetter.REASON_HEADER, utf8(letter.reason()));
    headers.add(DeadLetter.DETAIL_HEADER, utf8(letter.detail()));
    headers.add(DeadLetter.TOPIC_HEADER, utf8(letter.topic()));
    headers.add(DeadLetter.PARTITION_HEADER, utf8(Integer.toString(letter.partition())));
    headers.add(DeadLetter.OFFSET_HEADER, utf8(Long.toString(letter.offset())));
    return record;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
