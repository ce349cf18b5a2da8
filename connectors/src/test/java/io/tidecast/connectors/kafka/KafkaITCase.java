package io.tidecast.connectors.kafka;

import static io.tidecast.connectors.kafka.NumberedRecords.bytes;
import static io.tidecast.connectors.kafka.NumberedRecords.countByValue;
import static io.tidecast.connectors.kafka.NumberedRecords.publish;
import static io.tidecast.connectors.kafka.NumberedRecords.send;
import static io.tidecast.connectors.kafka.NumberedRecords.sequence;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.DeadLetter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Sources and sinks on a real broker and a real mini cluster. */
class KafkaITCase {
  @RegisterExtension private static final OneBroker BROKER = new OneBroker();
  private static final TopicsConfig TOPICS = new TopicsConfig(3, 0, Duration.ZERO);
  private static final AtomicBoolean FAILURE_DUE = new AtomicBoolean();

  @Test
  void everyRecordArrivesOnceThroughAFailureBetweenCheckpoints() throws Exception {
    KafkaConfig kafka = BROKER.kafka("once");
    TopicCreator.createMissing(kafka, TOPICS);
    long adminsBefore = adminThreads();
    Topics topics = kafka.topics();
    StreamExecutionEnvironment env = environment();
    env.fromSource(
            RawRecordSource.unbounded(kafka, topics.observation(), "once"),
            WatermarkStrategy.noWatermarks(),
            "observations")
        .map(new FailingWhenDue())
        .sinkTo(
            KeyedBytesSink.create(
                kafka, topics.forecast(), new ExactlyOnce("once-forecast", Duration.ofMinutes(1))));
    JobClient job = env.executeAsync();

    publish(kafka, topics.observation(), 0, 500);
    CommittedRecords.await(kafka, topics.forecast(), 500);
    FAILURE_DUE.set(true);
    publish(kafka, topics.observation(), 500, 1000);
    List<ConsumerRecord<byte[], byte[]>> records =
        CommittedRecords.await(kafka, topics.forecast(), 1000);
    job.cancel().get(60, TimeUnit.SECONDS);

    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (adminThreads() > adminsBefore) {
      assertTrue(System.nanoTime() < deadline, "a client outlives the job");
      LockSupport.parkNanos(10_000_000);
    }
    assertTrue(!FAILURE_DUE.get(), "the failure happened");
    assertEquals(sequence(1000), countByValue(records));
  }

  private static long adminThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kafka-admin-client-thread"))
        .count();
  }

  @Test
  void boundedRunStartedAnewFromItsCheckpointEndsByItself(@TempDir Path checkpoints)
      throws Exception {
    KafkaConfig kafka = BROKER.kafka("anew");
    TopicCreator.createMissing(kafka, TOPICS);
    Topics topics = kafka.topics();
    publish(kafka, topics.observation(), 0, 100);
    Map<Integer, Long> ends = new HashMap<>(EndOffsets.of(kafka, topics.observation()));
    ends.merge(0, 1L, Long::sum); // one record is still to come: the run cannot end before
    JobClient first = boundedCopy(kafka, ends, checkpoints, Optional.empty());
    CommittedRecords.await(kafka, topics.forecast(), 100);
    first.cancel().get(60, TimeUnit.SECONDS);

    send(kafka, new ProducerRecord<>(topics.observation(), 0, null, bytes("000100")));
    JobClient anew = boundedCopy(kafka, ends, checkpoints, Optional.of(newest(checkpoints)));
    anew.getJobExecutionResult().get(120, TimeUnit.SECONDS);

    assertEquals(sequence(101), countByValue(CommittedTopic.read(kafka, topics.forecast())));
  }

  /**
   * Of two topics that were read one is deleted before the run that ends, half of it never read.
   */
  @Test
  void boundedRunGoesOnFromARunWithoutEndAndEndsByItself(@TempDir Path checkpoints)
      throws Exception {
    KafkaConfig kafka = BROKER.kafka("live");
    TopicCreator.createMissing(kafka, TOPICS);
    Topics topics = kafka.topics();
    String kept = topics.observation();
    publish(kafka, kept, 0, 99);
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      admin.createTopics(List.of(new NewTopic("gone", 2, (short) 1))).all().get();
    }
    send(kafka, new ProducerRecord<>("gone", 0, bytes("k"), bytes("000099")));
    JobClient live =
        copy(
            kafka,
            RawRecordSource.unbounded(
                kafka, new SourceTopics(List.of(kept, "gone"), "earliest", ""), "live"),
            checkpoints,
            Optional.empty());
    CommittedRecords.await(kafka, topics.forecast(), 100);
    live.cancel().get(60, TimeUnit.SECONDS);
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      admin.deleteTopics(List.of("gone")).all().get();
    }
    publish(kafka, kept, 100, 150);

    Map<Integer, Long> ends = EndOffsets.of(kafka, kept);
    JobClient anew = boundedCopy(kafka, ends, checkpoints, Optional.of(newest(checkpoints)));
    anew.getJobExecutionResult().get(120, TimeUnit.SECONDS);

    assertEquals(sequence(150), countByValue(CommittedTopic.read(kafka, topics.forecast())));
  }

  private static JobClient boundedCopy(
      KafkaConfig kafka, Map<Integer, Long> ends, Path checkpoints, Optional<Path> from)
      throws Exception {
    String topic = kafka.topics().observation();
    return copy(kafka, RawRecordSource.bounded(kafka, topic, "anew", ends), checkpoints, from);
  }

  private static JobClient copy(
      KafkaConfig kafka, Source<RawRecord, ?, ?> source, Path checkpoints, Optional<Path> from)
      throws Exception {
    Configuration settings = new Configuration();
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    settings.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    from.ifPresent(
        path -> settings.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString()));
    StreamExecutionEnvironment env = environment();
    env.configure(settings);
    Topics topics = kafka.topics();
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "observations")
        .uid("observations")
        .map(record -> new KeyedBytes(record.key(), record.value()))
        .returns(TypeInformation.of(KeyedBytes.class))
        .uid("copy")
        .sinkTo(
            KeyedBytesSink.create(
                kafka, topics.forecast(), new ExactlyOnce("anew-forecast", Duration.ofMinutes(1))))
        .uid("forecasts");
    return env.executeAsync();
  }

  private static Path newest(Path checkpoints) throws IOException {
    try (Stream<Path> files = Files.walk(checkpoints)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .max(Comparator.comparing(file -> file.toFile().lastModified()))
          .orElseThrow()
          .getParent();
    }
  }

  @Test
  void modelOfSeveralMegabytesPassesThroughSourceAndSink() throws Exception {
    KafkaConfig kafka = BROKER.kafka("large");
    TopicCreator.createMissing(kafka, TOPICS);
    Topics topics = kafka.topics();
    byte[] artifact = new byte[12 << 20];
    new Random(1).nextBytes(artifact);
    StreamExecutionEnvironment env = environment();
    env.fromData(new KeyedBytes(bytes("t"), artifact))
        .sinkTo(
            KeyedBytesSink.create(
                kafka, topics.model(), new ExactlyOnce("large-model", Duration.ofMinutes(1))));
    env.execute();
    env.fromSource(
            RawRecordSource.bounded(
                kafka, topics.model(), "large", EndOffsets.of(kafka, topics.model())),
            WatermarkStrategy.noWatermarks(),
            "models")
        .map(r -> new KeyedBytes(r.key(), bytes(Integer.toString(Arrays.hashCode(r.value())))))
        .returns(TypeInformation.of(KeyedBytes.class))
        .sinkTo(
            KeyedBytesSink.create(
                kafka,
                topics.forecast(),
                new ExactlyOnce("large-forecast", Duration.ofMinutes(1))));

    env.execute();

    List<ConsumerRecord<byte[], byte[]>> read = CommittedTopic.read(kafka, topics.forecast());
    assertEquals(1, read.size());
    assertArrayEquals(bytes(Integer.toString(Arrays.hashCode(artifact))), read.get(0).value());
  }

  @Test
  void boundedRunEndsByItselfAndRefusedBytesKeepTheirOrigin() throws Exception {
    KafkaConfig kafka = BROKER.kafka("bounded");
    TopicCreator.createMissing(kafka, TOPICS);
    Topics topics = kafka.topics();
    byte[] garbage = {(byte) 0xff, 0, 1};
    publish(kafka, topics.observation(), 0, 10);
    send(kafka, new ProducerRecord<>(topics.observation(), 1, null, garbage));
    byte[] largest = new byte[1_048_400]; // what a topic accepts unless told otherwise
    new Random(2).nextBytes(largest);
    send(kafka, new ProducerRecord<>(topics.observation(), 2, bytes("largest"), largest));
    Map<Integer, Long> ends = EndOffsets.of(kafka, topics.observation());
    publish(kafka, topics.observation(), 10, 20);
    StreamExecutionEnvironment env = environment();
    env.fromSource(
            RawRecordSource.bounded(kafka, topics.observation(), "bounded", ends),
            WatermarkStrategy.noWatermarks(),
            "observations")
        .map(
            r ->
                new DeadLetter(
                    r.key(),
                    r.value(),
                    "malformed",
                    "détail",
                    r.topic(),
                    r.partition(),
                    r.offset()))
        .returns(TypeInformation.of(DeadLetter.class))
        .rebalance()
        .sinkTo(
            DeadLetterSink.create(kafka, new ExactlyOnce("bounded-dlq", Duration.ofMinutes(1))));

    env.execute();

    List<ConsumerRecord<byte[], byte[]>> letters = CommittedTopic.read(kafka, topics.deadLetter());
    assertEquals(12, letters.size());
    ConsumerRecord<byte[], byte[]> letter =
        letters.stream().filter(r -> r.key() == null).findFirst().orElseThrow();
    assertNull(letter.key());
    assertArrayEquals(garbage, letter.value());
    assertEquals("malformed", header(letter, "tidecast.reason"));
    assertEquals("détail", header(letter, "tidecast.detail"));
    assertEquals(topics.observation(), header(letter, "tidecast.topic"));
    assertEquals("1", header(letter, "tidecast.partition"));
    assertEquals(Long.toString(ends.get(1) - 1), header(letter, "tidecast.offset"));
    assertNull(letter.headers().lastHeader("tidecast.size"));
    ConsumerRecord<byte[], byte[]> cut =
        letters.stream()
            .filter(r -> r.key() != null && Arrays.equals(r.key(), bytes("largest")))
            .findFirst()
            .orElseThrow();
    assertArrayEquals(Arrays.copyOf(largest, cut.value().length), cut.value());
    assertTrue(cut.value().length > 1_045_000, "no more is cut than has to be");
    assertEquals("1048400", header(cut, "tidecast.size"));
    assertEquals(
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(largest)),
        header(cut, "tidecast.sha256"));
  }

  @Test
  void transactionsArePooledAndTheirLossEndsNoMoreThanATask() throws Exception {
    KafkaConfig kafka = BROKER.kafka("pooled");
    TopicCreator.createMissing(kafka, TOPICS);
    Topics topics = kafka.topics();
    StreamExecutionEnvironment env = environment();
    env.fromSource(
            RawRecordSource.unbounded(kafka, topics.observation(), "pooled"),
            WatermarkStrategy.noWatermarks(),
            "observations")
        .map(record -> new KeyedBytes(record.key(), record.value()))
        .returns(TypeInformation.of(KeyedBytes.class))
        .sinkTo(
            KeyedBytesSink.create(
                kafka,
                topics.forecast(),
                new ExactlyOnce("pooled-forecast", Duration.ofMinutes(1))));
    JobClient job = env.executeAsync();

    for (int checkpoint = 1; checkpoint <= 20; checkpoint++) {
      publish(kafka, topics.observation(), 10 * (checkpoint - 1), 10 * checkpoint);
      CommittedRecords.await(kafka, topics.forecast(), 10 * checkpoint);
    }

    try (Admin admin = Admin.create(kafka.clientProperties())) {
      List<String> ids =
          admin.listTransactions().all().get().stream()
              .map(TransactionListing::transactionalId)
              .filter(id -> id.startsWith("pooled-forecast"))
              .toList();
      assertTrue(!ids.isEmpty() && ids.size() <= 12, ids + " after 20 checkpoints of 2 subtasks");
      // as a broker does whose patience has ended: the writer fails, and once more as it is closed
      admin.fenceProducers(ids).all().get();
    }
    publish(kafka, topics.observation(), 200, 210);
    CommittedRecords.await(kafka, topics.forecast(), 210);
    job.cancel().get(60, TimeUnit.SECONDS);
  }

  private static StreamExecutionEnvironment environment() {
    Configuration configuration = new Configuration();
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(
        RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
    return env;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private static final class FailingWhenDue implements MapFunction<RawRecord, KeyedBytes> {
    @Override
    public KeyedBytes map(RawRecord record) {
      if (FAILURE_DUE.get() && record.value()[record.value().length - 1] == '5') {
        FAILURE_DUE.set(false);
        throw new IllegalStateException("injected failure");
      }
      return new KeyedBytes(record.key(), record.value());
    }
  }
}
