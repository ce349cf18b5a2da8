package io.tidecast.job.bench;

import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.serde.RecordBytes;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes the generated load of a number of series, hour by hour. */
final class LoadPublisher {
  private static final int TRANSACTION_MILLIS = 900_000;

  private final KafkaConfig kafka;
  private final int keys;

  LoadPublisher(KafkaConfig kafka, int keys) {
    this.kafka = kafka;
    this.keys = keys;
  }

  /**
   * All at once: readers see the first record when the last one is there.
   *
   * @return when that was, or just before; milliseconds
   */
  long publishAtOnce(Hours hours) {
    Properties properties = kafka.clientProperties();
    properties.put("transactional.id", "bench-" + kafka.domain());
    properties.put("transaction.timeout.ms", TRANSACTION_MILLIS);
    properties.put("linger.ms", 20);
    properties.put("batch.size", 1 << 18);
    try (KafkaProducer<byte[], byte[]> producer = producer(properties)) {
      producer.initTransactions();
      producer.beginTransaction();
      for (int i = 0; i < hours.count(); i++) {
        for (int series = 0; series < keys; series++) {
          producer.send(record(series, hours.at(i)));
        }
      }
      long there = System.currentTimeMillis();
      producer.commitTransaction();
      return there;
    }
  }

  /** One after the other at a steady rate. */
  void publishSteadily(long firstHour, double perSecond, long count) {
    long started = System.nanoTime();
    try (KafkaProducer<byte[], byte[]> producer = producer(kafka.clientProperties())) {
      for (long i = 0; i < count; i++) {
        long due = started + (long) (i * 1e9 / perSecond);
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        producer.send(record((int) (i % keys), firstHour + i / keys));
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Properties properties) {
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private ProducerRecord<byte[], byte[]> record(int series, long hour) {
    return new ProducerRecord<>(
        kafka.topics().observation(),
        GeneratedLoad.stream(series).getBytes(StandardCharsets.UTF_8),
        RecordBytes.of(GeneratedLoad.observation(series, hour), kafka.format()));
  }

  /**
   * Hours on the grid.
   *
   * @param first index
   * @param spacing in hours
   */
  record Hours(long first, int count, int spacing) {
    long at(int i) {
      return first + (long) i * spacing;
    }

    /** The hour after the last one. */
    long next() {
      return at(count - 1) + 1;
    }
  }
}
