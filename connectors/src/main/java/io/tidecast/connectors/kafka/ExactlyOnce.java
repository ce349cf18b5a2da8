package io.tidecast.connectors.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidecast.connectors.record.Require;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a sink promises after a failure: its records appear once to readers with {@code
 * read_committed}, when the checkpoint after them completes, so that the checkpoint interval is
 * their latency. Readers with {@code read_uncommitted} see them at once, and may see them again
 * after a failure.
 *
 * @param transactionalIdPrefix unique to one sink of one job on a Kafka cluster, and the same after
 *     a restart: two jobs that share one abort each other's transactions
 * @param transactionTimeout longer than the longest outage between two checkpoints plus the
 *     restart: an older transaction is aborted by the broker and its records are lost. At most the
 *     broker's {@code transaction.max.timeout.ms}
 * @param claim to the prefix
 */
public record ExactlyOnce(String transactionalIdPrefix, Duration transactionTimeout, Claim claim) {
  public ExactlyOnce {
    Require.text("transactionalIdPrefix", transactionalIdPrefix);
    Require.that(
        transactionTimeout.compareTo(Duration.ofSeconds(1)) >= 0
            && transactionTimeout.compareTo(Duration.ofDays(7)) <= 0,
        "kafka.transactionTimeout",
        transactionTimeout,
        "PT1S to P7D");
  }

  /** Of a sink whose prefix nobody else has. */
  public ExactlyOnce(String transactionalIdPrefix, Duration transactionTimeout) {
    this(transactionalIdPrefix, transactionTimeout, Claim.NONE);
  }

  /**
   * A name, and with it transactional ids, that one job holds: of several the one that was started
   * last.
   *
   * <p>Why: two jobs of one name fence each other by turns for ever, since Flink starts again what
   * was fenced, and a job without a record to write takes its ids anew at every checkpoint. Here
   * the older one finds that the name was taken, and ends with the reason: its writers ask before
   * they begin, and the first of each sink looks again before each checkpoint.
   *
   * <p>Who has held a name is one record of the compacted topic {@code <domain>.feed.v1}, the
   * newest first: a start that is not in it takes the name, however it came about; one that is
   * there, and not the first, has lost it. Restarts after failures, also of the JobManager, are of
   * one start.
   */
  public static final class Claim implements Serializable {
    private static final long serialVersionUID = 1;

    /** Nobody's: nothing is asked, and nothing refused. */
    static final Claim NONE = new Claim(new Properties(), "", "");

    private static final String JOB = "job:";
    private static final int REMEMBERED = 50;
    private static final Duration POLL = Duration.ofMillis(200);

    private final Properties client;
    private final String topic;
    private final String name;
    private final String start;

    private Claim(Properties client, String topic, String name) {
      this.client = client;
      this.topic = topic;
      this.name = name;
      this.start = UUID.randomUUID().toString();
    }

    /** Of a job that is about to be started. */
    public static Claim ofStart(KafkaConfig kafka, String job) {
      return new Claim(kafka.clientProperties(), kafka.topics().feed(), JOB + job);
    }

    /** Names of other jobs of the domain that have been started, in order. */
    public static Set<String> others(KafkaConfig kafka, String job) {
      try (Reader reader = ofStart(kafka, job).new Reader()) {
        reader.readToEnd();
        reader.names.remove(job);
        return Collections.unmodifiableSet(reader.names);
      }
    }

    /** Sees to it that the name is still the job's. One thread. */
    interface Watch extends AutoCloseable {
      /**
       * Looks at what has come since, without waiting for it.
       *
       * @throws SuppressRestartsException if a later start has taken the name
       */
      default void look() {}

      @Override
      default void close() {}
    }

    /** Sees nothing. */
    private record Blind() implements Watch {}

    /**
     * Takes the name, at the first call of all; whoever writes under it asks before.
     *
     * @param first of several that do the same, which watches for all of them
     * @throws SuppressRestartsException if a later start has taken it
     */
    Watch hold(boolean first) {
      if (topic.isEmpty()) {
        return new Blind();
      }
      Reader reader = new Reader();
      try {
        reader.hold();
      } catch (RuntimeException e) {
        reader.close();
        throw e;
      }
      if (first) {
        return reader;
      }
      reader.close();
      return new Blind();
    }

    private static byte[] bytes(String text) {
      return text.getBytes(UTF_8);
    }

    /** Reads the name's record; waits for no transaction. */
    private final class Reader implements Watch {
      private final byte[] key = bytes(name);
      private final TopicPartition partition = new TopicPartition(topic, 0);
      private final KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      private List<String> starts = List.of();
      private final Set<String> names = new TreeSet<>();
      private Instant since = Instant.EPOCH;

      private void readToEnd() {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        while (consumer.position(partition) < end) {
          poll(POLL);
        }
      }

      private void hold() {
        readToEnd();
        refuseIfTaken();
        if (!starts.contains(start)) {
          List<String> with = new ArrayList<>(starts);
          with.add(0, start);
          byte[] value =
              bytes(String.join("\n", with.subList(0, Math.min(REMEMBERED, with.size()))));
          KeyedBytesSink.append(client, topic, new KeyedBytes(key, value));
        }
      }

      private void poll(Duration wait) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
          String holder = record.key() == null ? "" : new String(record.key(), UTF_8);
          if (holder.startsWith(JOB)) {
            String held = holder.substring(JOB.length());
            if (record.value() == null) {
              names.remove(held);
            } else {
              names.add(held);
            }
          }
          if (Arrays.equals(key, record.key())) {
            starts = starts(record.value());
            since = Instant.ofEpochMilli(record.timestamp());
          }
        }
      }

      /** A tombstone, as whoever tidies the topic up leaves, says that nobody has held the name. */
      private static List<String> starts(byte[] value) {
        return value == null ? List.of() : List.of(new String(value, UTF_8).split("\n"));
      }

      private void refuseIfTaken() {
        if (starts.indexOf(start) > 0) {
          throw new SuppressRestartsException(
              new IllegalStateException(
                  "--instance: a job of the same name, "
                      + name.substring(name.indexOf(':') + 1)
                      + ", was started at "
                      + since
                      + " and goes on in the place of this one, which ends; accepted: one of them,"
                      + " or another --instance"));
        }
      }

      @Override
      public void look() {
        poll(Duration.ZERO);
        refuseIfTaken();
      }

      /** A task that is cancelled is interrupted, which Kafka would log as an error. */
      @Override
      public void close() {
        boolean isInterrupted = Thread.interrupted();
        try {
          consumer.close(CloseOptions.timeout(POLL));
        } finally {
          if (isInterrupted) {
            Thread.currentThread().interrupt();
          }
        }
      }
    }
  }
}
