package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.file.MappedRecords;
import io.tidecast.connectors.file.RecordMapping;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.SourceTopics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which topics observations are read from, and how.
 *
 * @param topics names of topics that are there (default the domain's own, which is made)
 * @param pattern in their place: a regular expression of the names of topics, of all that are there
 *     at the start or come later
 * @param discovery how often topics that match and partitions are looked for that have come
 *     (default a minute); zero: at the start alone
 * @param start where a job that goes on from no checkpoint begins: {@code earliest} (default),
 *     {@code latest}, or a time
 * @param json how the records of others are read (default: as Tidecast's own)
 */
public record SourceSection(
    List<String> topics, String pattern, Duration discovery, String start, JsonNode json) {
  /** The domain's own topic, from its first record. */
  public static final SourceSection DEFAULT = new SourceSection(null, null, null, null, null);

  public SourceSection {
    topics = List.copyOf(requireNonNullElse(topics, List.of()));
    pattern = requireNonNullElse(pattern, "");
    discovery = requireNonNullElse(discovery, SourceTopics.LOOK_EVERY);
    that(
        discovery.isZero() || discovery.compareTo(Duration.ofSeconds(1)) >= 0,
        "discovery",
        discovery,
        "PT1S or more, or PT0S: never");
    start = requireNonNullElse(start, "earliest");
    that(
        topics.isEmpty() || pattern.isEmpty(),
        "pattern",
        pattern,
        "either topics or pattern, not both");
    requirePattern(pattern);
    json = json == null || json.isNull() ? null : json;
    mapping(json); // refuses what it cannot be
    new SourceTopics(topics.isEmpty() ? List.of("x") : topics, start, "");
  }

  private static void requirePattern(String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "pattern: " + pattern + "; accepted: a regular expression (" + e.getDescription() + ")");
    }
  }

  private static Optional<RecordMapping> mapping(JsonNode json) {
    return json == null
        ? Optional.empty()
        : Optional.of(Binder.bind("source.json", json, RecordMapping.class));
  }

  /** Whether it is the topic that Tidecast makes itself. */
  public boolean readsOwnTopic() {
    return topics.isEmpty() && pattern.isEmpty();
  }

  /** Whether what it holds is as Tidecast writes it. */
  public boolean readsOwnRecords() {
    return readsOwnTopic() && json == null;
  }

  /**
   * The topics, as they are now.
   *
   * @throws IllegalArgumentException if one that is named is not there, or the pattern matches none
   */
  public SourceTopics topics(KafkaConfig kafka) {
    String header = mapping(json).map(RecordMapping::headerName).orElse("");
    if (readsOwnTopic()) {
      List<String> own = List.of(kafka.topics().observation());
      return new SourceTopics(own, "", discovery, start, header);
    }
    requireNotWritten(kafka);
    List<String> names = pattern.isEmpty() ? topics : SourceTopics.matching(kafka, pattern);
    SourceTopics found = new SourceTopics(names, pattern, discovery, start, header);
    found.requireThere(kafka);
    return found;
  }

  private void requireNotWritten(KafkaConfig kafka) {
    Set<String> written = new TreeSet<>(topics);
    written.retainAll(kafka.topics().written());
    that(written.isEmpty(), "source.topics", written, "topics that this domain does not write");
  }

  /**
   * Reads the records of these topics.
   *
   * @param own what reads Tidecast's own records
   */
  public RawRecord.Reader reader(RawRecord.Reader own) {
    return mapping(json).<RawRecord.Reader>map(MappedRecords::new).orElse(own);
  }
}
