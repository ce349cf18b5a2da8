package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.Rejection;
import io.tidecast.connectors.serde.ObservationDecoder;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.SeriesObservation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decodes and checks raw records: one observation per target out, or a dead letter.
 *
 * <p>Dead letters: records that cannot be read ({@link Rejection}), {@link #LATE} ones, and a note
 * for each record a value of which was {@link #MASKED} (the record itself goes on without it).
 * Nothing a record holds makes the task fail.
 *
 * <p>State: the latest event time of each partition. A record is late when its step ends before
 * what that partition had reached: a judgement that depends on the partition's own order alone, not
 * on how far other partitions had been read, and so falls out the same in every run. Partitions may
 * move between subtasks on restore, so every subtask restores all of them. A tick moves its
 * partition on as an observation does; {@link StepClock} says when one is written.
 */
public final class IngestFunction extends ProcessFunction<RawRecord, SeriesObservation>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1;

  /** Refused, late and masked records, with their original bytes. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  /** Reason of records whose step was closed. */
  public static final String LATE = "late";

  /** Reason of records that went on without a value outside its limits. */
  public static final String MASKED = "masked";

  private final IngestConfig config;
  private final TreeMap<String, String> inEffect;
  private final StepClock clock;
  private final ObservationSplitter splitter;

  private transient Map<Integer, Long> latest;
  private transient ListState<Tuple2<Integer, Long>> latestState;
  private transient Map<String, Counter> rejected;
  private transient ConfigMemory configMemory;
  private transient Counter observations;
  private transient Counter masked;
  private transient Counter late;

  /** Under a configuration that is not compared with the one before. */
  public IngestFunction(IngestConfig config) {
    this(config, Map.of(), StepClock.stopped());
  }

  /**
   * Takes in records.
   *
   * @param inEffect the job's configuration by key: kept with the state, and compared when the job
   *     goes on from it
   * @param clock closes steps that no observation closes in time
   */
  public IngestFunction(IngestConfig config, Map<String, String> inEffect, StepClock clock) {
    this.config = config;
    this.clock = clock;
    this.inEffect = new TreeMap<>(inEffect);
    this.splitter = new ObservationSplitter(config);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    configMemory =
        ConfigMemory.open(
            context.getOperatorStateStore(),
            inEffect,
            getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    latestState =
        context
            .getOperatorStateStore()
            .getUnionListState(
                new ListStateDescriptor<>(
                    "latest-by-partition", Types.TUPLE(Types.INT, Types.LONG)));
    clock.restore(context.getOperatorStateStore());
    latest = new HashMap<>();
    for (Tuple2<Integer, Long> entry : latestState.get()) {
      latest.merge(entry.f0, entry.f1, Math::max);
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    configMemory.snapshot(inEffect);
    latestState.update(
        latest.entrySet().stream().map(e -> Tuple2.of(e.getKey(), e.getValue())).toList());
    clock.snapshot();
  }

  @Override
  public void open(OpenContext context) {
    var metrics = getRuntimeContext().getMetricGroup();
    observations = Metrics.counter(metrics, Metrics.OBSERVATIONS);
    masked = Metrics.counter(metrics, Metrics.MASKED);
    late = Metrics.counter(metrics, Metrics.LATE);
    rejected = new HashMap<>();
    clock.start(((StreamingRuntimeContext) getRuntimeContext()).getProcessingTimeService());
  }

  @Override
  public void close() {
    clock.close();
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<SeriesObservation> out) {
    Decoded decoded = ObservationDecoder.decode(record.value(), config::reads);
    if (decoded instanceof Decoded.Accepted accepted) {
      accept(record, accepted.observation(), context, out);
    } else if (decoded instanceof Decoded.Refused refused) {
      reject(record, refused.rejection(), context);
    } else if (decoded instanceof Decoded.Tick tick) {
      take(record, tick.time());
    }
  }

  /** One from the future is of another clock, and says nothing. */
  private void take(RawRecord record, Instant tick) {
    if (!record.isTooFarAhead(tick.toEpochMilli(), 0)) {
      latest.merge(record.partition(), config.reachedBy(tick), Math::max);
      clock.ticked(record.partition(), tick.toEpochMilli());
    }
  }

  private void accept(
      RawRecord record,
      ObservationRecord observation,
      Context context,
      Collector<SeriesObservation> out) {
    long time = observation.time().toEpochMilli();
    if (record.isTooFarAhead(time, config.maxFutureMillis())) {
      Instant appended = Instant.ofEpochMilli(record.appended());
      reject(record, new Rejection.TooFarAhead(observation.time(), appended), context);
      return;
    }
    long reached = latest.merge(record.partition(), time, Math::max);
    boolean isKeyed = isKeyed(record, observation.stream());
    clock.observed(record, time, time == reached, isKeyed && config.closesAt(time));
    long stepEnd = config.grid().end(config.grid().indexOf(time));
    if (stepEnd <= reached - config.maxOutOfOrderMillis() - 1) {
      late.inc();
      deadLetter(record, LATE, "its step had closed: " + observation.time(), context);
      return;
    }
    observations.inc();
    splitter.split(
        observation,
        isKeyed,
        record.appended(),
        record.partition(),
        record.offset(),
        (variable, value) -> masked(record, variable, value, context),
        out::collect);
  }

  /** Records with their stream as key lie in one partition, in the order they were published. */
  private static boolean isKeyed(RawRecord record, String stream) {
    return Arrays.equals(record.key(), stream.getBytes(StandardCharsets.UTF_8));
  }

  private void masked(RawRecord record, String variable, double value, Context context) {
    masked.inc();
    String accepted = "; accepted: " + config.limits().get(variable);
    deadLetter(record, MASKED, variable + ": " + value + accepted, context);
  }

  private void reject(RawRecord record, Rejection rejection, Context context) {
    rejected
        .computeIfAbsent(
            rejection.code(),
            code ->
                Metrics.counter(
                    getRuntimeContext().getMetricGroup(),
                    Metrics.REJECTED,
                    Metrics.BY_REASON,
                    code))
        .inc();
    deadLetter(record, rejection.code(), rejection.detail(), context);
  }

  private static void deadLetter(RawRecord record, String reason, String detail, Context context) {
    context.output(
        DEAD_LETTERS,
        new DeadLetter(
            record.key(),
            record.value(),
            reason,
            detail,
            record.topic(),
            record.partition(),
            record.offset()));
  }
}
