package io.tidecast.job.metrics;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.metrics.Gauge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes records on, and tells how long ago the last of them were committed: readers with {@code
 * read_committed} see nothing between two completed checkpoints. A job that completes none runs on
 * and looks well from everywhere else. No state; wall-clock time shows in the metric and the log
 * alone.
 *
 * @param <T> record passed on
 */
public final class CommitWatch<T> extends RichMapFunction<T, T> implements CheckpointListener {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(CommitWatch.class);
  private static final Duration SAID_AFTER = Duration.ofMinutes(2);

  private final long saidAfterNanos;

  /** Of {@link System#nanoTime}; read by the reporter's thread. */
  private transient volatile long committed;

  private transient long said;
  private transient boolean isFirst;

  /**
   * Warns, and again as long as it lasts, where records pass or a checkpoint fails and none has
   * completed for two minutes and three of its intervals.
   */
  public CommitWatch(Duration checkpointInterval) {
    Duration intervals = checkpointInterval.multipliedBy(3);
    saidAfterNanos = (intervals.compareTo(SAID_AFTER) > 0 ? intervals : SAID_AFTER).toNanos();
  }

  @Override
  public void open(OpenContext context) {
    begin(System.nanoTime());
    isFirst = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0;
    Metrics.group(getRuntimeContext().getMetricGroup())
        .gauge(Metrics.SECONDS_SINCE_COMMIT, (Gauge<Long>) () -> sinceCommit().toSeconds());
  }

  /** As if the last commit had been then. */
  void begin(long nanoTime) {
    committed = nanoTime;
    said = nanoTime;
  }

  @Override
  public T map(T record) {
    sayIfLong();
    return record;
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    begin(System.nanoTime());
  }

  @Override
  public void notifyCheckpointAborted(long checkpoint) {
    sayIfLong();
  }

  private void sayIfLong() {
    if (isFirst && System.nanoTime() - said > saidAfterNanos) {
      said = System.nanoTime();
      LOG.warn(
          "nothing has been committed for {} minutes, as no checkpoint completes:"
              + " read_committed readers see no newer forecast",
          sinceCommit().toMinutes());
    }
  }

  private Duration sinceCommit() {
    return Duration.ofNanos(System.nanoTime() - committed);
  }
}
