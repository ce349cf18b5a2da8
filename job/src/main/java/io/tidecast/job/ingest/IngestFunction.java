package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.Rejection;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.metrics.ResultCounter;
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
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes and checks raw records: one observation per target out, or a dead letter.
 *
 * <p>Dead letters: records that cannot be read ({@link Rejection}), and a note for each record a
 * value of which was {@link #MASKED} (the record itself goes on without it). Nothing a record holds
 * makes the task fail.
 *
 * <p>State: the latest event time of each partition of each topic. Each observation says which step
 * its partition had gone past before it: whether it is late is judged by that, and so by the
 * partition's own order alone, not by how far other partitions had been read, and falls out the
 * same in every run. Partitions may move between subtasks on restore, so every subtask restores all
 * of them. A tick moves its partition on as an observation does; {@link StepClock} says when one is
 * written.
 */
public final class IngestFunction extends ProcessFunction<RawRecord, SeriesObservation>
    implements CheckpointedFunction {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(IngestFunction.class);

  /** Refused and masked records, with their original bytes. */
  public static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  /** Reason of observations that came too late to amend their step. */
  public static final String LATE = DeadLetter.LATE;

  /** Reason of records that went on without a value outside its limits. */
  public static final String MASKED = "masked";

  private static final ListStateDescriptor<Tuple3<String, Integer, Long>> LATEST =
      new ListStateDescriptor<>(
          "latest-by-topic", Types.TUPLE(Types.STRING, Types.INT, Types.LONG));

  /** Of a version that read one topic; read, and not written again. */
  private static final ListStateDescriptor<Tuple2<Integer, Long>> LATEST_OF_ONE_TOPIC =
      new ListStateDescriptor<>("latest-by-partition", Types.TUPLE(Types.INT, Types.LONG));

  private final IngestConfig config;
  private final RawRecord.Reader reader;
  private final SourceTopics topics;
  private final int reach;
  private final TreeMap<String, String> inEffect;
  private final StepClock clock;
  private final ObservationSplitter splitter;

  private transient Map<TopicPartition, Long> latest;

  /** End of the newest step of any partition, and of the newest beyond its history. */
  private transient long newestEnd;

  private transient long beyondHistory;
  private transient ListState<Tuple2<Integer, Long>> latestOfOneTopic;
  private transient ListState<Tuple3<String, Integer, Long>> latestState;
  private transient Map<String, Counter> rejected;
  private transient ConfigMemory configMemory;
  private transient Counter observations;
  private transient Counter masked;
  private transient Counter maskedCovariates;
  private transient StreamWatch watch;
  private transient Coarseness coarseness;
  private transient Counter coarse;

  /** Under a configuration that is not compared with the one before. */
  public IngestFunction(IngestConfig config) {
    this(config, config.ownRecords(), SourceTopics.of("topic"), 0, Map.of(), StepClock.stopped());
  }

  /**
   * Takes in records.
   *
   * @param reader of what they say
   * @param topics they come from
   * @param reach steps that an observation may come late and still amends its own: one that lies
   *     further behind brings its record along, for the letter it may become
   * @param inEffect the job's configuration by key: kept with the state, and compared when the job
   *     goes on from it
   * @param clock closes steps that no observation closes in time
   */
  public IngestFunction(
      IngestConfig config,
      RawRecord.Reader reader,
      SourceTopics topics,
      int reach,
      Map<String, String> inEffect,
      StepClock clock) {
    this.config = config;
    this.reader = reader;
    this.topics = topics;
    this.reach = Math.max(1, reach);
    this.clock = clock;
    this.inEffect = new TreeMap<>(inEffect);
    this.splitter = new ObservationSplitter(config);
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    var store = context.getOperatorStateStore();
    latestOfOneTopic = store.getUnionListState(LATEST_OF_ONE_TOPIC);
    latestState = store.getUnionListState(LATEST);
    clock.restore(store);
    latest = new HashMap<>();
    newestEnd = Long.MIN_VALUE;
    beyondHistory = Long.MIN_VALUE;
    for (Tuple2<Integer, Long> entry : latestOfOneTopic.get()) {
      latest.merge(new TopicPartition(topics.names().get(0), entry.f0), entry.f1, Math::max);
    }
    for (Tuple3<String, Integer, Long> entry : latestState.get()) {
      latest.merge(new TopicPartition(entry.f0, entry.f1), entry.f2, Math::max);
    }
    latest.values().forEach(this::reach);
    configMemory =
        ConfigMemory.open(
            store,
            inEffect,
            getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
            latest.values().stream().max(Long::compare).orElse(Long.MIN_VALUE));
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    configMemory.snapshot(inEffect);
    latestOfOneTopic.clear();
    latestState.update(
        latest.entrySet().stream()
            .map(e -> Tuple3.of(e.getKey().topic(), e.getKey().partition(), e.getValue()))
            .toList());
    clock.snapshot();
  }

  @Override
  public void open(OpenContext context) {
    var metrics = getRuntimeContext().getMetricGroup();
    observations = Metrics.counter(metrics, Metrics.OBSERVATIONS);
    masked = ResultCounter.of(getRuntimeContext(), Metrics.MASKED);
    maskedCovariates = Metrics.counter(metrics, Metrics.MASKED_COVARIATES);
    coarse = Metrics.counter(metrics, Metrics.COARSE);
    rejected = new HashMap<>();
    coarseness = new Coarseness(config);
    watch = new StreamWatch(config.grid());
    Metrics.group(metrics).gauge(Metrics.CLOCKS_OFF, watch::off);
    ProcessingTimeService time =
        ((StreamingRuntimeContext) getRuntimeContext()).getProcessingTimeService();
    Metrics.group(metrics)
        .gauge(Metrics.STREAMS_SILENT, () -> watch.silent(time.getCurrentProcessingTime()));
    clock.start(time);
  }

  @Override
  public void close() {
    clock.close();
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<SeriesObservation> out) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    // what one record holds came at once: none of it is late because of the rest
    long reached = latest.getOrDefault(partition, Long.MIN_VALUE);
    for (Decoded decoded : reader.read(record)) {
      if (decoded instanceof Decoded.Accepted accepted) {
        accept(record, accepted.observation(), partition, reached, context, out);
      } else if (decoded instanceof Decoded.Refused refused) {
        reject(record, refused.rejection(), context);
      } else if (decoded instanceof Decoded.Tick tick) {
        take(record, partition, tick.time());
      }
    }
  }

  /** One from the future is of another clock, and says nothing. */
  private void take(RawRecord record, TopicPartition partition, Instant tick) {
    if (!record.isTooFarAhead(tick.toEpochMilli(), 0)) {
      latest.merge(partition, config.reachedBy(tick), Math::max);
      reach(config.reachedBy(tick));
      clock.ticked(record.partition(), tick.toEpochMilli());
    } else {
      clock.refused(record, tick.toEpochMilli());
    }
  }

  private void accept(
      RawRecord record,
      ObservationRecord observation,
      TopicPartition partition,
      long reached,
      Context context,
      Collector<SeriesObservation> out) {
    long time = observation.time().toEpochMilli();
    boolean isIssue = config.isIssue(observation);
    if (!isIssue) {
      watch.observed(observation.stream(), time, record.appended()).ifPresent(LOG::warn);
    }
    if (config.isTooFarAhead(record, observation)) {
      Instant appended = Instant.ofEpochMilli(record.appended());
      reject(record, new Rejection.TooFarAhead(observation.time(), appended), context);
      return;
    }
    boolean isKeyed = isKeyed(record, observation.stream());
    if (!isIssue) {
      latest.merge(partition, time, Math::max);
      reach(time);
      clock.observed(record, time, passed(reached));
    }
    observations.inc();
    coarseness.look(observation, this::coarse);
    splitter.split(
        observation,
        isKeyed,
        passed(reached),
        record.appended(),
        topics.place(record),
        record.offset(),
        from(record, time),
        (variable, value) -> masked(record, variable, value, context),
        out::collect);
  }

  private void reach(long time) {
    if (time > newestEnd) {
      long index = config.grid().indexOf(time);
      newestEnd = config.grid().end(index);
      beyondHistory = config.grid().end(index - reach);
    }
  }

  private SeriesObservation.From from(RawRecord record, long time) {
    String topic = topics.carried(record.topic());
    return time > beyondHistory
        ? SeriesObservation.From.topic(topic)
        : new SeriesObservation.From(topic, record.key(), record.value());
  }

  /** Index of the last step that a partition has gone past. */
  private long passed(long reached) {
    return reached == Long.MIN_VALUE
        ? Long.MIN_VALUE
        : config.grid().lastEndedBy(reached - config.maxOutOfOrderMillis() - 1);
  }

  /** Records with their stream as key lie in one partition, in the order they were published. */
  private static boolean isKeyed(RawRecord record, String stream) {
    return Arrays.equals(record.key(), stream.getBytes(StandardCharsets.UTF_8));
  }

  private void coarse(String words) {
    coarse.inc();
    LOG.warn(words);
  }

  private void masked(RawRecord record, String variable, double value, Context context) {
    (config.groups().containsKey(variable) ? masked : maskedCovariates).inc();
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
