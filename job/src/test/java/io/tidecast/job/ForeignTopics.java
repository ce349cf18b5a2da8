package io.tidecast.job;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.job.config.JobConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.StringSerializer;

/** Topics of other programs' making on a broker, and what a job leaves of their records. */
final class ForeignTopics implements AutoCloseable {
  /** Any clock, also one that is ahead by years: the default of topics before Kafka 4. */
  private static final Map<String, String> CREATE_TIME =
      Map.of(
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          "CreateTime",
          TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
          Long.toString(Long.MAX_VALUE),
          TopicConfig.RETENTION_MS_CONFIG,
          "-1");

  private final EmbeddedKafka kafka;

  private ForeignTopics(EmbeddedKafka kafka) {
    this.kafka = kafka;
  }

  static ForeignTopics start(Path directory) {
    return new ForeignTopics(EmbeddedKafka.start(directory.resolve("kafka")));
  }

  String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  void create(String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(client())) {
      NewTopic made = new NewTopic(topic, Optional.of(partitions), Optional.empty());
      admin.createTopics(List.of(made.configs(CREATE_TIME))).all().get();
    }
  }

  void delete(String... topics) throws Exception {
    try (Admin admin = Admin.create(client())) {
      admin.deleteTopics(List.of(topics)).all().get();
    }
  }

  void publish(List<ProducerRecord<String, String>> records) throws Exception {
    Properties properties = client();
    properties.put("max.in.flight.requests.per.connection", "1");
    List<Future<RecordMetadata>> written = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
      records.forEach(record -> written.add(producer.send(record)));
    }
    for (Future<RecordMetadata> one : written) {
      one.get();
    }
  }

  private Properties client() {
    return new KafkaConfig(kafka.bootstrapServers(), "any", Map.of()).clientProperties();
  }

  static List<String> letters(JobConfig config) {
    List<String> letters = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().deadLetter(),
        record -> {
          Map<String, String> headers = new TreeMap<>();
          record
              .headers()
              .forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
          letters.add(
              headers.get(DeadLetter.REASON_HEADER)
                  + " from "
                  + headers.get(DeadLetter.TOPIC_HEADER)
                  + " "
                  + headers.get(DeadLetter.PARTITION_HEADER));
        });
    return letters;
  }

  static List<String> headers(JobConfig config, String name) {
    List<String> values = new ArrayList<>();
    CommittedTopic.read(
        config.kafkaConfig(),
        config.kafkaConfig().topics().deadLetter(),
        record ->
            values.add(
                new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8)));
    return values;
  }

  static List<String> values(JobConfig config) {
    return CommittedTopic.read(config.kafkaConfig(), config.kafkaConfig().topics().deadLetter())
        .stream()
        .map(letter -> new String(letter.value(), StandardCharsets.UTF_8))
        .toList();
  }

  /** Records of a partition's end with a header of their own, but for the first of them. */
  List<String> marked(String topic) {
    KafkaConfig config = new KafkaConfig(kafka.bootstrapServers(), "any", Map.of());
    return CommittedTopic.read(config, topic).stream()
        .filter(record -> record.headers().lastHeader("from") != null)
        .skip(1)
        .map(
            record ->
                new String(record.value(), StandardCharsets.UTF_8)
                    + " {from="
                    + new String(
                        record.headers().lastHeader("from").value(), StandardCharsets.UTF_8)
                    + "}")
        .toList();
  }

  @Override
  public void close() {
    kafka.close();
  }
}
