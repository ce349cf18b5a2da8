package io.tidecast.connectors.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates the topics of a domain that are missing, and leaves the others as they are: safe to call
 * at every start, and from several processes at once.
 *
 * <p>All topics have log-append time: event times are in the values, brokers refuse record times
 * far in the future, and retention by event time would delete what is being replayed. The model
 * topic is compacted and accepts artifacts.
 */
public final class TopicCreator {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final long RETRY_MILLIS = 20;

  private TopicCreator() {}

  /**
   * Returns when all topics of the domain exist, and the broker that is asked knows of them.
   *
   * @throws KafkaException if the broker cannot be reached or refuses a topic
   */
  public static void createMissing(KafkaConfig kafka, TopicsConfig settings) {
    createMissing(kafka, settings, true);
  }

  /**
   * The same.
   *
   * @param observations whether the domain's own topic of observations is among them: others may be
   *     read in its place
   */
  public static void createMissing(KafkaConfig kafka, TopicsConfig settings, boolean observations) {
    List<NewTopic> wanted = new ArrayList<>(topics(kafka.topics(), settings));
    wanted.removeIf(topic -> !observations && topic.name().equals(kafka.topics().observation()));
    kafka.ask(
        "create the topics",
        admin -> {
          Set<String> existing = admin.listTopics().names().get();
          List<NewTopic> missing =
              wanted.stream().filter(topic -> !existing.contains(topic.name())).toList();
          for (KafkaFuture<Void> created : admin.createTopics(missing).values().values()) {
            awaitCreation(created);
          }
          awaitKnown(admin, missing.stream().map(NewTopic::name).toList());
          return missing;
        });
  }

  /**
   * Number of partitions of a topic.
   *
   * @throws KafkaException if the broker cannot be reached or has no such topic
   */
  public static int partitions(KafkaConfig kafka, String topic) {
    return kafka.ask(
        "describe " + topic,
        admin ->
            admin
                .describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size());
  }

  static List<NewTopic> topics(Topics names, TopicsConfig settings) {
    Map<String, String> kept = kept(settings);
    return List.of(
        topic(names.observation(), settings.partitions(), settings, kept),
        topic(names.deadLetter(), settings.partitions(), settings, kept),
        topic(names.forecast(), settings.partitions(), settings, kept),
        topic(names.evaluation(), settings.partitions(), settings, kept),
        topic(names.anomaly(), settings.partitions(), settings, kept),
        topic(names.feed(), 1, settings, compacted()),
        topic(names.model(), 1, settings, model()),
        topic(names.control(), 1, settings, control()));
  }

  private static Map<String, String> kept(TopicsConfig settings) {
    long millis = settings.retention().isZero() ? -1 : settings.retention().toMillis();
    Map<String, String> config = new HashMap<>();
    config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    config.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(millis));
    return config;
  }

  private static Map<String, String> compacted() {
    Map<String, String> config = new HashMap<>();
    config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    return config;
  }

  private static Map<String, String> model() {
    Map<String, String> config = compacted();
    config.put(
        TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(TopicsConfig.MODEL_MAX_BYTES));
    return config;
  }

  /** Kept for ever: a job that reads everything again is asked the same at the same boundaries. */
  private static Map<String, String> control() {
    Map<String, String> config = model();
    config.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    config.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
    return config;
  }

  private static NewTopic topic(
      String name, int partitions, TopicsConfig settings, Map<String, String> config) {
    Optional<Short> replication =
        settings.replicationFactor() == 0
            ? Optional.empty()
            : Optional.of((short) settings.replicationFactor());
    return new NewTopic(name, Optional.of(partitions), replication).configs(config);
  }

  /** A controller has created a topic some time before each broker knows of it. */
  private static void awaitKnown(Admin admin, List<String> topics)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      try {
        admin.describeTopics(topics).allTopicNames().get();
        return;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof TopicAuthorizationException) {
          return; // who may create a topic need not be allowed to look at it
        }
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() > deadline) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      }
    }
  }

  private static void awaitCreation(KafkaFuture<Void> created)
      throws ExecutionException, InterruptedException {
    try {
      created.get();
    } catch (ExecutionException e) {
      // another process may have been faster: that is what was wanted
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }
}
