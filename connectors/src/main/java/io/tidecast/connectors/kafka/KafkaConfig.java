package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.Require;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to reach Kafka. Its text names the client properties without their values, which may be
 * secrets.
 *
 * @param bootstrapServers {@code host:port}, separated by commas
 * @param domain first part of all topic names; see {@link Topics}
 * @param properties passed to every Kafka client unchanged: security, buffers. Those the delivery
 *     guarantees rest on are refused
 * @param format of the records that are written
 */
public record KafkaConfig(
    String bootstrapServers, String domain, Map<String, String> properties, Format format) {
  private static final Set<String> OWN =
      Set.of(
          "bootstrap.servers",
          "acks",
          "enable.idempotence",
          "transactional.id",
          "transaction.timeout.ms",
          "isolation.level",
          "enable.auto.commit",
          "auto.offset.reset",
          "group.id",
          "partition.discovery.interval.ms",
          "key.serializer",
          "value.serializer",
          "key.deserializer",
          "value.deserializer",
          "partitioner.class");

  private static final Logger LOG = LoggerFactory.getLogger(KafkaConfig.class);
  private static final Duration WORD_AFTER = Duration.ofSeconds(3);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final int ATTEMPTS_BETWEEN_WORDS = 6;

  public KafkaConfig {
    Require.that(
        bootstrapServers != null && !bootstrapServers.isBlank(),
        "kafka.bootstrapServers",
        bootstrapServers,
        "such as localhost:9092");
    properties = properties == null ? Map.of() : Map.copyOf(properties);
    for (String key : properties.keySet()) {
      Require.that(
          !OWN.contains(key),
          "kafka.properties." + key,
          "set by Tidecast",
          "any other client property");
    }
    new Topics(domain);
    Require.that(format != null, "format", format, "json or avro");
  }

  /** Records in JSON. */
  public KafkaConfig(String bootstrapServers, String domain, Map<String, String> properties) {
    this(bootstrapServers, domain, properties, Format.JSON);
  }

  public Topics topics() {
    return new Topics(domain);
  }

  /** A fresh copy of what every client is given. */
  public Properties clientProperties() {
    Properties client = new Properties();
    client.putAll(properties);
    client.put("bootstrap.servers", bootstrapServers);
    return client;
  }

  /** What a broker is asked beside records; over within the call. */
  @FunctionalInterface
  public interface Errand<T> {
    T run(Admin admin) throws ExecutionException, InterruptedException;
  }

  /**
   * Asks the broker; after a few seconds without an answer the log says whom it waits for.
   *
   * @param doing what is done, for the words of a failure: {@code describe a.topic}
   * @throws KafkaException if it cannot be reached or refuses, with what it says
   */
  public <T> T ask(String doing, Errand<T> errand) {
    CompletableFuture<Void> word =
        CompletableFuture.runAsync(
            () -> LOG.warn("waiting for the broker at {} to {}", bootstrapServers, doing),
            CompletableFuture.delayedExecutor(WORD_AFTER.toMillis(), TimeUnit.MILLISECONDS));
    try {
      return asked(doing, errand);
    } finally {
      word.cancel(false);
    }
  }

  private <T> T asked(String doing, Errand<T> errand) {
    try (Admin admin = admin(doing)) {
      return errand.run(admin);
    } catch (ExecutionException e) {
      throw cannot(doing, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted; cannot " + doing, e);
    }
  }

  /**
   * Returns when the broker answers, however long that takes.
   *
   * @param say is told once a minute what is waited for and why, and when that is over
   * @throws KafkaException at once if it refuses, or has a name that is no address
   */
  public void awaitBroker(Consumer<String> say) {
    for (int attempt = 0; !answers(attempt, say); attempt++) {}
  }

  private boolean answers(int attempt, Consumer<String> say) {
    DescribeClusterOptions options =
        new DescribeClusterOptions().timeoutMs((int) ANSWER_WITHIN.toMillis());
    try {
      asked("reach the broker", admin -> admin.describeCluster(options).nodes().get());
    } catch (KafkaException e) {
      if (!(e.getCause() instanceof TimeoutException)) {
        throw e;
      }
      if (attempt % ATTEMPTS_BETWEEN_WORDS == 0) {
        say.accept(
            "waiting for the broker at %s (kafka.bootstrapServers), for %d s now: %s"
                .formatted(
                    bootstrapServers,
                    (attempt + 1) * ANSWER_WITHIN.toSeconds(),
                    e.getCause().getMessage()));
      }
      return false;
    }
    if (attempt > 0) {
      say.accept("the broker at " + bootstrapServers + " answers");
    }
    return true;
  }

  /** Its own words for a name that is no address are that it failed. */
  private Admin admin(String doing) {
    try {
      return Admin.create(clientProperties());
    } catch (KafkaException e) {
      throw cannot(doing, e.getCause() == null ? e : e.getCause());
    }
  }

  private KafkaException cannot(String doing, Throwable cause) {
    return new KafkaException(
        "cannot %s at %s (kafka.bootstrapServers): %s"
            .formatted(doing, bootstrapServers, cause.getMessage()),
        cause);
  }

  @Override
  public String toString() {
    return "KafkaConfig[bootstrapServers="
        + bootstrapServers
        + ", domain="
        + domain
        + ", properties="
        + new TreeSet<>(properties.keySet())
        + "]";
  }
}
