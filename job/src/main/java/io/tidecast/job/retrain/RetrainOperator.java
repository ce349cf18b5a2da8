package io.tidecast.job.retrain;

import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Decides at every boundary which model of a group serves next, and trains it.
 *
 * <p>Key: the model group. Boundaries lie {@code epoch} apart in event time; each window registers
 * the first boundary at or after the moment it is known. When the watermark passes a boundary B the
 * group's decision for B is due: at once if nothing is to be trained, else when the training, which
 * runs on a thread of its own, has ended. It holds for origins from {@code B + lead} on. Boundaries
 * that fall due meanwhile wait in keyed state, in order; nothing else does: windows go into state
 * as they come, and watermarks and barriers pass. While more than one boundary of a group is due
 * the input is slowed down, not stopped.
 *
 * <p>Out: every decision, and between them how far the origins of each group are {@link
 * GroupNotice.Covered covered}: the forecasts wait for these records, never for a watermark or
 * until time has passed. A group is covered from the first watermark on, whether a window of it
 * ever came or not.
 *
 * <p><b>Why the decision falls out the same whatever fails.</b> A training reads the windows known
 * at or before B, in a fixed order, and nothing else; boundaries that are due lie in keyed state
 * until their decision is out, and start again on restore; windows, decisions and their effect on
 * state change between two records of the task thread, so that a checkpoint holds either all of it
 * or nothing. A window of a partition that was idle may be known at a boundary that has passed: it
 * is seen by the next one.
 *
 * <p>What people ask for comes by the second input, by group too, and is decided at the first
 * boundary from the one it names on, the last of several alone. It is an input like any other:
 * nothing is decided before what the control topic held at the start has been read, so that a run
 * over the same topics is asked the same at the same boundaries. It must not be broadcast: Flink
 * lets no barrier overtake records on any input of an operator with a broadcast one, and a barrier
 * behind the windows that are held up would come in minutes.
 *
 * <p>A training that throws, runs out of memory or takes longer than {@code timeLimit} is a failed
 * decision; other groups do not notice.
 *
 * <p>State per group: its windows of the last {@code history} ({@code 4 * steps * (1 + covariates)}
 * bytes per series), see {@link HeldWindows}: at most {@code maxSteps} steps of them, and twice
 * that of those since the last decision; the artifacts of the champion and of the version before;
 * the boundaries that are due; what is asked for and not decided; at most 800 losses of the
 * champion; a few numbers.
 *
 * <p>At the end of a bounded input the boundary after the last window is decided too: whether the
 * watermark had come as far before the end is a race, and must not show in the output.
 */
public final class RetrainOperator extends AbstractStreamOperator<GroupNotice>
    implements TwoInputStreamOperator<SeriesWindow, GroupControl, GroupNotice>,
        BoundedMultiInput,
        Triggerable<String, VoidNamespace> {
  private static final long serialVersionUID = 1;

  private static final long HOLD_UP_NANOS = 500_000_000;

  private static final ValueStateDescriptor<GroupProgress> PROGRESS =
      new ValueStateDescriptor<>("progress", StoredTypes.GROUP_PROGRESS);

  private final RetrainConfig config;
  private final RetrainPolicy policy;
  private final GroupTrainer trainer;
  private final Champions champions;
  private final TreeSet<String> groups;
  private final long controlsBefore;

  private transient MailboxExecutor mailbox;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient HeldWindows windows;
  private transient ValueState<GroupProgress> progress;
  private transient Controls controls;
  private transient boolean isRestored;
  private transient int endedInputs;

  private transient Trainings trainings;

  /** The groups of this subtask's keys, by name. */
  private transient TreeMap<String, Group> own;

  private transient Map<Outcome.Kind, Counter> decided;
  private transient Map<Outcome.Kind, Counter> trained;

  /**
   * Retrains groups.
   *
   * @param groups of the job: those that never have a window are covered too
   * @param controlsBefore nothing is decided until the controls with offsets below have been read
   */
  public RetrainOperator(
      RetrainConfig config,
      GroupTrainer trainer,
      Champions champions,
      Set<String> groups,
      long controlsBefore) {
    this.controlsBefore = controlsBefore;
    this.config = config;
    this.policy = new RetrainPolicy(config);
    this.trainer = trainer;
    this.champions = champions;
    this.groups = new TreeSet<>(groups);
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor mailbox) {
    super.setMailboxExecutor(mailbox);
    this.mailbox = mailbox;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    isRestored = context.isRestored();
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("boundaries", VoidNamespaceSerializer.INSTANCE, this);
    windows = new HeldWindows(policy, getKeyedStateStore());
    progress = getPartitionedState(PROGRESS);
    controls = new Controls(getKeyedStateStore(), controlsBefore);
    trainings = new Trainings(trainer, config, mailbox, getProcessingTimeService());
    own = new TreeMap<>();
    for (String name : groups) {
      if (isOwn(name)) {
        setCurrentKey(name);
        controls.begin(isRestored);
        Group group = new Group(name, policy, getKeyedStateStore());
        group.keep(windows.steps());
        own.put(name, group);
      }
    }
    registerMetrics();
    mailbox.execute(this::goOn, "trainings that were due");
  }

  private boolean isOwn(String group) {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    return task.getIndexOfThisSubtask()
        == KeyGroupRangeAssignment.assignKeyToParallelOperator(
            group, task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks());
  }

  private void registerMetrics() {
    decided = countersByKind(Metrics.DECISIONS);
    trained = countersByKind(Metrics.TRAININGS);
    MetricGroup metrics = Metrics.group(getMetricGroup());
    metrics.gauge(Metrics.TRAININGS_PENDING, trainings::size);
    metrics.gauge(Metrics.TRAINING_SECONDS, trainings::lastSeconds);
    metrics.gauge(Metrics.BOUNDARIES_DUE, () -> own.values().stream().mapToInt(Group::due).sum());
    metrics.gauge(
        Metrics.EPOCHS_UNDECIDED, () -> own.values().stream().mapToInt(Group::due).max().orElse(0));
    metrics.gauge(
        Metrics.FAILED_IN_A_ROW,
        () -> own.values().stream().mapToInt(Group::failures).max().orElse(0));
    metrics.gauge(
        Metrics.STEPS_KEPT, () -> own.values().stream().mapToLong(Group::stepsKept).sum());
  }

  private Map<Outcome.Kind, Counter> countersByKind(String name) {
    Map<Outcome.Kind, Counter> counters = new EnumMap<>(Outcome.Kind.class);
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      counters.put(
          kind, Metrics.counter(getMetricGroup(), name, Metrics.BY_DECISION, kind.label()));
    }
    return counters;
  }

  private void goOn() throws Exception {
    for (Group group : own.values()) {
      if (group.due() > 0) {
        work(group);
      }
    }
  }

  @Override
  public void processElement1(StreamRecord<SeriesWindow> element) throws Exception {
    SeriesWindow window = element.getValue();
    Group group = own.get(window.group());
    if (group == null) {
      // it was under way when the job stopped, and the configuration no longer has its group
      return;
    }
    setCurrentKey(window.group());
    if (window.amends()) {
      // for the next boundary there is to see
      windows.amend(window);
      return;
    }
    group.keep(group.stepsKept() + windows.add(window));
    timers.registerEventTimeTimer(
        VoidNamespace.INSTANCE, Math.max(policy.boundaryOf(window), group.next()));
    holdUp();
  }

  @Override
  public void processElement2(StreamRecord<GroupControl> element) throws Exception {
    GroupControl asked = element.getValue();
    Group group = own.get(asked.group());
    if (group == null) {
      return;
    }
    setCurrentKey(group.name());
    // a training that begins again after a failure must not hear what came while it ran
    GroupControl control = trainings.contains(group.name()) ? asked.after(group.firstDue()) : asked;
    if (control.isGood() && controls.add(control.from(policy.boundaryFrom(control.notBefore())))) {
      long earliest = Math.max(control.notBefore(), group.next());
      if (earliest != Long.MIN_VALUE && earliest != Long.MAX_VALUE) {
        timers.registerEventTimeTimer(VoidNamespace.INSTANCE, policy.boundaryFrom(earliest));
      }
    }
    controls.read(control.offset());
    work(group);
  }

  @Override
  public void processWatermark1(Watermark mark) throws Exception {
    getTimeServiceManager().orElseThrow().advanceWatermark(mark);
    for (Group group : own.values()) {
      pass(group, mark.getTimestamp());
    }
    output.emitWatermark(mark);
    holdUp();
  }

  /** Controls say themselves when they hold. */
  @Override
  public void processWatermark2(Watermark mark) {
    // time is the windows'
  }

  /**
   * Slows the input down, after it has gone into state, while boundaries fall due faster than they
   * are decided. A barrier passes between two records. Else a bounded past would be read to its end
   * at once, and at the end no checkpoint passes before the last training is done.
   */
  private void holdUp() throws Exception {
    long until = System.nanoTime() + HOLD_UP_NANOS;
    while (isBehind() && System.nanoTime() < until) {
      if (!mailbox.tryYield()) {
        LockSupport.parkNanos(HOLD_UP_NANOS / 100);
      }
    }
  }

  private boolean isBehind() {
    return own.values().stream().anyMatch(group -> group.due() > 1);
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) throws Exception {
    Group group = own.get(timer.getKey());
    if (group == null) {
      // the configuration no longer has it
      windows.clear();
      return;
    }
    group.fallDue(timer.getTimestamp());
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("no processing-time timer is registered");
  }

  private void pass(Group group, long watermark) throws Exception {
    if (group.isPassedBy(watermark)) {
      setCurrentKey(group.name());
      group.pass(watermark);
      work(group);
    }
  }

  /** Decides what is due, in order, as far as nothing has to be trained. */
  private void work(Group group) throws Exception {
    setCurrentKey(group.name());
    while (group.due() > 0 && !trainings.contains(group.name()) && controls.isCaughtUp()) {
      decide(group, group.firstDue());
    }
    if (group.cover()) {
      output.collect(
          new StreamRecord<>(new GroupNotice.Covered(group.name(), group.coveredBefore())));
    }
  }

  private void decide(Group group, long boundary) throws Exception {
    GroupProgress now = progressNow(group);
    GroupControl control = controls.lastFor(boundary);
    GroupTrainer.Errand errand = policy.errand(boundary, now, windows.known(boundary), control);
    group.keep(windows.steps());
    if (errand instanceof GroupTrainer.Errand.None
        || errand instanceof GroupTrainer.Errand.GoBack) {
      conclude(group, control, policy.atOnce(now, errand), Decision.Basis.NONE);
    } else {
      trainings.begin(
          group.name(),
          () -> request(group, errand),
          (result, basis) -> {
            setCurrentKey(group.name());
            conclude(group, control, result, basis);
            work(group);
          });
    }
  }

  private GroupProgress progressNow(Group group) throws Exception {
    GroupProgress value = progress.value();
    return value == null ? champions.progress(group.name()) : value;
  }

  private GroupTrainer.Request request(Group group, GroupTrainer.Errand errand) throws Exception {
    setCurrentKey(group.name());
    return policy.request(
        group.name(), group.firstDue(), progressNow(group), windows.all(), errand);
  }

  /** Decides the first boundary that is due. */
  private void conclude(
      Group group, GroupControl control, GroupTrainer.Result result, Decision.Basis basis)
      throws Exception {
    long boundary = group.firstDue();
    GroupProgress before = progressNow(group);
    GroupProgress after = policy.after(boundary, before, result);
    progress.update(after);
    controls.forget(boundary, control.offset());
    emit(group, policy.decision(group.name(), boundary, result, before, after, basis));
    decided.get(result.outcome().kind()).inc();
    if (result.trained()) {
      trained.get(result.outcome().kind()).inc();
      group.trained(result.outcome() instanceof Outcome.Failed);
    }
  }

  /** The decision for the first boundary that is due. */
  private void emit(Group group, Decision decision) throws Exception {
    LOG.info(
        "group {} at boundary {}: {}, serving {} ({})",
        decision.group(),
        Instant.ofEpochMilli(decision.boundary()),
        decision.outcome().kind().label(),
        decision.version().isEmpty() ? "no model" : decision.version(),
        decision.outcome().reason());
    group.decided(decision.coveredBefore());
    output.collect(new StreamRecord<>(decision, decision.boundary()));
  }

  /** Before the end of a bounded input, everything that is due is decided. */
  @Override
  public void endInput(int input) throws Exception {
    endedInputs++;
    if (endedInputs == 2) {
      trainings.awaitEnd();
    }
  }

  @Override
  public void close() throws Exception {
    if (trainings != null) {
      trainings.abandon();
    }
    super.close();
  }
}
