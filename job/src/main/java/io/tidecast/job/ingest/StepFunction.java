package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.connectors.serde.ObservationJsonV1;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Aggregation;
import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeSet;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Closes the steps of each series' grid in event time.
 *
 * <p>Key: the series. A step closes at once with an observation that {@link
 * SeriesObservation#endsStep ends} it, else when the watermark passes its end, by one timer; per
 * series in order of steps. A step without an observation never opened, so it does not close
 * either: the forecaster sees it as a gap before the next one. That makes what comes out a function
 * of what came in, however the watermarks of several partitions interleave, also at the end of a
 * bounded input.
 *
 * <p>Late is what belongs to a step that has closed, or to one before it; it goes to {@link #LATE}.
 * How far a series has closed is state, so that this is the same after a restart. A series whose
 * partition was idle may lie behind the watermark: its steps then close when the watermark moves
 * again, which it does only once that partition has passed them.
 *
 * <p>State per series: how far it has closed, 20 bytes, dropped {@code ttl} after its last step by
 * one timer; the open steps, see {@link OpenStep} for their size, which end with the step. A series
 * whose every step ends with an observation never holds one.
 */
public final class StepFunction
    extends KeyedProcessFunction<String, SeriesObservation, SeriesStep> {
  private static final long serialVersionUID = 1;

  /** Observations that came after their step was closed. */
  public static final OutputTag<DeadLetter> LATE =
      new OutputTag<>("late", TypeInformation.of(DeadLetter.class));

  private static final MapStateDescriptor<Long, OpenStep> OPEN =
      new MapStateDescriptor<>("open-steps", Types.LONG, StoredTypes.OPEN_STEP);
  private static final ValueStateDescriptor<SeriesStep.Progress> PROGRESS =
      new ValueStateDescriptor<>("closed-steps", StoredTypes.STEP_PROGRESS);

  private final Grid grid;
  private final Aggregation aggregation;
  private final long ttl;
  private final SourceTopics topics;

  private transient MapState<Long, OpenStep> open;
  private transient ValueState<SeriesStep.Progress> progress;
  private transient Counter late;
  private transient Counter stepped;
  private transient Counter replaced;

  /**
   * Steps of a grid.
   *
   * @param ttl how long after its last step a series is remembered, event time
   * @param topics the observations come from, as dead letters name them
   */
  public StepFunction(Grid grid, Aggregation aggregation, Duration ttl, SourceTopics topics) {
    this.grid = grid;
    this.aggregation = aggregation;
    this.ttl = ttl.toMillis();
    this.topics = topics;
  }

  @Override
  public void open(OpenContext context) {
    open = getRuntimeContext().getMapState(OPEN);
    progress = getRuntimeContext().getState(PROGRESS);
    var metrics = getRuntimeContext().getMetricGroup();
    late = Metrics.counter(metrics, Metrics.LATE);
    stepped = Metrics.counter(metrics, Metrics.STEPPED);
    replaced = Metrics.counter(metrics, Metrics.REPLACED);
  }

  @Override
  public void processElement(
      SeriesObservation observation, Context context, Collector<SeriesStep> out) throws Exception {
    long index = grid.indexOf(observation.time());
    SeriesStep.Progress before = progressNow();
    if (index <= before.closedUpTo()) {
      late.inc();
      context.output(LATE, deadLetter(observation));
      return;
    }
    OpenStep known = before.open() == 0 ? null : open.get(index);
    SeriesStep.Progress with = known == null ? before.opened() : before;
    OpenStep step = (known == null ? empty(observation) : known).with(observation, aggregation);
    if (observation.endsStep()) {
      boolean isOnly = with.open() == 1;
      SeriesStep.Progress after =
          isOnly ? with : closeUpTo(index - 1, with, context.getCurrentKey(), out);
      if (known != null) {
        open.remove(index);
      }
      close(index, step, context.getCurrentKey(), out);
      update(after.closed(index), context.timerService());
      return;
    }
    open.put(index, step);
    if (known == null) {
      update(with, context.timerService());
      // a watermark that is past the end already must move on before the step is closed
      long watermark = context.timerService().currentWatermark();
      context.timerService().registerEventTimeTimer(Math.max(grid.end(index), watermark + 1));
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<SeriesStep> out)
      throws Exception {
    SeriesStep.Progress before = progressNow();
    long index = grid.indexOf(time);
    long last = grid.end(index) == time ? index : index - 1;
    SeriesStep.Progress after = closeUpTo(last, before, context.getCurrentKey(), out);
    if (time == after.expiry()) {
      expire(time, after, context.timerService());
    } else if (after.open() < before.open()) {
      update(after, context.timerService());
    }
  }

  private SeriesStep.Progress progressNow() throws Exception {
    SeriesStep.Progress known = progress.value();
    return known == null ? SeriesStep.Progress.NONE : known;
  }

  private static OpenStep empty(SeriesObservation observation) {
    return OpenStep.empty(observation.group(), 1 + observation.covariates().length);
  }

  /** Closes what is open up to a step, in order. */
  private SeriesStep.Progress closeUpTo(
      long last, SeriesStep.Progress before, String series, Collector<SeriesStep> out)
      throws Exception {
    if (before.open() == 0) {
      return before;
    }
    SeriesStep.Progress now = before;
    TreeSet<Long> indices = new TreeSet<>();
    open.keys().forEach(indices::add);
    for (long index : indices.headSet(last, true)) {
      close(index, open.get(index), series, out);
      open.remove(index);
      now = now.closed(index);
    }
    return now;
  }

  private void close(long index, OpenStep step, String series, Collector<SeriesStep> out) {
    stepped.inc(step.seen() - step.replaced());
    replaced.inc(step.replaced());
    out.collect(new SeriesStep(series, step.group(), step.close(index, aggregation)));
  }

  /** There is one expiry timer per series: one that comes too early looks again later. */
  private void update(SeriesStep.Progress now, TimerService timers) throws Exception {
    if (now.expiry() == Long.MIN_VALUE && !now.isEmpty()) {
      long expiry = grid.end(now.closedUpTo()) + ttl;
      timers.registerEventTimeTimer(expiry);
      progress.update(now.expiringAt(expiry));
    } else {
      progress.update(now);
    }
  }

  private void expire(long time, SeriesStep.Progress now, TimerService timers) throws Exception {
    long expiry = grid.end(now.closedUpTo()) + ttl;
    if (expiry <= time && now.open() == 0) {
      progress.clear();
    } else {
      long next = expiry > time ? expiry : time + ttl;
      timers.registerEventTimeTimer(next);
      progress.update(now.expiringAt(next));
    }
  }

  /** The bytes are the observation's, written anew: the record may have held other variables. */
  private DeadLetter deadLetter(SeriesObservation observation) {
    SeriesKey key = SeriesKey.parse(observation.series());
    Instant time = Instant.ofEpochMilli(observation.time());
    Map<String, Double> values =
        Float.isNaN(observation.value())
            ? Map.of()
            : Map.of(key.variable(), (double) observation.value());
    return new DeadLetter(
        key.stream().getBytes(StandardCharsets.UTF_8),
        ObservationJsonV1.write(new ObservationRecord(key.stream(), time, values)),
        IngestFunction.LATE,
        "its step had closed: " + time,
        topics.topic(observation.partition()),
        SourceTopics.partition(observation.partition()),
        observation.offset());
  }
}
