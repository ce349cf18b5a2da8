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

  /** Of {@link System#nanoTime}; read by the reporter's thread. */
  private transient volatile long committed;

  @Override
  public void open(OpenContext context) {
    committed = System.nanoTime();
    Metrics.group(getRuntimeContext().getMetricGroup())
        .gauge(Metrics.SECONDS_SINCE_COMMIT, (Gauge<Long>) () -> sinceCommit().toSeconds());
  }

  @Override
  public T map(T record) {
    return record;
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) {
    committed = System.nanoTime();
  }

  @Override
  public void notifyCheckpointAborted(long checkpoint) {
    boolean isFirst = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0;
    if (isFirst && sinceCommit().compareTo(SAID_AFTER) > 0) {
      LOG.warn(
          "checkpoint {} failed: nothing has been committed for {} minutes, and read_committed"
              + " readers see no newer forecast",
          checkpoint,
          sinceCommit().toMinutes());
    }
  }

  private Duration sinceCommit() {
    return Duration.ofNanos(System.nanoTime() - committed);
  }
}
