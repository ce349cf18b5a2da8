package io.tidecast.connectors.kafka;

import io.tidecast.connectors.record.Require;
import java.time.Duration;

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
 */
public record ExactlyOnce(String transactionalIdPrefix, Duration transactionTimeout) {
  public ExactlyOnce {
    Require.text("transactionalIdPrefix", transactionalIdPrefix);
    Require.that(
        transactionTimeout.compareTo(Duration.ofSeconds(1)) >= 0
            && transactionTimeout.compareTo(Duration.ofDays(7)) <= 0,
        "kafka.transactionTimeout",
        transactionTimeout,
        "PT1S to P7D");
  }
}
