package io.tidecast.connectors.feed;

import io.tidecast.connectors.kafka.KafkaConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Publishes a feed to the observation topic, each row exactly once for readers with {@code
 * read_committed}, whatever happens to the process.
 *
 * <p>Rows go out in transactions; the number of rows published is written in the same transaction,
 * by the name of the feed ({@link FeedProgress}). Assumptions:
 *
 * <ul>
 *   <li>Row n of the feed is the same at every start. Beside the count stands which row came last;
 *       a feed that has another row there is refused.
 *   <li>One runner per name: a second one fences off the first, which then fails; nothing doubles.
 *   <li>A start waits for the broker to finish what the last run left open, then reads the count.
 * </ul>
 *
 * <p>Rows of a stream keep their order: the key is the stream, and each key has one partition. A
 * transaction holds at most {@value #MAX_BATCH} rows and {@value #MAX_BATCH_MILLIS} ms, and ends as
 * soon as no further row is due, so that a slow feed is seen at once.
 *
 * <p>{@link #run} belongs to one thread, once; {@link #stop} to any.
 */
public final class FeedRunner {
  private static final int MAX_BATCH = 5_000;
  private static final int MAX_BATCH_MILLIS = 200;

  /** So that a wall clock that is set is noticed. */
  private static final int MAX_WAIT_MILLIS = 1_000;

  private static final int TRANSACTION_TIMEOUT_MILLIS = 60_000;

  /** Told after each committed transaction, on the thread of {@link #run}. */
  @FunctionalInterface
  public interface Progress {
    /**
     * @param rows published since the feed's first row, earlier runs included
     * @param time event time of the last of them
     */
    void published(long rows, Instant time);
  }

  private final KafkaConfig kafka;
  private final String name;
  private final Feed feed;
  private final Speed speed;
  private final Clock clock;
  private final Progress progress;
  private final String topic;
  private final Object wake = new Object();
  private volatile boolean stopped;

  /**
   * @param name of the feed: its progress and its transactions go by it
   * @param clock what {@code speed} is measured against
   */
  public FeedRunner(
      KafkaConfig kafka, String name, Feed feed, Speed speed, Clock clock, Progress progress) {
    this.kafka = kafka;
    this.name = name;
    this.feed = feed;
    this.speed = speed;
    this.clock = clock;
    this.progress = progress;
    this.topic = kafka.topics().observation();
  }

  /**
   * Publishes from where the last run ended until the feed ends or {@link #stop} is called.
   *
   * @return rows published since the feed's first row, earlier runs included
   * @throws KafkaException if the broker stays away, or another runner took over
   */
  public long run() {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      try {
        producer.initTransactions(); // before the progress is read: ends what was left open
        Run run = new Run(producer);
        FeedProgress.read(kafka, name).ifPresent(run::skip);
        return run.publish();
      } catch (RuntimeException e) {
        // a fenced producer waits half a minute for nothing; what is open the next start aborts
        producer.close(Duration.ZERO);
        throw e;
      }
    }
  }

  /** Ends {@link #run} after the batch in hand; the feed can be started again. */
  public void stop() {
    synchronized (wake) {
      stopped = true;
      wake.notifyAll();
    }
  }

  /**
   * How many rows each partition gets from the whole feed: what there is to account for. It is no
   * end offset, as transaction markers take offsets too; for those see {@link
   * io.tidecast.connectors.kafka.EndOffsets} after the feed has ended.
   */
  public static Map<Integer, Long> rowsByPartition(Feed feed, int partitions) {
    Map<Integer, Long> rows = new TreeMap<>();
    feed.rows()
        .forEachRemaining(row -> rows.merge(partition(row.key(), partitions), 1L, Long::sum));
    return rows;
  }

  private KafkaProducer<byte[], byte[]> producer() {
    Properties properties = kafka.clientProperties();
    properties.put("transactional.id", "tidecast." + kafka.domain() + ".feed." + name);
    properties.put("transaction.timeout.ms", TRANSACTION_TIMEOUT_MILLIS);
    properties.put("acks", "all");
    // a second request would overtake the registration of its partition with the transaction, and
    // be refused and sent again, at the begin of each one
    properties.put("max.in.flight.requests.per.connection", "1");
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static int partition(byte[] key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  /** Which row it is, to know it again. */
  private static String place(FeedRow row) {
    return row.observation().stream() + " at " + row.observation().time();
  }

  /** One run: where it stands in the feed, and the moment it is paced from. */
  private final class Run {
    private final KafkaProducer<byte[], byte[]> producer;
    private final int partitions;
    private final Iterator<FeedRow> rows = feed.rows();
    private final Instant begun = clock.instant();
    private long published;
    private long skipped;
    private Instant first;
    private FeedRow last;
    private FeedRow next;

    private Run(KafkaProducer<byte[], byte[]> producer) {
      this.producer = producer;
      this.partitions = producer.partitionsFor(topic).size();
      advance();
    }

    private long publish() {
      first = next == null ? begun : next.observation().time();
      while (next != null && awaitNext()) {
        publishBatch();
        progress.published(published, last.observation().time());
      }
      return published;
    }

    private void skip(FeedProgress committed) {
      while (published < committed.rows() && next != null) {
        take();
      }
      skipped = published;
      if (published < committed.rows() || !place(last).equals(committed.last())) {
        throw new IllegalArgumentException(
            ("feed %s: published row %d was %s, but this feed has %s there;"
                    + " accepted: the same feed, or another name")
                .formatted(
                    name,
                    committed.rows(),
                    committed.last(),
                    published < committed.rows() ? "no row" : place(last)));
      }
    }

    private void publishBatch() {
      Instant end = clock.instant().plusMillis(MAX_BATCH_MILLIS);
      producer.beginTransaction();
      int batch = 0;
      do {
        byte[] key = next.key();
        producer.send(
            new ProducerRecord<>(
                topic, partition(key, partitions), key, next.value(kafka.format())));
        take();
        batch++;
      } while (next != null && batch < MAX_BATCH && clock.instant().isBefore(end) && isDue());
      producer.send(new FeedProgress(published, place(last)).toRecord(kafka, name));
      producer.commitTransaction();
    }

    private void take() {
      published++;
      last = next;
      advance();
    }

    private void advance() {
      next = rows.hasNext() ? rows.next() : null;
    }

    private boolean isDue() {
      return !clock.instant().isBefore(due());
    }

    private Instant due() {
      return speed.due(published - skipped, next.observation().time(), begun, first);
    }

    /** Returns whether the next row is to be published: false if the run was stopped. */
    private boolean awaitNext() {
      synchronized (wake) {
        while (!stopped && !isDue()) {
          long millis = Duration.between(clock.instant(), due()).toMillis();
          try {
            wake.wait(Math.max(1, Math.min(millis, MAX_WAIT_MILLIS)));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
          }
        }
        return !stopped;
      }
    }
  }
}
