package io.tidecast.job;

import io.tidecast.job.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes observations in their order, each to the partition it names. */
public final class Publisher {
  private Publisher() {}

  /**
   * One observation on its way.
   *
   * @param partition it goes to
   * @param stream its key
   * @param json its value
   */
  public record Observation(int partition, String stream, String json) {}

  /** Returns when all are written. */
  public static void publish(JobConfig config, List<Observation> observations) throws Exception {
    Properties properties = config.kafkaConfig().clientProperties();
    // of several requests under way to a topic just created the first may be refused and come last
    properties.put("max.in.flight.requests.per.connection", "1");
    String topic = config.kafkaConfig().topics().observation();
    List<Future<RecordMetadata>> written = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      for (Observation seen : observations) {
        written.add(
            producer.send(
                new ProducerRecord<>(topic, seen.partition(), seen.stream(), seen.json())));
      }
    }
    for (Future<RecordMetadata> one : written) {
      one.get();
    }
  }
}
