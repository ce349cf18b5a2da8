package io.tidecast.connectors.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.feed.FeedRunner;
import io.tidecast.connectors.feed.Speed;
import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.TopicCreator;
import io.tidecast.connectors.kafka.TopicsConfig;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.serde.ObservationDecoder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A feed that waits for its service, stopped while it does, and gone on with: each row once. */
class WebFeedITCase {
  private static final Instant START = Instant.parse("2025-03-01T00:00:00Z");
  private static final long MINUTE = 60_000;

  @TempDir private Path directory;

  private volatile long minutes = 30;

  /** Bars that say in their volume which they are. */
  private String answer(String path, Map<String, String> query) {
    long now = START.toEpochMilli() + minutes * MINUTE + 30_000;
    if (path.equals("/api/v3/time")) {
      return "{\"serverTime\":" + now + "}";
    }
    List<String> bars = new ArrayList<>();
    for (long open = Long.parseLong(query.get("startTime")); open <= now; open += MINUTE) {
      bars.add(
          "[%d,\"1\",\"2\",\"0.5\",\"1.5\",\"%d\",%d]"
              .formatted(open, (open - START.toEpochMilli()) / MINUTE, open + MINUTE - 1));
    }
    return bars.toString();
  }

  @Test
  void whatWasPublishedIsNotAskedForAgain() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("kafka"));
        LocalService rest = new LocalService(this::answer);
        LocalStream stream = new LocalStream()) {
      KafkaConfig kafka = new KafkaConfig(broker.bootstrapServers(), "prices", Map.of());
      TopicCreator.createMissing(kafka, new TopicsConfig(2, 0, Duration.ZERO));
      BinanceFeed feed =
          new BinanceFeed(
              List.of("AAA", "BBB"),
              "1m",
              START,
              START.plusSeconds(60 * 50),
              rest.at(""),
              stream.address(),
              6_000,
              3,
              Duration.ofMillis(1));

      CountDownLatch published = new CountDownLatch(60);
      CountDownLatch corrected = new CountDownLatch(61);
      FeedRunner first =
          runner(
              kafka,
              feed,
              rows -> {
                countTo(rows, 60, published);
                countTo(rows, 61, corrected);
              });
      Future<Long> run = Executors.newSingleThreadExecutor().submit(first::run);
      assertTrue(published.await(2, TimeUnit.MINUTES), "60 rows are there");
      stream.sendNext(
          """
          {"k":{"t":%d,"s":"AAA","i":"1m","o":"1","h":"2","l":"1","c":"2","v":"999","x":true}}"""
              .formatted(START.toEpochMilli() + 25 * MINUTE));
      assertTrue(corrected.await(2, TimeUnit.MINUTES), "and one that replaces another");
      first.stop();
      assertEquals(61, run.get(1, TimeUnit.MINUTES));
      minutes = 50;
      assertEquals(101, runner(kafka, feed, rows -> {}).run());
      assertEquals(101, runner(kafka, feed, rows -> {}).run(), "it is at its end");

      assertEquals(expected(), rows(kafka));
    }
  }

  private static void countTo(long rows, int count, CountDownLatch published) {
    while (published.getCount() > Math.max(0, count - rows)) {
      published.countDown();
    }
  }

  private static FeedRunner runner(KafkaConfig kafka, BinanceFeed feed, LongConsumer rows) {
    return new FeedRunner(
        kafka,
        "binance",
        feed,
        new Speed.Max(),
        Clock.systemUTC(),
        (count, time) -> rows.accept(count));
  }

  private static List<String> expected() {
    List<String> rows = new ArrayList<>();
    for (String symbol : List.of("AAA", "BBB")) {
      for (int bar = 0; bar < 50; bar++) {
        rows.add(symbol + " " + START.plusSeconds(60L * (bar + 1)) + " " + (double) bar);
        if (bar == 29 && symbol.equals("AAA")) {
          rows.add("AAA " + START.plusSeconds(60L * 26) + " 999.0");
        }
      }
    }
    return rows;
  }

  /** In their order, one symbol after the other. */
  private static List<String> rows(KafkaConfig kafka) {
    List<String> rows = new ArrayList<>();
    CommittedTopic.read(
        kafka,
        kafka.topics().observation(),
        record -> {
          Decoded.Accepted read = (Decoded.Accepted) ObservationDecoder.decode(record.value());
          rows.add(
              read.observation().stream()
                  + " "
                  + read.observation().time()
                  + " "
                  + read.observation().values().get("volume"));
        });
    rows.sort((a, b) -> a.substring(0, 3).compareTo(b.substring(0, 3)));
    return rows;
  }
}
