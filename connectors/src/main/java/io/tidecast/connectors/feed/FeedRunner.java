package io.tidecast.connectors.feed;

import io.tidecast.connectors.kafka.KafkaConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
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
 *       a feed that has another row there is refused. A {@link LiveFeed} is asked for what lies
 *       behind that row.
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
  private static final String AT = " at ";
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
  private Upcoming closing;

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
        FeedProgress.read(kafka, name).ifPresentOrElse(run::goOn, run::begin);
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
      if (closing != null) {
        closing.close();
      }
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
    return row.observation().stream() + AT + row.observation().time();
  }

  /** Rows as they come to a run. */
  private interface Upcoming extends AutoCloseable {
    /** The next one, or null if there is none within about so long. */
    FeedRow poll(Duration wait);

    boolean isEnded();

    @Override
    void close();
  }

  /** Of a feed all rows of which are there. */
  private record Fixed(Iterator<FeedRow> rows) implements Upcoming {
    @Override
    public FeedRow poll(Duration wait) {
      return rows.hasNext() ? rows.next() : null;
    }

    @Override
    public boolean isEnded() {
      return !rows.hasNext();
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  private record Coming(LiveFeed.Rows rows) implements Upcoming {
    @Override
    public FeedRow poll(Duration wait) {
      return rows.poll(wait);
    }

    @Override
    public boolean isEnded() {
      return rows.isEnded();
    }

    @Override
    public void close() {
      rows.close();
    }
  }

  private static LiveFeed.Place placeOf(FeedProgress committed) {
    int cut = committed.last().lastIndexOf(AT);
    return new LiveFeed.Place(
        Instant.parse(committed.last().substring(cut + AT.length())),
        committed.last().substring(0, cut));
  }

  /** One run: where it stands in the feed, and the moment it is paced from. */
  private final class Run {
    private final KafkaProducer<byte[], byte[]> producer;
    private final int partitions;
    private final Instant begun = clock.instant();
    private Upcoming rows;
    private long published;
    private long skipped;
    private Instant first;
    private FeedRow last;
    private FeedRow next;

    private Run(KafkaProducer<byte[], byte[]> producer) {
      this.producer = producer;
      this.partitions = producer.partitionsFor(topic).size();
    }

    private void begin() {
      if (feed instanceof LiveFeed live) {
        open(new Coming(live.rowsAfter(LiveFeed.Place.START, clock)));
      } else {
        open(new Fixed(feed.rows()));
        advance();
      }
    }

    private void goOn(FeedProgress committed) {
      if (feed instanceof LiveFeed live) {
        open(new Coming(live.rowsAfter(placeOf(committed), clock)));
        published = committed.rows();
        skipped = published;
      } else {
        begin();
        skip(committed);
      }
    }

    private void open(Upcoming upcoming) {
      rows = upcoming;
      synchronized (wake) {
        closing = upcoming;
      }
    }

    private long publish() {
      try {
        while (awaitNext()) {
          publishBatch();
          progress.published(published, last.due());
        }
      } catch (CancellationException e) {
        // closed while it was asking: what is published is committed
      } finally {
        rows.close();
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
      last = isCorrection() ? last : next;
      advance();
    }

    /** Of a live feed, a row again that went out: to go on from there would send the rest again. */
    private boolean isCorrection() {
      return feed instanceof LiveFeed
          && last != null
          && LiveFeed.Place.of(next.observation()).compareTo(LiveFeed.Place.of(last.observation()))
              < 0;
    }

    /** At once: a transaction may be open. */
    private void advance() {
      next = rows.poll(Duration.ZERO);
    }

    private boolean isDue() {
      return !clock.instant().isBefore(due());
    }

    private Instant due() {
      first = first == null ? next.due() : first;
      return speed.due(published - skipped, next.due(), begun, first);
    }

    /** Returns whether there is a row to be published: false at the end, or if it was stopped. */
    private boolean awaitNext() {
      while (next == null && !stopped && !rows.isEnded()) {
        next = rows.poll(Duration.ofMillis(MAX_WAIT_MILLIS));
      }
      return next != null && awaitDue();
    }

    private boolean awaitDue() {
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
