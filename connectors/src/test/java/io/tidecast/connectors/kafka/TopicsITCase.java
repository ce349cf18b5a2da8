package io.tidecast.connectors.kafka;

import static io.tidecast.connectors.kafka.NumberedRecords.bytes;
import static io.tidecast.connectors.kafka.NumberedRecords.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumerator;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics and what is kept in them, on a real broker. */
class TopicsITCase {
  @RegisterExtension private static final OneBroker BROKER = new OneBroker();
  private static final TopicsConfig TOPICS = new TopicsConfig(3, 0, Duration.ZERO);

  @Test
  void missingTopicsAreCreatedAndExistingOnesLeftAlone() throws Exception {
    KafkaConfig kafka = BROKER.kafka("created");
    TopicCreator.createMissing(kafka, new TopicsConfig(3, 0, Duration.ofDays(2)));

    TopicCreator.createMissing(kafka, new TopicsConfig(5, 1, Duration.ofDays(9)));

    assertEquals(3, description(kafka, kafka.topics().observation()).partitions().size());
    assertEquals(1, description(kafka, kafka.topics().model()).partitions().size());
    Config observation = config(kafka, kafka.topics().observation());
    assertEquals("172800000", observation.get("retention.ms").value());
    assertEquals("LogAppendTime", observation.get("message.timestamp.type").value());
    Config model = config(kafka, kafka.topics().model());
    assertEquals("compact", model.get("cleanup.policy").value());
    assertEquals("16777216", model.get("max.message.bytes").value());
  }

  @Test
  void whatIsCreatedIsKnownAtOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      KafkaConfig kafka = BROKER.kafka("known-" + i);
      TopicCreator.createMissing(kafka, TOPICS);

      assertEquals(1, description(kafka, kafka.topics().control()).partitions().size());
    }
  }

  @Test
  void endOffsetsWaitForTheTransactionThatHoldsThem() throws Exception {
    KafkaConfig kafka = BROKER.kafka("ends");
    TopicCreator.createMissing(kafka, TOPICS);
    String topic = kafka.topics().observation();
    Properties properties = kafka.clientProperties();
    properties.put("transactional.id", "ends");
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(topic, 0, null, bytes("a"))).get();
      CompletableFuture<Map<Integer, Long>> ends =
          CompletableFuture.supplyAsync(() -> EndOffsets.of(kafka, topic));

      assertThrows(TimeoutException.class, () -> ends.get(2, TimeUnit.SECONDS));
      producer.commitTransaction();

      assertEquals(1, ends.get(60, TimeUnit.SECONDS).get(0));
      // the marker at offset 1 is no record: a run restored behind the last one must end
      assertEquals(1, EndOffsets.of(kafka, topic).get(0));
    }
  }

  /** What comes between a savepoint and a start on it would be passed over for that word. */
  @Test
  void latestIsAPlaceThatIsKeptBeforeAnythingWasRead() throws Exception {
    KafkaConfig kafka = BROKER.kafka("latest");
    TopicCreator.createMissing(kafka, TOPICS);
    String topic = kafka.topics().observation();
    Properties properties = kafka.clientProperties();
    try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
        AdminClient admin = AdminClient.create(properties)) {
      producer.send(new ProducerRecord<>(topic, 1, null, bytes("a"))).get();
      SourceTopics topics =
          new SourceTopics(List.of(topic), "", SourceTopics.LOOK_EVERY, "latest", "");
      TopicPartition read = new TopicPartition(topic, 1);
      TopicPartition empty = new TopicPartition(topic, 2);

      assertEquals(
          Map.of(read, 1L, empty, 0L),
          topics
              .starting()
              .getPartitionOffsets(
                  List.of(read, empty),
                  new KafkaSourceEnumerator.PartitionOffsetsRetrieverImpl(admin, "any")));
    }
  }

  @Test
  void aTopicThatDoesNotAcceptTheLargestRecordIsRefusedByName() {
    KafkaConfig kafka = BROKER.kafka("limits");
    TopicCreator.createMissing(kafka, TOPICS);

    TopicLimits.require(kafka, kafka.topics().model(), 12 << 20, "a model");
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> TopicLimits.require(kafka, kafka.topics().forecast(), 2 << 20, "a forecast"));

    assertEquals(
        "max.message.bytes of limits.forecast.v1: 1048588; accepted: 2098176 or more, as a forecast"
            + " may be that large",
        refused.getMessage());
  }

  @Test
  void aTaskThatIsCancelledLetsGoOfItsClaimWithoutAnError() {
    KafkaConfig kafka = BROKER.kafka("claimed");
    TopicCreator.createMissing(kafka, TOPICS);
    ExactlyOnce.Claim claim = ExactlyOnce.Claim.ofStart(kafka, "main");
    claim.hold(false);
    // has read the record of the one before, and so has a session at the broker
    ExactlyOnce.Claim.Watch watch = claim.hold(true);
    try (LogLines log = new LogLines("org.apache.kafka")) {
      Thread.currentThread().interrupt();
      watch.close();
      assertEquals(List.of(), log.lines());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  /** As whoever tidies the topic up leaves. */
  @Test
  void aClaimThatWasDeletedIsTakenAnew() {
    KafkaConfig kafka = BROKER.kafka("deleted");
    TopicCreator.createMissing(kafka, TOPICS);
    ExactlyOnce.Claim before = ExactlyOnce.Claim.ofStart(kafka, "main");
    ExactlyOnce.Claim.Watch watch = before.hold(true);
    send(kafka, new ProducerRecord<>(kafka.topics().feed(), 0, bytes("job:main"), null));

    before.hold(false);
    watch.look();
    ExactlyOnce.Claim.ofStart(kafka, "main").hold(false);

    assertThrows(SuppressRestartsException.class, () -> before.hold(false));
    watch.close();
  }

  private static TopicDescription description(KafkaConfig kafka, String topic) throws Exception {
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    }
  }

  private static Config config(KafkaConfig kafka, String topic) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      return admin.describeConfigs(List.of(resource)).all().get().get(resource);
    }
  }
}
