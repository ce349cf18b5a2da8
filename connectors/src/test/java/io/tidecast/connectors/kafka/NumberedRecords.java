package io.tidecast.connectors.kafka;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Records that are numbers, and what has become of them. */
final class NumberedRecords {
  private NumberedRecords() {}

  static void publish(KafkaConfig kafka, String topic, int from, int to) {
    IntStream.range(from, to)
        .mapToObj(n -> new ProducerRecord<>(topic, bytes("k" + n % 7), bytes(padded(n))))
        .collect(
            () -> producer(kafka), (producer, record) -> producer.send(record), (a, b) -> b.close())
        .close();
  }

  static void send(KafkaConfig kafka, ProducerRecord<byte[], byte[]> record) {
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka)) {
      producer.send(record);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConfig kafka) {
    Properties properties = kafka.clientProperties();
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  static Map<String, Integer> countByValue(List<ConsumerRecord<byte[], byte[]>> records) {
    Map<String, Integer> counts = new TreeMap<>();
    records.forEach(
        r -> counts.merge(new String(r.value(), StandardCharsets.UTF_8), 1, Integer::sum));
    return counts;
  }

  static Map<String, Integer> sequence(int count) {
    Map<String, Integer> counts = new TreeMap<>();
    IntStream.range(0, count).forEach(n -> counts.put(padded(n), 1));
    return counts;
  }

  private static String padded(int n) {
    return String.format("%06d", n);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
