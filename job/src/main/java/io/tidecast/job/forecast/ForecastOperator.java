package io.tidecast.job.forecast;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.record.Format;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupModels;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.online.StepResult;
import io.tidecast.model.weights.ForecastModel;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Steps each series' forecaster, with the model version that holds for the origin.
 *
 * <p>Key: the series. Broadcast: what is decided for each group. An origin is stepped when it has
 * been said which version holds for it, that is, when a notice of its group covers it; never
 * because time has passed. Until then it waits in keyed state, and what is covered is released in
 * slices, between which barriers and other records pass. Per series always in order of origins. So
 * what comes out does not depend on when anything comes in.
 *
 * <p>Out: one forecast per step with an observation, keyed by series; to the side the evaluations
 * of past ones, and observations that were not to be expected. The decision itself is {@link
 * SeriesForecaster}'s, the same object as in a backtest. A step at or before the last one of its
 * series is dropped and counted.
 *
 * <p>When more than {@code waitingLimit} steps wait, each further record is held up a little, after
 * it has gone into state: the source is slowed down while a barrier still passes.
 *
 * <p>State per series: {@link SeriesState} (its Javadoc has the formula in bytes), dropped {@code
 * ttlSteps} after the last one, by one timer; what {@link Swaps} and {@link Past} keep; waiting
 * steps, about 60 bytes each; the artifacts of the versions an origin may still need, three per
 * group as a rule, see {@link DecidedModels}.
 */
public final class ForecastOperator extends AbstractStreamOperator<KeyedBytes>
    implements TwoInputStreamOperator<SeriesStep, GroupNotice, KeyedBytes>,
        BoundedMultiInput,
        Triggerable<String, VoidNamespace> {
  private static final long serialVersionUID = 1;

  /** Errors of past forecasts, keyed by series. */
  public static final OutputTag<KeyedBytes> EVALUATIONS =
      new OutputTag<>("evaluations", TypeInformation.of(KeyedBytes.class));

  /** Observations that were not to be expected, keyed by series. */
  public static final OutputTag<KeyedBytes> ANOMALIES =
      new OutputTag<>("anomalies", TypeInformation.of(KeyedBytes.class));

  /** Steps per slice: a few milliseconds. */
  private static final int SLICE = 64;

  private static final long HOLD_UP_NANOS = 1_000_000;

  /**
   * What the operator is told.
   *
   * @param grid of all series
   * @param groups by model group: how its series are forecast
   * @param evaluationPeriod in steps
   * @param ttlSteps state of a series without observations for this many steps is dropped
   * @param swapKeptSteps a series can come back to the version before for so many steps as if it
   *     had never left it
   * @param reachSteps that something of the past of a series may be amended back
   * @param waitingLimit the input is slowed down while more steps than this wait in a subtask
   * @param targets what is forecast: a step of a configuration before is brought to it
   * @param format of forecasts and evaluations
   */
  public record Config(
      Grid grid,
      Map<String, ForecasterConfig> groups,
      int evaluationPeriod,
      long ttlSteps,
      long swapKeptSteps,
      int reachSteps,
      int waitingLimit,
      Targets targets,
      Format format)
      implements Serializable {}

  private final Config config;
  private final Champions champions;
  private final Grid grid;

  private transient MailboxExecutor mailbox;
  private transient DecidedModels models;
  private transient WaitingSteps waiting;
  private transient SeriesMemories memory;
  private transient Swaps swaps;
  private transient Past past;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient WaitingKeys keys;
  private transient Forecasters forecasters;
  private transient ModelCache cache;
  private transient ForecastWriter writer;
  private transient Counter dropped;
  private transient boolean releasing;
  private transient boolean allIsDecided;
  private transient boolean allHasCome;

  public ForecastOperator(Config config, Champions champions) {
    this.config = config;
    this.champions = champions;
    this.grid = config.grid();
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor mailbox) {
    super.setMailboxExecutor(mailbox);
    this.mailbox = mailbox;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    models =
        new DecidedModels(
            context.getOperatorStateStore(), champions, grid, 2L * config.reachSteps());
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    models.snapshot(getRuntimeContext().getTaskInfo());
  }

  @Override
  public void open() throws Exception {
    super.open();
    keys = new WaitingKeys();
    waiting = new WaitingSteps(getPartitionedState(WaitingSteps.WAITING), keys, config.targets());
    memory =
        new SeriesMemories(
            getPartitionedState(SeriesMemories.MEMORY),
            getPartitionedState(SeriesMemories.HISTORY),
            getKeyedStateBackend().isSafeToReuseKVState());
    swaps =
        new Swaps(
            getPartitionedState(Swaps.BEFORE),
            getPartitionedState(Swaps.SINCE),
            getPartitionedState(Past.ANCHORS),
            config.targets(),
            config.swapKeptSteps());
    timers = getInternalTimerService("expiry", VoidNamespaceSerializer.INSTANCE, this);
    forecasters = new Forecasters(config);
    cache = new ModelCache(2 * config.groups().size() + 2, ModelCache.MAX_BYTES);
    past = new Past(getPartitionedState(Past.ANCHORS), swaps, grid, cache, getMetricGroup());
    writer = new ForecastWriter(output, config, getMetricGroup());
    dropped = Metrics.counter(getMetricGroup(), Metrics.STEPS_DROPPED);
    Metrics.group(getMetricGroup()).gauge(Metrics.STEPS_WAITING, keys::steps);
    findWaiting();
  }

  private void findWaiting() throws Exception {
    for (String series : seriesWith(WaitingSteps.WAITING)) {
      setCurrentKey(series);
      waiting.find(series);
    }
    keys.markAllReady();
    releaseSoon();
  }

  private List<String> seriesWith(StateDescriptor<?, ?> state) {
    try (Stream<String> series =
        this.<String>getKeyedStateBackend().getKeys(state.getName(), VoidNamespace.INSTANCE)) {
      return series.toList();
    }
  }

  @Override
  public void processElement1(StreamRecord<SeriesStep> element) throws Exception {
    Optional<SeriesStep> conforming = config.targets().conform(element.getValue());
    if (conforming.isPresent()) {
      take(conforming.get());
    }
  }

  private void take(SeriesStep step) throws Exception {
    long index = step.step().index();
    if (!keys.contains(step.series()) && covered(step.group()).test(index)) {
      memory.update(forecast(step, memory.value()));
    } else if (waiting.add(step)) {
      holdUp();
    } else {
      dropped.inc();
    }
  }

  /** A barrier passes between two records, and the decision that is waited for comes between. */
  private void holdUp() throws Exception {
    long until = System.nanoTime() + HOLD_UP_NANOS;
    while (keys.steps() > config.waitingLimit() && System.nanoTime() < until) {
      if (!mailbox.tryYield()) {
        LockSupport.parkNanos(HOLD_UP_NANOS / 10);
      }
    }
  }

  @Override
  public void processElement2(StreamRecord<GroupNotice> element) throws Exception {
    GroupNotice notice = element.getValue();
    if (notice instanceof Decision decision
        && decision.outcome().serves().isPresent()
        && keys.hasReady()) {
      // what is covered may still need the oldest of the versions that are kept
      releaseAll();
    }
    models.add(notice, timers.currentWatermark());
    keys.markReady(notice.group());
    releaseSoon();
  }

  private LongPredicate covered(String group) throws Exception {
    long before = allIsDecided ? Long.MAX_VALUE : models.of(group).coveredBefore();
    return index -> grid.end(index) < before;
  }

  private void releaseSoon() {
    if (!releasing && keys.hasReady()) {
      try {
        mailbox.execute(this::releaseSlice, "steps that are covered now");
        releasing = true;
      } catch (RejectedExecutionException ending) {
        // stopped with a savepoint, in which they wait on
      }
    }
  }

  private void releaseSlice() throws Exception {
    releasing = false;
    release(SLICE);
    releaseSoon();
  }

  private void releaseAll() throws Exception {
    while (keys.hasReady()) {
      release(Integer.MAX_VALUE);
    }
  }

  /** Forecasts at most so many waiting steps that are covered. */
  private void release(int atMost) throws Exception {
    int left = atMost;
    while (left > 0 && keys.hasReady()) {
      String series = keys.nextReady();
      int released = keys.contains(series) ? releaseSeries(series, left) : 0;
      left -= released;
      if (released == 0) {
        keys.endTurn();
      }
    }
  }

  private int releaseSeries(String series, int atMost) throws Exception {
    setCurrentKey(series);
    List<SeriesStep> steps = waiting.take(series, atMost, covered(keys.of(series).group()));
    if (steps.isEmpty()) {
      return 0;
    }
    SeriesMemory held = memory.value();
    for (SeriesStep step : steps) {
      Optional<SeriesStep> conforming = config.targets().conform(step);
      held = conforming.isPresent() ? forecast(conforming.get(), held) : held;
    }
    if (held != null) {
      memory.update(held);
    }
    return steps.size();
  }

  /** The state after a step; what it was before if the step is out of order. */
  private SeriesMemory forecast(SeriesStep step, SeriesMemory before) throws Exception {
    SeriesForecaster forecaster = forecasters.ofGroup(step.group());
    long index = step.step().index();
    long origin = grid.end(index);
    SeriesMemory held = before;
    if (held == null) {
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, expiry(index));
    }
    // a step may come before the timer that would have dropped the state, or after it
    if (held == null || expiry(held.lastIndex()) <= origin) {
      emitOpen(step.series(), held);
      held = SeriesMemory.ofLive(forecaster.newState());
      held.swapForGood(models.of(step.group()).versionBefore(origin));
      swaps.clear();
      past.clear();
    } else if (index <= held.lastIndex()) {
      dropped.inc();
      return held;
    }
    GroupModels known = models.of(step.group());
    held = past.amended(step.past(), held, forecaster, known);
    ForecastModel model =
        known.at(origin).flatMap(served -> cache.get(served, forecaster.config())).orElse(null);
    held = swaps.under(model, held, step, forecaster);
    SeriesState state = held.live(forecaster);
    past.keep(state, index, forecaster);
    StepResult result = forecaster.step(state, step.step(), model);
    writer.write(step.series(), forecaster, result);
    return held;
  }

  /** A period that is open when its series ends is evaluated as far as it went. */
  private void emitOpen(String series, SeriesMemory held) throws Exception {
    Optional<SeriesForecaster> its = forecasters.ofSeries(series);
    if (held != null && its.isPresent()) {
      writer.write(series, its.get(), its.get().flush(held.live(its.get())));
    }
  }

  /** Event time at which a series is given up if it stays silent. */
  private long expiry(long lastIndex) {
    return grid.end(lastIndex + config.ttlSteps()) + 1;
  }

  /** There is one expiry timer per series: one that comes too early looks again later. */
  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    long now = timer.getTimestamp();
    boolean waits = keys.contains(timer.getKey());
    SeriesMemory held = memory.value();
    if (held == null && !waits) {
      return;
    }
    long expiry = expiry(waits ? keys.of(timer.getKey()).last() : held.lastIndex());
    if (expiry > now) {
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, expiry);
    } else if (!waits) {
      emitOpen(timer.getKey(), held);
      memory.clear();
      swaps.clear();
      past.clear();
    } else if (timers.currentWatermark() != Long.MAX_VALUE) {
      timers.registerEventTimeTimer(VoidNamespace.INSTANCE, expiry(grid.indexOf(now)));
    }
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("no processing-time timer is registered");
  }

  /** After the last notice everything is decided; what then comes is forecast as it comes. */
  @Override
  public void endInput(int input) throws Exception {
    allIsDecided |= input == 2;
    allHasCome |= input == 1;
    if (allIsDecided) {
      keys.markAllReady();
      releaseAll();
    }
    if (allIsDecided && allHasCome) {
      endSeries();
    }
  }

  /** The series that are not given up yet; what follows their last step never comes. */
  private void endSeries() throws Exception {
    for (String series : seriesWith(SeriesMemories.MEMORY)) {
      setCurrentKey(series);
      emitOpen(series, memory.value());
      memory.clear();
      swaps.clear();
    }
  }
}
