package io.tidecast.connectors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import io.tidecast.connectors.embedded.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerAwayITCase {
  @TempDir Path directory;

  @Test
  void aBrokerThatIsNotThereYetIsWaitedFor() throws Exception {
    int port = FreePort.any();
    String address = "127.0.0.1:" + port;
    KafkaConfig kafka = new KafkaConfig(address, "late", Map.of());
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> kafka.awaitBroker(said::add));
    String first = String.valueOf(said.poll(1, TimeUnit.MINUTES));

    try (EmbeddedKafka broker = EmbeddedKafka.start(directory, port)) {
      waiting.get(1, TimeUnit.MINUTES);

      assertTrue(
          first.startsWith(
              "waiting for the broker at " + address + " (kafka.bootstrapServers), for 10 s now: "),
          first);
      assertEquals("the broker at " + address + " answers", said.poll());
      assertEquals(address, broker.bootstrapServers());
      TopicCreator.createMissing(kafka, new TopicsConfig(1, 0, Duration.ZERO));
    }
  }
}
