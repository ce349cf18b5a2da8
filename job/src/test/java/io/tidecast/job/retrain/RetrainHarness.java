package io.tidecast.job.retrain;

import io.tidecast.job.Harnesses;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** The operator by itself, with trainings that end when a test says so. */
@Timeout(60)
abstract class RetrainHarness {
  /** Of four boundaries that fall due at once. */
  static final List<String> FOUR_DECISIONS =
      List.of(
          "g@1000 PROMOTED 'g-1-2'",
          "g@2000 NOT_TRIGGERED 'g-1-2'",
          "g@3000 PROMOTED 'g-2-6'",
          "g@4000 NOT_TRIGGERED 'g-2-6'");

  static final int MAX_PARALLELISM = 8;

  static final long EPOCH = 1_000;

  static final long LEAD = 100;

  static final Duration TIME_LIMIT = Duration.ofMinutes(1);

  /** Trainings take a permit each, so that a test says when one ends. */
  static final Semaphore PERMITS = new Semaphore(0);

  /** What the trainings of a group throw. */
  static final Map<String, Throwable> THROWN = new ConcurrentHashMap<>();

  /** What a training read, by group and boundary. */
  static final Map<String, List<Long>> READ = new ConcurrentHashMap<>();

  static final GroupTrainer PROMOTING =
      request -> {
        PERMITS.acquire();
        if (THROWN.get(request.group()) instanceof Error error) {
          throw error;
        } else if (THROWN.get(request.group()) instanceof RuntimeException exception) {
          throw exception;
        }
        READ.put(
            request.group() + "@" + request.boundary(),
            request.windows().stream().map(SeriesWindow::end).toList());
        String version =
            request.group() + "-" + request.sequence() + "-" + request.windows().size();
        return GroupTrainer.Result.ofTraining(
            new Outcome.Promoted(
                version, version.getBytes(), "better", new Outcome.Losses(0.1, 0.2, 0.3)));
      };

  Set<String> groups = Set.of("g");

  GroupTrainer trainer = PROMOTING;

  long maxSteps = 1_000;

  boolean drift;

  int watch;

  long controlsBefore;

  Duration endLimit = Duration.ofMinutes(1);

  KeyedTwoInputStreamOperatorTestHarness<String, SeriesWindow, GroupControl, GroupNotice> harness;

  @BeforeEach
  void start() throws Exception {
    PERMITS.drainPermits();
    THROWN.clear();
    READ.clear();
    open(null);
  }

  @AfterEach
  void stop() throws Exception {
    PERMITS.release(1_000);
    harness.close();
  }

  void open(OperatorSubtaskState state) throws Exception {
    open(state, 1, 0);
  }

  RetrainConfig config() {
    return new RetrainConfig(
        Duration.ofMillis(EPOCH),
        Duration.ofMillis(LEAD),
        Duration.ofMillis(2 * EPOCH),
        0,
        drift,
        Duration.ofMillis(2 * EPOCH),
        watch,
        8,
        4,
        Duration.ofMillis(10 * EPOCH),
        maxSteps,
        1,
        1,
        TIME_LIMIT,
        endLimit,
        1);
  }

  void open(OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    RetrainOperator operator =
        new RetrainOperator(config(), trainer, Champions.NONE, groups, controlsBefore);
    harness =
        new KeyedTwoInputStreamOperatorTestHarness<>(
            operator,
            SeriesWindow::group,
            GroupControl::group,
            Types.STRING,
            MAX_PARALLELISM,
            parallelism,
            subtask);
    operator.setMailboxExecutor(mailbox());
    Harnesses.open(harness, StoredTypes.GROUP_NOTICE, state);
    runMails();
  }

  void reopen(String... names) throws Exception {
    harness.close();
    groups = Set.of(names);
    open(null);
  }

  void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness.getOutput().clear();
    open(state);
  }

  MailboxExecutorImpl mailbox() {
    return new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE);
  }

  /** What is there already. */
  void runMails() throws Exception {
    while (mailbox().tryYield()) {
      // the next one
    }
  }

  /** Lets trainings go on until so many decisions are out. */
  void awaitDecisions(int count) throws Exception {
    PERMITS.release(1_000);
    while (decisions() < count) {
      mailbox().yield();
    }
    PERMITS.drainPermits();
  }

  long decisions() {
    return harness.getOutput().stream()
        .filter(out -> out instanceof StreamRecord<?> r && r.getValue() instanceof Decision)
        .count();
  }

  void fourBoundariesFallDue() throws Exception {
    for (long knownAt = 400; knownAt < 5_000; knownAt += 500) {
      window("g", knownAt);
    }
    harness.processWatermark1(new Watermark(4_500));
  }

  void window(String group, long knownAt) throws Exception {
    harness.processElement1(
        new SeriesWindow(group, "s", knownAt / 10, knownAt, 1, 1, new float[4], false), knownAt);
  }

  void amend(long end, long knownAt, float value) throws Exception {
    harness.processElement1(
        new SeriesWindow("g", "s", end, knownAt, 1, 1, new float[] {value}, true), knownAt);
  }

  /** Decisions, coverage and watermarks, in order. */
  List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      lines.add(out instanceof StreamRecord<?> record ? line(record.getValue()) : line(out));
    }
    harness.getOutput().clear();
    return lines;
  }

  static String line(Object out) {
    if (out instanceof Watermark mark) {
      return "watermark " + mark.getTimestamp();
    } else if (out instanceof GroupNotice.Covered covered) {
      return covered.group() + " covered before " + covered.coveredBefore();
    } else if (out instanceof Decision decision) {
      return "%s@%d %s '%s'"
          .formatted(
              decision.group(), decision.boundary(), decision.outcome().kind(), decision.version());
    }
    return out.toString();
  }
}
