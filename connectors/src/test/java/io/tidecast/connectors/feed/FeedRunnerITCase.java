package io.tidecast.connectors.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.OneBroker;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.connectors.record.Format;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A feed on a real broker: every row once, whatever happens to the process. */
class FeedRunnerITCase {
  @RegisterExtension private static final OneBroker BROKER = new OneBroker();
  private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
  private static final int STATIONS = 4;
  private static final FeedRunner.Progress QUIET = (rows, time) -> {};

  @Test
  void everyRowIsPublishedOnceInOrderOfItsStream() {
    KafkaConfig kafka = kafka("whole");
    Feed feed = weather(3000);

    long first = max(kafka, feed, QUIET).run();
    long second = max(kafka, feed, QUIET).run();

    assertEquals(12_000, first);
    assertEquals(12_000, second);
    assertComplete(kafka, feed);
  }

  @Test
  void feedThatIsStoppedOrFailsAfterAnyBatchGoesOnWhereItWas() {
    KafkaConfig kafka = kafka("stopped");
    Feed feed = weather(8000);
    AtomicReference<FeedRunner> running = new AtomicReference<>();
    running.set(max(kafka, feed, (rows, time) -> running.get().stop()));

    long stopped = running.get().run();
    assertThrows(
        IllegalStateException.class,
        () ->
            max(
                    kafka,
                    feed,
                    (rows, time) -> {
                      throw new IllegalStateException("injected failure");
                    })
                .run());
    long done = max(kafka, feed, QUIET).run();

    assertTrue(stopped > 0 && stopped < 32_000, stopped + " rows");
    assertEquals(32_000, done);
    assertComplete(kafka, feed);
  }

  @Test
  void openTransactionOfAKilledRunIsAsIfItHadNotBeen() {
    KafkaConfig kafka = kafka("killed");
    Feed feed = weather(100);
    try (KafkaProducer<byte[], byte[]> killed = producer(kafka)) {
      killed.initTransactions();
      killed.beginTransaction();
      Iterator<FeedRow> rows = feed.rows();
      for (int i = 0; i < 250; i++) {
        FeedRow row = rows.next();
        killed.send(
            new ProducerRecord<>(kafka.topics().observation(), row.key(), row.value(Format.JSON)));
      }
      killed.send(new FeedProgress(250, "?").toRecord(kafka, kafka.domain()));
      killed.flush();

      long rowsPublished = max(kafka, feed, QUIET).run();

      assertEquals(400, rowsPublished);
      assertThrows(KafkaException.class, killed::commitTransaction);
    }
    assertComplete(kafka, feed);
  }

  @Test
  void processKilledInMidRunNeitherLosesNorDoubles() throws Exception {
    KafkaConfig kafka = kafka("process");
    for (int batchesBeforeKill = 1; batchesBeforeKill <= 2; batchesBeforeKill++) {
      Process process = feedProcess();
      try (BufferedReader progress = process.inputReader()) {
        for (int i = 0; i < batchesBeforeKill; i++) {
          assertNotNull(progress.readLine(), "a batch was committed");
        }
        assertTrue(process.isAlive(), "the feed has not ended yet");
        process.destroyForcibly().waitFor(); // SIGKILL: no handler runs
      }
    }

    max(kafka, FeedProcess.FEED, QUIET).run();

    assertComplete(kafka, FeedProcess.FEED);
  }

  @Test
  void aFeedOfAnOlderVersionGoesOnFromItsConsumerGroup() throws Exception {
    KafkaConfig kafka = kafka("older");
    Feed feed = weather(100);
    Iterator<FeedRow> rows = feed.rows();
    FeedRow last = rows.next();
    try (KafkaProducer<byte[], byte[]> older = producer(kafka)) {
      older.initTransactions();
      older.beginTransaction();
      older.send(
          new ProducerRecord<>(kafka.topics().observation(), last.key(), last.value(Format.JSON)));
      older.commitTransaction();
    }
    try (Admin admin = Admin.create(kafka.clientProperties())) {
      String place = last.observation().stream() + " at " + last.observation().time();
      admin
          .alterConsumerGroupOffsets(
              "feed-older",
              Map.of(
                  new TopicPartition(kafka.topics().observation(), 0),
                  new OffsetAndMetadata(1, place)))
          .all()
          .get();
    }

    assertEquals(400, max(kafka, feed, QUIET).run());

    assertComplete(kafka, feed);
  }

  @Test
  void feedsOfOneNameInTwoDomainsLeaveEachOtherAlone() {
    KafkaConfig north = kafka("north");
    KafkaConfig south = kafka("south");
    Feed feed = weather(4000);
    FeedRunner other =
        new FeedRunner(south, "same", feed, new Speed.Max(), Clock.systemUTC(), QUIET);
    AtomicBoolean once = new AtomicBoolean(true);

    long rows =
        new FeedRunner(
                north,
                "same",
                feed,
                new Speed.Max(),
                Clock.systemUTC(),
                (published, time) -> {
                  if (once.getAndSet(false)) {
                    other.run();
                  }
                })
            .run();

    assertEquals(16_000, rows);
    assertComplete(north, feed);
    assertComplete(south, feed);
  }

  @Test
  void secondRunnerFencesTheFirst() {
    KafkaConfig kafka = kafka("fenced");
    Feed feed = weather(8000);
    FeedRunner second = max(kafka, feed, QUIET);
    FeedRunner first = max(kafka, feed, (rows, time) -> second.run());

    assertThrows(KafkaException.class, first::run);

    assertComplete(kafka, feed);
  }

  @Test
  void anotherFeedUnderTheSameNameIsRefused() {
    KafkaConfig kafka = kafka("other");
    max(kafka, weather(10), QUIET).run();
    Feed moved =
        new GeneratedWeatherFeed(
            STATIONS, Duration.ofHours(1), 24, START.plusSeconds(3600), 0, 20L, 5L, 0.0, 0.0);

    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> max(kafka, moved, QUIET).run());
    assertThrows(IllegalArgumentException.class, () -> max(kafka, weather(9), QUIET).run());

    assertTrue(e.getMessage().contains("ST0004 at 2024-01-01T09:00:00Z"), e.getMessage());
  }

  @Test
  void liveFeedPublishesThePastAtOnceAndEachStepWhenItHasCome() {
    KafkaConfig kafka = kafka("paced");
    SettableClock clock = new SettableClock(START.plus(Duration.ofMinutes(150)));
    List<Long> published = new ArrayList<>();
    AtomicReference<FeedRunner> running = new AtomicReference<>();
    running.set(
        new FeedRunner(
            kafka,
            "live",
            weather(0),
            new Speed.Live(),
            clock,
            (rows, time) -> {
              published.add(rows);
              clock.now = clock.now.plus(Duration.ofHours(1));
              if (published.size() == 3) {
                running.get().stop();
              }
            }));

    running.get().run();

    assertEquals(List.of(12L, 16L, 20L), published);
  }

  /** A feed in a process of its own, which prints a line after each batch. */
  static final class FeedProcess {
    static final Feed FEED = weather(20_000);

    private FeedProcess() {}

    public static void main(String[] arguments) {
      KafkaConfig kafka = new KafkaConfig(arguments[0], "process", Map.of());
      max(kafka, FEED, (rows, time) -> System.out.println(rows)).run();
    }
  }

  private static Process feedProcess() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            FeedProcess.class.getName(),
            BROKER.address())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static FeedRunner max(KafkaConfig kafka, Feed feed, FeedRunner.Progress progress) {
    return new FeedRunner(
        kafka, kafka.domain(), feed, new Speed.Max(), Clock.systemUTC(), progress);
  }

  private static Feed weather(long steps) {
    return new GeneratedWeatherFeed(
        STATIONS, Duration.ofHours(1), 24, START, 0, steps, 5L, 0.01, 0.01);
  }

  private static void assertComplete(KafkaConfig kafka, Feed feed) {
    Map<String, List<String>> expected = new TreeMap<>();
    feed.rows().forEachRemaining(row -> add(expected, row.key(), row.value(Format.JSON)));
    Map<String, List<String>> published = new TreeMap<>();
    Map<Integer, Long> counts = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> record :
        CommittedTopic.read(kafka, kafka.topics().observation())) {
      add(published, record.key(), record.value());
      counts.merge(record.partition(), 1L, Long::sum);
    }
    assertEquals(expected, published);
    assertEquals(FeedRunner.rowsByPartition(feed, 3), counts);
  }

  private static void add(Map<String, List<String>> values, byte[] key, byte[] value) {
    values
        .computeIfAbsent(new String(key, StandardCharsets.UTF_8), k -> new ArrayList<>())
        .add(new String(value, StandardCharsets.UTF_8));
  }

  private static KafkaConfig kafka(String domain) {
    KafkaConfig kafka = BROKER.kafka(domain);
    TopicCreator.createMissing(kafka, new TopicsConfig(3, 0, Duration.ZERO));
    return kafka;
  }

  private static KafkaProducer<byte[], byte[]> producer(KafkaConfig kafka) {
    Properties properties = kafka.clientProperties();
    properties.put("transactional.id", "tidecast." + kafka.domain() + ".feed." + kafka.domain());
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static final class SettableClock extends Clock {
    private volatile Instant now;

    private SettableClock(Instant now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("UTC only");
    }
  }
}
