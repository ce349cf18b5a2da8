package io.tidecast.connectors.kafka;

import io.tidecast.connectors.embedded.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.util.FileUtils;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The broker that all tests of a process share, each with domains of its own. It starts with the
 * first of them and ends with the last.
 */
public final class OneBroker implements BeforeAllCallback {
  private Held held;

  private record Held(Path directory, EmbeddedKafka broker) implements AutoCloseable {
    static Held start() {
      try {
        Path directory = Files.createTempDirectory("broker");
        return new Held(directory, EmbeddedKafka.start(directory));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      broker.close();
      FileUtils.deleteDirectoryQuietly(directory.toFile());
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    held =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.GLOBAL)
            .getOrComputeIfAbsent(OneBroker.class, first -> Held.start(), Held.class);
  }

  public String address() {
    return held.broker.bootstrapServers();
  }

  /** A domain there, without topics yet. */
  public KafkaConfig kafka(String domain) {
    return new KafkaConfig(address(), domain, Map.of());
  }
}
