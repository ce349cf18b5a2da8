package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.Ticks;
import io.tidecast.model.Grid;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * Closes the step of a live partition in which no next observation does so in time: {@code
 * maxDelay} after the end of the step that holds its latest observation the end is written into the
 * partition, as a tick.
 *
 * <p><b>Why the output is still a function of the input.</b> This clock closes nothing itself. It
 * adds to the input, and what a tick closes depends on its place in its partition alone, for this
 * run and for every replay. When it is written, and how often, is of no consequence to those.
 *
 * <p>Nothing is written while the past is read: a partition one of whose observations was appended
 * more than {@code maxDelay} after its event time goes without the clock for two steps, and so does
 * one that has just been seen first. Nor is anything where observations lie at the ends of their
 * steps and close them themselves. A tick never lies behind the step of the latest observation, so
 * that what a producer brings after an outage is not late for it.
 *
 * <p>State: 20 bytes per partition. One thread, but for the producer's that confirms.
 */
public final class StepClock implements Serializable {
  private static final long serialVersionUID = 1;

  private static final long NOTHING = Long.MIN_VALUE;
  private static final int STEPS_WITHOUT = 2;
  private static final long LONGEST_PERIOD = 1_000;
  private static final ListStateDescriptor<Tuple3<Integer, Long, Long>> STATE =
      new ListStateDescriptor<>("step-clock", Types.TUPLE(Types.INT, Types.LONG, Types.LONG));

  private final Grid grid;
  private final long maxDelay;
  private final Ticks ticks;

  /** By partition: end of the step that holds its latest observation, until it is closed. */
  private transient Map<Integer, Long> open;

  /** By partition: append time from which on the clock may close its steps. */
  private transient Map<Integer, Long> closableFrom;

  /** By partition: no step that ends before this is looked at. */
  private transient Map<Integer, Long> latest;

  private transient Set<Integer> underWay;
  private transient ListState<Tuple3<Integer, Long, Long>> state;
  private transient ProcessingTimeService time;

  /**
   * Closes steps of a grid.
   *
   * @param maxDelay zero: closes none
   */
  public StepClock(Grid grid, Duration maxDelay, Ticks ticks) {
    this.grid = grid;
    this.maxDelay = maxDelay.toMillis();
    this.ticks = ticks;
  }

  /** One that closes nothing. */
  static StepClock stopped() {
    return new StepClock(new Grid.Fixed(1), Duration.ZERO, null);
  }

  /**
   * Partitions may come from any other subtask: each takes all, and a tick too many does no harm.
   */
  void restore(OperatorStateStore store) throws Exception {
    open = new ConcurrentHashMap<>();
    closableFrom = new HashMap<>();
    latest = new HashMap<>();
    underWay = ConcurrentHashMap.newKeySet();
    state = store.getUnionListState(STATE);
    for (Tuple3<Integer, Long, Long> partition : state.get()) {
      if (partition.f1 != NOTHING) {
        open.merge(partition.f0, partition.f1, Math::max);
      }
      closableFrom.merge(partition.f0, partition.f2, Math::max);
    }
  }

  void snapshot() throws Exception {
    List<Tuple3<Integer, Long, Long>> partitions = new ArrayList<>();
    closableFrom.forEach(
        (partition, from) ->
            partitions.add(Tuple3.of(partition, open.getOrDefault(partition, NOTHING), from)));
    state.update(partitions);
  }

  void start(ProcessingTimeService service) {
    time = service;
    if (maxDelay > 0) {
      look(time.getCurrentProcessingTime());
    }
  }

  private void look(long now) {
    open.forEach(
        (partition, end) -> {
          boolean isDue = now >= end + maxDelay && now >= closableFrom.get(partition);
          if (isDue && underWay.add(partition)) {
            ticks.write(
                partition, Instant.ofEpochMilli(end), written -> end(partition, end, written));
          }
        });
    long period = Math.min(LONGEST_PERIOD, maxDelay / 4 + 1);
    time.registerTimer(now + period, this::look);
  }

  private void end(int partition, long end, boolean isWritten) {
    if (isWritten) {
      open.remove(partition, end);
    }
    underWay.remove(partition);
  }

  /**
   * Takes note of an observation.
   *
   * @param eventTime of it, milliseconds
   * @param endsStep whether it closes its step itself
   */
  void observed(RawRecord record, long eventTime, boolean endsStep) {
    if (maxDelay == 0) {
      return;
    }
    int partition = record.partition();
    boolean isDelayed = record.appended() - eventTime > maxDelay;
    if (isDelayed || !closableFrom.containsKey(partition)) {
      long from = record.appended() + STEPS_WITHOUT * grid.spacing().toMillis();
      closableFrom.merge(partition, from, Math::max);
    }
    long end = grid.end(grid.indexOf(eventTime));
    if (end < latest.merge(partition, end, Math::max)) {
      return;
    }
    if (isDelayed) {
      open.remove(partition);
    } else if (endsStep) {
      close(partition, end - 1);
    } else {
      open.put(partition, end);
    }
  }

  /** Takes note of a tick. */
  void ticked(int partition, long tick) {
    latest.merge(partition, tick + 1, Math::max);
    close(partition, tick);
  }

  private void close(int partition, long upTo) {
    open.computeIfPresent(partition, (key, end) -> end <= upTo ? null : end);
  }

  void close() {
    if (ticks != null) {
      ticks.close();
    }
  }
}
