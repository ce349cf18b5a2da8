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
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;

/**
 * Closes the steps of a live partition: when {@link PartitionClock} says so, the end of a step is
 * written into the partition, as a tick.
 *
 * <p><b>Why the output is still a function of the input.</b> This clock closes nothing itself. It
 * adds to the input, and what a tick closes depends on its place in its partition alone, for this
 * run and for every replay. When it is written, and how often, is of no consequence to those.
 *
 * <p>Nothing is written while a past is published.
 *
 * <p>State: 48 bytes per partition. One thread, but for the producer's that confirms.
 */
public final class StepClock implements Serializable {
  private static final long serialVersionUID = 1;

  private static final long LONGEST_PERIOD = 1_000;
  private static final ListStateDescriptor<Tuple3<Integer, Long, Long>> STATE =
      new ListStateDescriptor<>("step-clock", Types.TUPLE(Types.INT, Types.LONG, Types.LONG));
  private static final ListStateDescriptor<Tuple4<Integer, Long, Long, Long>> DELAYS =
      new ListStateDescriptor<>(
          "step-clock-delays", Types.TUPLE(Types.INT, Types.LONG, Types.LONG, Types.LONG));

  private final Grid grid;
  private final long maxDelay;
  private final Ticks ticks;

  private transient Map<Integer, PartitionClock> partitions;

  /** By partition: the end that is written, or on its way. */
  private transient Map<Integer, Long> written;

  private transient ListState<Tuple3<Integer, Long, Long>> state;
  private transient ListState<Tuple4<Integer, Long, Long, Long>> delays;
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
    partitions = new HashMap<>();
    written = new ConcurrentHashMap<>();
    state = store.getUnionListState(STATE);
    for (Tuple3<Integer, Long, Long> partition : state.get()) {
      of(partition.f0).restore(partition.f1, partition.f2);
    }
    delays = store.getUnionListState(DELAYS);
    for (Tuple4<Integer, Long, Long, Long> partition : delays.get()) {
      of(partition.f0).restore(partition.f1, partition.f2, partition.f3);
    }
  }

  private PartitionClock of(int partition) {
    return partitions.computeIfAbsent(partition, key -> new PartitionClock(grid, maxDelay));
  }

  void snapshot() throws Exception {
    List<Tuple3<Integer, Long, Long>> steps = new ArrayList<>();
    List<Tuple4<Integer, Long, Long, Long>> late = new ArrayList<>();
    partitions.forEach(
        (partition, clock) -> {
          steps.add(Tuple3.of(partition, clock.last(), clock.closableFrom()));
          late.add(Tuple4.of(partition, clock.first(), clock.delay(), clock.step()));
        });
    state.update(steps);
    delays.update(late);
  }

  void start(ProcessingTimeService service) {
    time = service;
    if (maxDelay > 0) {
      look(time.getCurrentProcessingTime());
    }
  }

  private void look(long now) {
    partitions.forEach(
        (partition, clock) -> {
          long due = clock.due(now);
          if (due != PartitionClock.NOTHING) {
            write(partition, due);
          }
        });
    long period = Math.min(LONGEST_PERIOD, maxDelay / 4 + 1);
    time.registerTimer(now + period, this::look);
  }

  /** Once, unless it fails: it closes the step when it is read. */
  private void write(int partition, long end) {
    Long before = written.put(partition, end);
    if (before == null || before != end) {
      ticks.write(
          partition,
          Instant.ofEpochMilli(end),
          isWritten -> {
            if (!isWritten) {
              written.remove(partition, end);
            }
          });
    }
  }

  /**
   * Takes note of an observation.
   *
   * @param eventTime of it, milliseconds
   * @param passed index of the last step that its partition had gone past
   */
  void observed(RawRecord record, long eventTime, long passed) {
    if (maxDelay > 0) {
      of(record.partition()).observed(eventTime, record.appended(), passed);
    }
  }

  /** Takes note of a tick. */
  void ticked(int partition, long tick) {
    of(partition).ticked(tick);
  }

  /** Takes note of a tick from the future; if it was written here, it is written again in time. */
  void refused(RawRecord record, long tick) {
    if (written.remove(record.partition(), tick)) {
      of(record.partition()).refused(tick, record.appended());
    }
  }

  void close() {
    if (ticks != null) {
      ticks.close();
    }
  }
}
