package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The dead-letter topic as its operator sees it, and the way back for what it holds: a refused
 * record is published again to the end of the partition it came from, with its own key and bytes;
 * into a topic of others as it stands there, headers included.
 *
 * <p>Each is replayed once, however often and by whomever that is asked for: in the transaction of
 * the records stands, in the topic {@code <domain>.feed.v1}, which they were, by partition and
 * offset. A second replay at the same time fences off the first. A record that was refused for
 * several reasons has several dead letters and is replayed once. What was refused of the control
 * topic is shown, and never replayed: it was meant for a boundary that has gone by.
 */
public final class DeadLetterTopic {
  private static final int BATCH = 500;
  private static final String MARK = "replayed:";
  private static final byte[] REPLAYED = "{}".getBytes(StandardCharsets.UTF_8);

  private final KafkaConfig kafka;

  public DeadLetterTopic(KafkaConfig kafka) {
    this.kafka = kafka;
  }

  /**
   * One dead letter.
   *
   * @param letter what was refused, and why
   * @param refused when it came into the dead-letter topic
   * @param hash of the whole value in hexadecimal if the letter's is cut; null if it is whole
   * @param isForeign whether its record came from a topic that others write
   * @param isReplayed whether its record was published again
   */
  public record Entry(
      DeadLetter letter, Instant refused, String hash, boolean isForeign, boolean isReplayed) {
    /**
     * Where its record came from: partition and offset of the domain's observation topic, after the
     * name of any other topic.
     */
    public String source() {
      String place = letter.partition() + "@" + letter.offset();
      return isForeign ? letter.topic() + ":" + place : place;
    }

    /** Whether the letter is the record, as far as that is needed to publish it again. */
    private boolean isWhole() {
      return hash == null && !isForeign && !letter.reason().equals(DeadLetter.LATE);
    }

    private Entry replayed() {
      return new Entry(letter, refused, hash, isForeign, true);
    }
  }

  /**
   * What came of a replay.
   *
   * @param records that were published again
   * @param lost that were to be and could not: cut, late or of a topic of others, and their topic
   *     no longer holds them
   */
  public record Replay(long records, Set<String> lost) {}

  /** Gives all dead letters, in the order of each partition of theirs. */
  public void read(Consumer<Entry> taker) {
    read(replayed(), taker);
  }

  private void read(Set<String> replayed, Consumer<Entry> taker) {
    CommittedTopic.read(
        kafka, kafka.topics().deadLetter(), record -> entry(record, replayed).ifPresent(taker));
  }

  /**
   * Publishes the records of the chosen dead letters again, but for those that were before.
   *
   * @throws KafkaException if the broker stays away, or another replay took over
   */
  public Replay replay(Predicate<Entry> chosen) {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      try {
        producer.initTransactions(); // before the marks are read: ends what was left open
        Set<String> replayed = replayed();
        Run run = new Run(producer, replayed);
        read(replayed, entry -> run.take(entry, chosen));
        run.commit();
        return new Replay(run.records, run.lost);
      } catch (RuntimeException e) {
        producer.close(Duration.ZERO);
        throw e;
      }
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    Properties properties = kafka.clientProperties();
    properties.put("transactional.id", "tidecast." + kafka.domain() + ".dlq");
    properties.put("acks", "all");
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private Set<String> replayed() {
    Set<String> sources = new HashSet<>();
    CommittedTopic.read(
        kafka,
        kafka.topics().feed(),
        record -> {
          String key = text(record.key());
          if (key.startsWith(MARK)) {
            sources.add(key.substring(MARK.length()));
          }
        });
    return sources;
  }

  /** Nothing for what somebody else has written there. */
  private Optional<Entry> entry(ConsumerRecord<byte[], byte[]> record, Set<String> replayed) {
    try {
      DeadLetter letter =
          new DeadLetter(
              record.key(),
              record.value(),
              header(record, DeadLetter.REASON_HEADER),
              header(record, DeadLetter.DETAIL_HEADER),
              header(record, DeadLetter.TOPIC_HEADER),
              Integer.parseInt(header(record, DeadLetter.PARTITION_HEADER)),
              Long.parseLong(header(record, DeadLetter.OFFSET_HEADER)));
      Header hash = record.headers().lastHeader(DeadLetter.HASH_HEADER);
      Entry entry =
          new Entry(
              letter,
              Instant.ofEpochMilli(record.timestamp()),
              hash == null ? null : text(hash.value()),
              !letter.topic().equals(kafka.topics().observation()),
              false);
      return Optional.of(replayed.contains(entry.source()) ? entry.replayed() : entry);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    if (header == null) {
      throw new IllegalArgumentException("no header " + name);
    }
    return text(header.value());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** One replay, in transactions of some records each. */
  private final class Run {
    private final KafkaProducer<byte[], byte[]> producer;
    private final Set<String> replayed;
    private final Set<String> lost = new TreeSet<>();
    private long records;
    private int open;

    private Run(KafkaProducer<byte[], byte[]> producer, Set<String> replayed) {
      this.producer = producer;
      this.replayed = replayed;
    }

    private void take(Entry entry, Predicate<Entry> chosen) {
      boolean isAsked = entry.letter().topic().equals(kafka.topics().control());
      if (isAsked || replayed.contains(entry.source()) || !chosen.test(entry)) {
        return;
      }
      DeadLetter letter = entry.letter();
      if (entry.isWhole()) {
        publish(
            entry.source(),
            new ProducerRecord<>(letter.topic(), letter.partition(), letter.key(), letter.value()));
      } else {
        original(entry)
            .ifPresentOrElse(
                record ->
                    publish(
                        entry.source(),
                        new ProducerRecord<>(
                            record.topic(),
                            record.partition(),
                            null,
                            record.key(),
                            record.value(),
                            record.headers())),
                () -> lost.add(entry.source()));
      }
    }

    private void publish(String source, ProducerRecord<byte[], byte[]> record) {
      if (open == 0) {
        producer.beginTransaction();
      }
      producer.send(record);
      byte[] mark = (MARK + source).getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(kafka.topics().feed(), mark, REPLAYED));
      replayed.add(source);
      records++;
      open++;
      if (open == BATCH) {
        commit();
      }
    }

    private void commit() {
      if (open > 0) {
        producer.commitTransaction();
      }
      open = 0;
    }

    private Optional<ConsumerRecord<byte[], byte[]>> original(Entry entry) {
      DeadLetter letter = entry.letter();
      String hash = entry.hash();
      return CommittedTopic.at(kafka, letter.topic(), letter.partition(), letter.offset())
          .filter(record -> hash == null || DeadLetterSink.sha256(record.value()).equals(hash));
    }
  }
}
