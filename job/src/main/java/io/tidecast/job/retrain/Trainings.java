package io.tidecast.job.retrain;

import io.tidecast.job.state.Decision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainings of a subtask, one of a group at a time: each waits for its turn among those of the
 * process, runs on a thread of its own, and ends with its result or, after {@code timeLimit}, with
 * a failed one. What is called back is called on the task's thread, which alone may use this.
 */
final class Trainings {
  private static final Logger LOG = LoggerFactory.getLogger(Trainings.class);

  private static final long PAUSE_MILLIS = 1;

  private final GroupTrainer trainer;
  private final RetrainConfig config;
  private final MailboxExecutor mailbox;
  private final ProcessingTimeService clock;
  private final Map<String, Pending> pending = new HashMap<>();
  private volatile double lastSeconds;

  /** What a training is to read, asked for when its turn has come. */
  interface Requested {
    GroupTrainer.Request get() throws Exception;
  }

  /** What a training has come to. */
  interface Ended {
    void accept(GroupTrainer.Result result, Decision.Basis basis) throws Exception;
  }

  private static final class Pending {
    private final Requested requested;
    private final Ended ended;
    private TrainingTurns.Turn turn;
    private GroupTrainer.Request request;
    private Training training;
    private long started;
    private ScheduledFuture<?> timeLimit;

    private Pending(Requested requested, Ended ended) {
      this.requested = requested;
      this.ended = ended;
    }

    private GroupTrainer.Request request() throws Exception {
      if (request == null) {
        request = requested.get();
      }
      return request;
    }
  }

  Trainings(
      GroupTrainer trainer,
      RetrainConfig config,
      MailboxExecutor mailbox,
      ProcessingTimeService clock) {
    this.trainer = trainer;
    this.config = config;
    this.mailbox = mailbox;
    this.clock = clock;
  }

  /** Trains a group, which must not have one under way. */
  void begin(String group, Requested requested, Ended ended) {
    Pending next = new Pending(requested, ended);
    pending.put(group, next);
    next.turn =
        TrainingTurns.OF_THIS_PROCESS.take(
            config.trainingsAtOnce(), () -> mail(() -> start(next), "a training"));
  }

  private void start(Pending its) throws Exception {
    if (!pending.containsValue(its)) {
      return;
    }
    GroupTrainer.Request request = its.request();
    its.started = clock.getCurrentProcessingTime();
    its.training =
        Training.start(
            trainer, request, result -> mail(() -> end(its, result), "the end of a training"));
    its.timeLimit =
        clock.registerTimer(
            its.started + config.timeLimit().toMillis(),
            time -> giveUp(its, "the training took longer than " + config.timeLimit()));
  }

  private void giveUp(Pending its, String reason) throws Exception {
    if (pending.containsValue(its)) {
      if (its.training != null) {
        its.training.interrupt();
      }
      end(its, GroupTrainer.Result.failed(its.request(), reason));
    }
  }

  private void end(Pending its, GroupTrainer.Result result) throws Exception {
    if (!pending.remove(its.request().group(), its)) {
      // it had been given up
      return;
    }
    if (its.timeLimit != null) {
      its.timeLimit.cancel(false);
    }
    its.turn.end();
    long took = its.training == null ? 0 : clock.getCurrentProcessingTime() - its.started;
    lastSeconds = took * 1e-3;
    its.ended.accept(
        result,
        Decision.Basis.of(its.request().windows(), result.observed(), result.leftOut(), took));
  }

  /**
   * Returns when none is under way any more, of those that an end leads to neither.
   *
   * <p>Why some are given up: the input has ended, so no barrier passes before this returns, and a
   * transaction that is open for too long is aborted by the broker. The job would come to the same
   * point again and again.
   */
  void awaitEnd() throws Exception {
    long until = System.nanoTime() + config.endLimit().toNanos();
    String reason = "the input had ended, and its last trainings took longer than ";
    while (!pending.isEmpty()) {
      if (System.nanoTime() - until > 0) {
        for (Pending its : List.copyOf(pending.values())) {
          giveUp(its, reason + config.endLimit());
        }
      } else if (!mailbox.tryYield()) {
        // ends where the task is cancelled meanwhile
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private void mail(ThrowingRunnable<Exception> work, String what) {
    try {
      mailbox.execute(work, what);
    } catch (RejectedExecutionException closed) {
      LOG.debug("the task closed before: {}", what);
    }
  }

  boolean contains(String group) {
    return pending.containsKey(group);
  }

  /** Of any group, those that wait for their turn included. On any thread. */
  int size() {
    return pending.size();
  }

  /** Wall-clock seconds of the last one. On any thread. */
  double lastSeconds() {
    return lastSeconds;
  }

  /** Ends all of them without a result. */
  void abandon() {
    for (Pending its : pending.values()) {
      its.turn.end();
      if (its.training != null) {
        its.training.interrupt();
      }
    }
    pending.clear();
  }
}
