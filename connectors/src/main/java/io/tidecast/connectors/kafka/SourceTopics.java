package io.tidecast.connectors.kafka;

import static io.tidecast.connectors.record.Require.that;

import io.tidecast.connectors.serde.Times;
import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * The topics that observations are read from. A partition is known by its place, a number over all
 * of them, which follows from its topic's name alone: that of the partition where there is one
 * topic. Places of two topics may be equal, and give an order but no identity.
 *
 * @param names those there are at the start; at least one
 * @param pattern of those that may come; empty: these are all
 * @param lookEvery how often a reader without an end looks for topics and partitions that have
 *     come; zero: never
 * @param start where a reader without a position begins: {@code earliest}, {@code latest}, or a
 *     time (RFC 3339), from the first record that was appended then or later
 * @param header name of the header that readers are given; empty for none
 */
public record SourceTopics(
    List<String> names, String pattern, Duration lookEvery, String start, String header)
    implements Serializable {
  /** Of whoever says nothing else. */
  public static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  private static final int PARTITION_BITS = 16;
  private static final int TOPIC_BITS = 15;

  public SourceTopics {
    names = List.copyOf(names);
    that(
        !names.isEmpty() && Set.copyOf(names).size() == names.size(),
        "source.topics",
        names,
        "at least one topic, each once");
    that(
        isStart(start),
        "source.start",
        start,
        "earliest, latest, or a time (RFC 3339, 1800 to 2199)");
  }

  /** These and no others. */
  public SourceTopics(List<String> names, String start, String header) {
    this(names, "", LOOK_EVERY, start, header);
  }

  /** One topic from its first record on. */
  public static SourceTopics of(String topic) {
    return new SourceTopics(List.of(topic), "earliest", "");
  }

  /**
   * A pattern without the topics that the domain's own job writes and without dead letters of any:
   * who reads what it refuses refuses it again, for ever.
   */
  public static String withoutWritten(Topics own, String pattern) {
    String written =
        own.written().stream().sorted().map(Pattern::quote).collect(Collectors.joining("|"));
    return "(?!(?:"
        + written
        + "|.*"
        + Pattern.quote(Topics.DEAD_LETTERS)
        + ")$)(?:"
        + pattern
        + ")";
  }

  private static boolean isStart(String start) {
    try {
      return start.equals("earliest")
          || start.equals("latest")
          || Times.sane(Instant.parse(start)) != null;
    } catch (DateTimeException e) {
      return false;
    }
  }

  /**
   * Names of all topics there are that a pattern matches now, in order.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static List<String> matching(KafkaConfig kafka, String pattern) {
    Pattern wanted = Pattern.compile(withoutWritten(kafka.topics(), pattern));
    Set<String> there = new TreeSet<>(there(kafka));
    there.removeIf(topic -> !wanted.matcher(topic).matches());
    that(
        !there.isEmpty(),
        "source.pattern",
        pattern,
        "one that matches a topic at " + kafka.bootstrapServers());
    return List.copyOf(there);
  }

  /** Refuses names of topics that are not there: they are others' to make. */
  public void requireThere(KafkaConfig kafka) {
    Set<String> absent = new TreeSet<>(names);
    absent.removeAll(there(kafka));
    that(
        absent.isEmpty(),
        "source.topics",
        absent,
        "topics that exist at " + kafka.bootstrapServers());
  }

  private static Set<String> there(KafkaConfig kafka) {
    return kafka.ask("list the topics", admin -> admin.listTopics().names().get());
  }

  /** Number of partitions of all of them. */
  public int partitions(KafkaConfig kafka) {
    return names.stream().mapToInt(topic -> TopicCreator.partitions(kafka, topic)).sum();
  }

  /** Where all of them end now; see {@link EndOffsets}. */
  Map<TopicPartition, Long> ends(KafkaConfig kafka) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    for (String topic : names) {
      EndOffsets.of(kafka, topic)
          .forEach((partition, end) -> ends.put(new TopicPartition(topic, partition), end));
    }
    return ends;
  }

  OffsetsInitializer starting() {
    return switch (start) {
      case "earliest" -> OffsetsInitializer.earliest();
      case "latest" -> new EndsNow();
      default -> OffsetsInitializer.timestamp(Instant.parse(start).toEpochMilli());
    };
  }

  /** Place of the partition a record came in. */
  public int place(RawRecord record) {
    if (isTheOnlyOne(record.topic())) {
      return record.partition();
    }
    int name = record.topic().hashCode();
    return (name ^ name >>> TOPIC_BITS) & (1 << TOPIC_BITS) - 1 << PARTITION_BITS
        | record.partition();
  }

  private boolean isTheOnlyOne(String topic) {
    return pattern.isEmpty() && names.size() == 1 && names.get(0).equals(topic);
  }

  /** What an observation has to carry of its topic's name, so that {@link #topic} knows it. */
  public String carried(String topic) {
    return isTheOnlyOne(topic) ? "" : topic;
  }

  /**
   * Topic of an observation.
   *
   * @param carried empty also if it was stored when places were numbers of topics
   */
  public String topic(String carried, int place) {
    return carried.isEmpty()
        ? names.get(Math.min(place >>> PARTITION_BITS, names.size() - 1))
        : carried;
  }

  /** Partition of a place, within its topic. */
  public static int partition(int place) {
    return place & (1 << PARTITION_BITS) - 1;
  }

  /**
   * Where partitions end when they are first looked at. The connector's own "latest" is kept as
   * that word until something was read, and so passes over what comes between a savepoint and a
   * start on it.
   */
  private static final class EndsNow implements OffsetsInitializer {
    private static final long serialVersionUID = 1;

    @Override
    public Map<TopicPartition, Long> getPartitionOffsets(
        Collection<TopicPartition> partitions, PartitionOffsetsRetriever retriever) {
      return retriever.endOffsets(partitions);
    }

    /** Of a type that Kafka deprecates and the interface still asks for. */
    @Override
    @SuppressWarnings("deprecation")
    public OffsetResetStrategy getAutoOffsetResetStrategy() {
      return OffsetResetStrategy.LATEST;
    }
  }
}
