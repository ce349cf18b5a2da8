package io.tidecast.job.retrain;

import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Decides at every boundary which model of a group serves next, and trains it.
 *
 * <p>Key: the model group. Boundaries lie {@code epoch} apart in event time; each window registers
 * the first boundary at or after the moment it is known. When the watermark passes a boundary B the
 * group's decision for B is due: at once if nothing is to be trained, else when the training, which
 * runs on a thread of its own, has ended. It holds for origins from {@code B + lead} on.
 *
 * <p><b>Why the decision falls out the same whatever fails.</b> A training reads the windows known
 * at or before B, in a fixed order, and nothing else; the request lies in keyed state until its
 * decision is out, and starts again on restore; windows, decisions and their effect on state change
 * between two records of the task thread, so that a checkpoint holds either all of it or nothing.
 *
 * <p><b>Why no origin is forecast too early.</b> While a decision for B is pending, watermarks are
 * forwarded only up to just before {@code B + lead}, and an idle status not at all. A later
 * watermark, or a later window, waits by yielding to the mailbox, which holds the source back
 * instead of filling state. With a lead longer than a training takes a live stream never waits.
 *
 * <p>State per group: its windows of the last {@code history} ({@code 4 * steps * (1 + covariates)}
 * bytes per series), dropped at boundaries; the champion's artifact; one pending boundary.
 *
 * <p>At the end of a bounded input the boundary after the last window is decided too: whether the
 * watermark had come as far before the end is a race, and must not show in the output.
 */
public final class RetrainOperator extends AbstractStreamOperator<Decision>
    implements OneInputStreamOperator<SeriesWindow, Decision>, Triggerable<String, VoidNamespace> {
  private static final long serialVersionUID = 1;

  private static final MapStateDescriptor<String, SeriesWindow> WINDOWS =
      new MapStateDescriptor<>("windows", Types.STRING, StoredTypes.SERIES_WINDOW);
  private static final ValueStateDescriptor<GroupProgress> PROGRESS =
      new ValueStateDescriptor<>("progress", StoredTypes.GROUP_PROGRESS);
  private static final ValueStateDescriptor<Long> PENDING =
      new ValueStateDescriptor<>("pending-boundary", Types.LONG);

  private final RetrainPolicy policy;
  private final GroupTrainer trainer;
  private final Champions champions;

  private transient MailboxExecutor mailbox;
  private transient ExecutorService threads;
  private transient InternalTimerService<VoidNamespace> timers;
  private transient MapState<String, SeriesWindow> windows;
  private transient ValueState<GroupProgress> progress;
  private transient ValueState<Long> pending;

  /** Boundary of each group whose training is under way; mirrors {@link #PENDING}. */
  private transient Map<String, Long> underWay;

  /** Groups whose boundary the watermark has just passed, by boundary. */
  private transient TreeMap<Long, TreeSet<String>> due;

  private transient Map<Outcome.Kind, Counter> finished;
  private transient long forwarded;
  private transient WatermarkStatus heldStatus;
  private transient volatile double lastTrainingSeconds;

  public RetrainOperator(RetrainConfig config, GroupTrainer trainer, Champions champions) {
    this.policy = new RetrainPolicy(config);
    this.trainer = trainer;
    this.champions = champions;
  }

  @Override
  public void setMailboxExecutor(MailboxExecutor mailbox) {
    super.setMailboxExecutor(mailbox);
    this.mailbox = mailbox;
  }

  @Override
  public void open() throws Exception {
    super.open();
    timers = getInternalTimerService("boundaries", VoidNamespaceSerializer.INSTANCE, this);
    windows = getPartitionedState(WINDOWS);
    progress = getPartitionedState(PROGRESS);
    pending = getPartitionedState(PENDING);
    underWay = new HashMap<>();
    due = new TreeMap<>();
    forwarded = Long.MIN_VALUE;
    threads = Executors.newFixedThreadPool(trainingThreads(), RetrainOperator::thread);
    finished = new EnumMap<>(Outcome.Kind.class);
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      finished.put(
          kind,
          Metrics.counter(getMetricGroup(), Metrics.TRAININGS, Metrics.BY_DECISION, kind.label()));
    }
    Metrics.group(getMetricGroup()).gauge(Metrics.TRAININGS_PENDING, () -> underWay.size());
    Metrics.group(getMetricGroup()).gauge(Metrics.TRAINING_SECONDS, () -> lastTrainingSeconds);
    startPendingAgain();
  }

  /** One processor is left to the stream. */
  private static int trainingThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "tidecast-training");
    thread.setDaemon(true);
    return thread;
  }

  private void startPendingAgain() throws Exception {
    List<String> groups;
    try (Stream<String> keys =
        this.<String>getKeyedStateBackend().getKeys(PENDING.getName(), VoidNamespace.INSTANCE)) {
      groups = keys.sorted().toList();
    }
    for (String group : groups) {
      setCurrentKey(group);
      start(group, pending.value());
    }
  }

  @Override
  public void processElement(StreamRecord<SeriesWindow> element) throws Exception {
    SeriesWindow window = element.getValue();
    awaitPendingBefore(window.knownAt());
    setCurrentKey(window.group());
    windows.put(key(window), window);
    timers.registerEventTimeTimer(VoidNamespace.INSTANCE, policy.boundaryOf(window));
  }

  /** Ascending by series, then end, as text: the order a training reads them in. */
  private static String key(SeriesWindow window) {
    return window.series() + '\0' + String.format("%019d", window.end());
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    awaitPendingBefore(mark.getTimestamp());
    getTimeServiceManager().orElseThrow().advanceWatermark(mark);
    while (!due.isEmpty()) {
      Map.Entry<Long, TreeSet<String>> first = due.pollFirstEntry();
      for (String group : first.getValue()) {
        setCurrentKey(group);
        decide(group, first.getKey());
      }
      awaitPendingBefore(mark.getTimestamp());
    }
    forward(mark.getTimestamp());
  }

  @Override
  public void onEventTime(InternalTimer<String, VoidNamespace> timer) {
    due.computeIfAbsent(timer.getTimestamp(), b -> new TreeSet<>()).add(timer.getKey());
  }

  @Override
  public void onProcessingTime(InternalTimer<String, VoidNamespace> timer) {
    throw new IllegalStateException("no processing-time timer is registered");
  }

  /** Waits until no decision is pending that holds at or before a time. */
  private void awaitPendingBefore(long time) throws Exception {
    while (!underWay.isEmpty()) {
      long validFrom = policy.validFrom(Collections.min(underWay.values()));
      if (validFrom > time) {
        return;
      }
      forward(validFrom - 1);
      mailbox.yield();
    }
  }

  private void forward(long time) {
    if (time > forwarded) {
      forwarded = time;
      output.emitWatermark(new Watermark(time));
    }
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    // An idle status would let the forecasts run ahead of the decision that is pending.
    if (status.isIdle() && !underWay.isEmpty()) {
      heldStatus = status;
    } else {
      heldStatus = null;
      super.processWatermarkStatus(status);
    }
  }

  private void decide(String group, long boundary) throws Exception {
    dropOldWindows(boundary);
    GroupProgress now = progressNow(group);
    Optional<String> reason = policy.reasonNotToTrain(boundary, now, windows.values());
    if (reason.isPresent()) {
      emit(policy.notTriggered(group, boundary, now, reason.get()));
      return;
    }
    pending.update(boundary);
    start(group, boundary);
  }

  private void dropOldWindows(long boundary) throws Exception {
    List<String> old = new ArrayList<>();
    for (Map.Entry<String, SeriesWindow> entry : windows.entries()) {
      if (policy.isTooOld(entry.getValue(), boundary)) {
        old.add(entry.getKey());
      }
    }
    for (String key : old) {
      windows.remove(key);
    }
  }

  private GroupProgress progressNow(String group) throws Exception {
    GroupProgress value = progress.value();
    return value == null ? champions.progress(group) : value;
  }

  private void start(String group, long boundary) throws Exception {
    GroupTrainer.Request request =
        policy.request(group, boundary, progressNow(group), windows.values());
    underWay.put(group, boundary);
    long started = System.nanoTime();
    CompletableFuture.supplyAsync(() -> train(request), threads)
        .whenComplete((outcome, error) -> deliver(request, outcome, error, started));
  }

  private Outcome train(GroupTrainer.Request request) {
    try {
      return trainer.train(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("training of " + request.group() + " was interrupted", e);
    }
  }

  private void deliver(
      GroupTrainer.Request request, Outcome outcome, Throwable error, long started) {
    lastTrainingSeconds = (System.nanoTime() - started) * 1e-9;
    try {
      mailbox.execute(() -> finish(request, outcome, error), "decision for " + request.group());
    } catch (RejectedExecutionException closed) {
      LOG.debug("the task closed while {} was training", request.group());
    }
  }

  private void finish(GroupTrainer.Request request, Outcome outcome, Throwable error)
      throws Exception {
    if (error != null) {
      throw new IllegalStateException(
          "training of group " + request.group() + " at boundary " + request.boundary() + " broke",
          error);
    }
    setCurrentKey(request.group());
    GroupProgress before = progressNow(request.group());
    GroupProgress after = policy.after(before, request, outcome);
    progress.update(after);
    pending.clear();
    underWay.remove(request.group());
    emit(policy.trained(request, outcome, before, after));
    finished.get(outcome.kind()).inc();
    if (heldStatus != null && underWay.isEmpty()) {
      processWatermarkStatus(heldStatus);
    }
  }

  private void emit(Decision decision) {
    LOG.info(
        "group {} at boundary {}: {}, serving {} ({})",
        decision.group(),
        Instant.ofEpochMilli(decision.boundary()),
        decision.outcome().kind().label(),
        decision.version().isEmpty() ? "no model" : decision.version(),
        decision.outcome().reason());
    output.collect(new StreamRecord<>(decision, decision.boundary()));
  }

  @Override
  public void close() throws Exception {
    if (threads != null) {
      threads.shutdownNow();
    }
    super.close();
  }
}
