package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.SeriesKey;
import io.tidecast.connectors.serde.ObservationJsonV1;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.metrics.ResultCounter;
import io.tidecast.job.state.OpenStep;
import io.tidecast.job.state.OpenStep.Aggregation;
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
 * <p>Late is what belongs to a step that has closed, to one before it, or to one that its partition
 * has gone past: judged by the order of records in their partition, and by state, so that it is the
 * same in every run and after a restart. Within {@code reach} steps it amends its step, and comes
 * out with the next step of its series, see {@link PastSteps}; what comes later still goes to
 * {@link #LATE}. A series that lies behind the others of its partition is not late for that: what
 * is newer than all there is of it opens its step, which closes as soon as the partition has gone
 * past one more.
 *
 * <p>State per series: how far it has closed, some 30 bytes, dropped {@code ttl} after its last
 * step by one timer; the open steps, see {@link OpenStep} for their size, which end with the step;
 * what {@link PastSteps} keeps. A series whose every step ends with an observation never holds an
 * open one.
 */
public final class StepFunction
    extends KeyedProcessFunction<String, SeriesObservation, SeriesStep> {
  private static final long serialVersionUID = 1;

  /** Observations that came too late to amend their step. */
  public static final OutputTag<DeadLetter> LATE =
      new OutputTag<>("late", TypeInformation.of(DeadLetter.class));

  private static final MapStateDescriptor<Long, OpenStep> OPEN =
      new MapStateDescriptor<>("open-steps", Types.LONG, StoredTypes.OPEN_STEP);
  private static final ValueStateDescriptor<SeriesStep.Progress> PROGRESS =
      new ValueStateDescriptor<>("closed-steps", StoredTypes.STEP_PROGRESS);

  /** A step that closes with an observation does so for all that came before it. */
  private static final long ALL = Long.MAX_VALUE;

  private final Grid grid;
  private final Aggregation aggregation;
  private final long ttl;
  private final int reach;
  private final SourceTopics topics;
  private final FutureColumns future;

  private transient MapState<Long, OpenStep> open;
  private transient ValueState<SeriesStep.Progress> progress;
  private transient PastSteps past;
  private transient Issues issues;
  private transient Counter late;
  private transient Counter corrected;
  private transient Counter stepped;
  private transient Counter replaced;

  /**
   * Steps of a grid.
   *
   * @param ttl how long after its last step a series is remembered, event time
   * @param reach steps that an observation may come late and still amends its step
   * @param topics the observations come from, as dead letters name them
   */
  public StepFunction(
      Grid grid, Aggregation aggregation, Duration ttl, int reach, SourceTopics topics) {
    this(grid, aggregation, ttl, reach, topics, FutureColumns.NONE);
  }

  /**
   * Steps of a grid, with what is known beforehand.
   *
   * @param future variables that are
   */
  public StepFunction(
      Grid grid,
      Aggregation aggregation,
      Duration ttl,
      int reach,
      SourceTopics topics,
      FutureColumns future) {
    this.future = future;
    this.grid = grid;
    this.aggregation = aggregation;
    this.ttl = ttl.toMillis();
    this.reach = reach;
    this.topics = topics;
  }

  @Override
  public void open(OpenContext context) {
    open = getRuntimeContext().getMapState(OPEN);
    progress = getRuntimeContext().getState(PROGRESS);
    past = new PastSteps(grid, aggregation, reach, getRuntimeContext());
    issues = new Issues(grid, aggregation, future, getRuntimeContext());
    late = ResultCounter.of(getRuntimeContext(), Metrics.LATE);
    corrected = ResultCounter.of(getRuntimeContext(), Metrics.CORRECTED);
    stepped = ResultCounter.of(getRuntimeContext(), Metrics.STEPPED);
    replaced = ResultCounter.of(getRuntimeContext(), Metrics.REPLACED);
  }

  @Override
  public void processElement(
      SeriesObservation observation, Context context, Collector<SeriesStep> out) throws Exception {
    long index = grid.indexOf(observation.time());
    SeriesStep.Progress before = progressNow();
    if (!issues.has(observation)) {
      take(observation, index, before, context, out);
      return;
    }
    SeriesObservation rest = issues.take(observation, index, before.closedUpTo());
    if (!rest.isEmpty()) {
      take(rest, index, before, context, out);
    } else if (before.isEmpty()) {
      progress.update(expiring(before, index, context.timerService()));
    }
  }

  private void take(
      SeriesObservation observation,
      long index,
      SeriesStep.Progress before,
      Context context,
      Collector<SeriesStep> out)
      throws Exception {
    OpenStep known = before.open() == 0 ? null : open.get(index);
    long closesAt = known == null ? index : Math.max(index, known.closesAt());
    if (index <= before.closedUpTo() || observation.passed() >= closesAt) {
      long newest = newest(before);
      if (known != null || !observation.isKeyed() || index <= newest) {
        takeLate(observation, index, newest, before, context);
        return;
      }
      closesAt = observation.passed() + 1;
    }
    OpenStep step =
        (known == null ? empty(observation, closesAt) : known).with(observation, aggregation);
    SeriesStep.Progress with = known == null ? before.opened() : before;
    if (observation.endsStep()) {
      boolean isOnly = with.open() == 1;
      SeriesStep.Progress after =
          isOnly ? with : closeUpTo(index - 1, ALL, with, context.getCurrentKey(), out);
      if (known != null) {
        open.remove(index);
      }
      update(close(index, step, ALL, after, context.getCurrentKey(), out), context.timerService());
      return;
    }
    open.put(index, step);
    if (known == null) {
      update(with, context.timerService());
      // a watermark that is past the end already must move on before the step is closed
      long watermark = context.timerService().currentWatermark();
      context.timerService().registerEventTimeTimer(Math.max(grid.end(closesAt), watermark + 1));
    }
  }

  /** Index of the newest step of the series, open or closed. */
  private long newest(SeriesStep.Progress now) throws Exception {
    long newest = now.closedUpTo();
    if (now.open() > 0) {
      for (long index : open.keys()) {
        newest = Math.max(newest, index);
      }
    }
    return newest;
  }

  private void takeLate(
      SeriesObservation observation,
      long index,
      long newest,
      SeriesStep.Progress before,
      Context context)
      throws Exception {
    if (past.takes(observation, index, newest, before)) {
      corrected.inc(Double.isNaN(observation.value()) ? 0 : 1);
      SeriesStep.Progress now = past.addLate(observation, before);
      TimerService timers = context.timerService();
      update(now.isEmpty() ? expiring(now, observation.passed(), timers) : now, timers);
    } else {
      late.inc(Double.isNaN(observation.value()) ? 0 : 1);
      context.output(LATE, deadLetter(observation));
    }
  }

  @Override
  public void onTimer(long time, OnTimerContext context, Collector<SeriesStep> out)
      throws Exception {
    SeriesStep.Progress before = progressNow();
    long last = grid.lastEndedBy(time);
    SeriesStep.Progress after = closeUpTo(last, last, before, context.getCurrentKey(), out);
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

  private static OpenStep empty(SeriesObservation observation, long closesAt) {
    return OpenStep.empty(observation.group(), 1 + observation.covariates().length, closesAt);
  }

  /**
   * Closes what is open up to a step, in order.
   *
   * @param passed index of the step whose end has passed: what closes later than that is left
   */
  private SeriesStep.Progress closeUpTo(
      long last, long passed, SeriesStep.Progress before, String series, Collector<SeriesStep> out)
      throws Exception {
    if (before.open() == 0) {
      return before;
    }
    SeriesStep.Progress now = before;
    TreeSet<Long> indices = new TreeSet<>();
    open.keys().forEach(indices::add);
    for (long index : indices.headSet(last, true)) {
      OpenStep step = open.get(index);
      if (step.closesAt() <= passed) {
        now = close(index, step, Math.max(index, step.closesAt()), now, series, out);
        open.remove(index);
      }
    }
    return now;
  }

  /**
   * Closes a step.
   *
   * @param lateUntil what came late with a lower mark is known now
   */
  private SeriesStep.Progress close(
      long index,
      OpenStep step,
      long lateUntil,
      SeriesStep.Progress before,
      String series,
      Collector<SeriesStep> out)
      throws Exception {
    stepped.inc(step.seen() - step.replaced());
    replaced.inc(step.replaced());
    long closesAt = Math.max(index, step.closesAt());
    OpenStep whole = issues.complete(step, index, series);
    issues.forget(before.closedUpTo(), index);
    PastSteps.Change change = past.change(index, lateUntil, before);
    out.collect(
        new SeriesStep(
            series, step.group(), whole.close(index, aggregation), closesAt, change.past()));
    return past.keep(index, whole, change.now()).closed(index);
  }

  /** There is one expiry timer per series: one that comes too early looks again later. */
  private void update(SeriesStep.Progress now, TimerService timers) throws Exception {
    boolean begins = now.expiry() == Long.MIN_VALUE && !now.isEmpty();
    progress.update(begins ? expiring(now, now.closedUpTo(), timers) : now);
  }

  private SeriesStep.Progress expiring(SeriesStep.Progress now, long from, TimerService timers) {
    if (now.expiry() != Long.MIN_VALUE) {
      return now;
    }
    long expiry = grid.end(from) + ttl;
    timers.registerEventTimeTimer(expiry);
    return now.expiringAt(expiry);
  }

  private void expire(long time, SeriesStep.Progress now, TimerService timers) throws Exception {
    long expiry = now.isEmpty() ? time : grid.end(now.closedUpTo()) + ttl;
    if (expiry <= time && now.open() == 0) {
      progress.clear();
      past.clear();
      issues.clear();
    } else {
      long next = expiry > time ? expiry : time + ttl;
      timers.registerEventTimeTimer(next);
      progress.update(now.expiringAt(next));
    }
  }

  /** The bytes are the record's, where it was brought along, or the observation's written anew. */
  private DeadLetter deadLetter(SeriesObservation observation) {
    SeriesKey key = SeriesKey.parse(observation.series());
    Instant time = Instant.ofEpochMilli(observation.time());
    byte[] whole = observation.from().value();
    return new DeadLetter(
        whole == null ? key.stream().getBytes(StandardCharsets.UTF_8) : observation.from().key(),
        whole == null ? anew(key, time, observation) : whole,
        IngestFunction.LATE,
        observation.series() + ": its step had closed: " + time,
        topics.topic(observation.from().topic(), observation.partition()),
        SourceTopics.partition(observation.partition()),
        observation.offset());
  }

  private static byte[] anew(SeriesKey key, Instant time, SeriesObservation observation) {
    Map<String, Double> values =
        Double.isNaN(observation.value()) ? Map.of() : Map.of(key.variable(), observation.value());
    return ObservationJsonV1.write(new ObservationRecord(key.stream(), time, values));
  }
}
