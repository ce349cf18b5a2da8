package io.tidecast.connectors.kafka;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetIdentifierProvider;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions there are of the topics that are read, asked for again and again; says which have
 * come and which topics have gone.
 *
 * <p>Why not the connector's own: by it a broker that is away for a minute, or a topic of a list
 * that is deleted, ends the job. Here a question that fails is asked again at the next time, and
 * what was known stays so.
 */
final class TopicDiscovery implements KafkaSubscriber, KafkaDatasetIdentifierProvider {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(TopicDiscovery.class);

  private final SourceTopics topics;
  private final Pattern pattern;

  /** All that was ever there; null before the first answer. */
  private transient Set<TopicPartition> known;

  private transient Set<String> gone;

  TopicDiscovery(SourceTopics topics, Topics own) {
    this.topics = topics;
    pattern = Pattern.compile(SourceTopics.withoutWritten(own, topics.pattern()));
  }

  /**
   * Asks the broker.
   *
   * @throws KafkaException if it does not answer the first time
   */
  @Override
  public synchronized Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
    try {
      learn(there(admin));
    } catch (ExecutionException e) {
      if (known == null) {
        throw new KafkaException("cannot look for the topics " + words(), e.getCause());
      }
      LOG.warn(
          "cannot look for topics and partitions that have come, which is tried again: {}",
          e.getCause().toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted; cannot look for the topics " + words(), e);
    }
    return Set.copyOf(known);
  }

  private String words() {
    return topics.pattern().isEmpty() ? topics.names().toString() : topics.pattern();
  }

  private Set<TopicPartition> there(AdminClient admin)
      throws ExecutionException, InterruptedException {
    Set<String> names = new TreeSet<>(topics.names());
    if (!topics.pattern().isEmpty()) {
      names.clear();
      names.addAll(admin.listTopics().names().get());
      names.removeIf(name -> !pattern.matcher(name).matches());
    }
    Set<TopicPartition> partitions = new HashSet<>();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> topic :
        admin.describeTopics(names).topicNameValues().entrySet()) {
      describe(topic.getValue())
          .ifPresent(
              found -> {
                for (TopicPartitionInfo partition : found.partitions()) {
                  partitions.add(new TopicPartition(topic.getKey(), partition.partition()));
                }
              });
    }
    return partitions;
  }

  /** Nothing of one that was deleted meanwhile. */
  private static Optional<TopicDescription> describe(KafkaFuture<TopicDescription> asked)
      throws ExecutionException, InterruptedException {
    try {
      return Optional.of(asked.get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private void learn(Set<TopicPartition> there) {
    if (known == null) {
      known = new HashSet<>(there);
      gone = new HashSet<>();
      return;
    }
    Set<String> namesThere = names(there);
    for (TopicPartition partition : there) {
      if (known.add(partition)) {
        LOG.info("{} has appeared: read from its first record on", partition);
      }
    }
    for (String name : names(known)) {
      if (!namesThere.contains(name) && gone.add(name)) {
        LOG.warn("topic {} is there no more: nothing is read of it", name);
      }
    }
    gone.removeAll(namesThere);
  }

  private static Set<String> names(Set<TopicPartition> partitions) {
    Set<String> names = new TreeSet<>();
    partitions.forEach(partition -> names.add(partition.topic()));
    return names;
  }

  @Override
  public Optional<DefaultKafkaDatasetIdentifier> getDatasetIdentifier() {
    return Optional.of(
        topics.pattern().isEmpty()
            ? DefaultKafkaDatasetIdentifier.ofTopics(topics.names())
            : DefaultKafkaDatasetIdentifier.ofPattern(pattern));
  }
}
