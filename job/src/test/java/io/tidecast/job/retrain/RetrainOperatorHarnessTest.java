package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.job.Harnesses;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.artifact.ModelFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RetrainOperatorHarnessTest {
  private static final int MAX_PARALLELISM = 8;
  private static final long EPOCH = 1_000;
  private static final long LEAD = 100;
  private static final Duration TIME_LIMIT = Duration.ofMinutes(1);

  /** Trainings take a permit each, so that a test says when one ends. */
  private static final Semaphore PERMITS = new Semaphore(0);

  /** What the trainings of a group throw. */
  private static final Map<String, Throwable> THROWN = new ConcurrentHashMap<>();

  /** What a training read, by group and boundary. */
  private static final Map<String, List<Long>> READ = new ConcurrentHashMap<>();

  private static final Map<String, Map<Long, String>> VALUES = new ConcurrentHashMap<>();

  private static final GroupTrainer PROMOTING =
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

  private Set<String> groups = Set.of("g");
  private GroupTrainer trainer = PROMOTING;
  private long maxSteps = 1_000;
  private boolean drift;
  private int watch;
  private long controlsBefore;
  private Duration endLimit = Duration.ofMinutes(1);
  private KeyedTwoInputStreamOperatorTestHarness<String, SeriesWindow, GroupControl, GroupNotice>
      harness;

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

  private void open(OperatorSubtaskState state) throws Exception {
    open(state, 1, 0);
  }

  private RetrainConfig config() {
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

  private void open(OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
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

  private void reopen(String... names) throws Exception {
    harness.close();
    groups = Set.of(names);
    open(null);
  }

  private void restore() throws Exception {
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    harness.getOutput().clear();
    open(state);
  }

  private MailboxExecutorImpl mailbox() {
    return new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE);
  }

  /** What is there already. */
  private void runMails() throws Exception {
    while (mailbox().tryYield()) {
      // the next one
    }
  }

  /** Lets trainings go on until so many decisions are out. */
  private void awaitDecisions(int count) throws Exception {
    PERMITS.release(1_000);
    while (decisions() < count) {
      mailbox().yield();
    }
    PERMITS.drainPermits();
  }

  private long decisions() {
    return harness.getOutput().stream()
        .filter(out -> out instanceof StreamRecord<?> r && r.getValue() instanceof Decision)
        .count();
  }

  private void window(String group, long knownAt) throws Exception {
    harness.processElement1(
        new SeriesWindow(group, "s", knownAt / 10, knownAt, 1, 1, new float[4], false), knownAt);
  }

  private void amend(long end, long knownAt, float value) throws Exception {
    harness.processElement1(
        new SeriesWindow("g", "s", end, knownAt, 1, 1, new float[] {value}, true), knownAt);
  }

  /** A training reads what was known at its boundary, whatever has come in the meantime. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void amendedStepIsReadFromTheNextBoundaryOn(boolean restored) throws Exception {
    Map<Long, String> read = new ConcurrentHashMap<>();
    VALUES.put("values", read);
    trainer =
        request -> {
          PERMITS.acquire();
          StringBuilder text = new StringBuilder();
          request.windows().forEach(w -> text.append(Arrays.toString(w.values())));
          VALUES.get("values").put(request.boundary(), text.toString());
          return GroupTrainer.Result.ofTraining(new Outcome.Kept("", Outcome.Losses.NONE));
        };
    reopen("g");
    window("g", 400);
    window("g", 800);
    amend(78, 900, 1);
    amend(79, 1_100, 2);
    amend(78, 1_200, 3);
    amend(20, 1_200, 4);
    window("g", 2_400);
    harness.processWatermark1(new Watermark(1_500));
    if (restored) {
      restore();
    }
    harness.processWatermark1(new Watermark(3_500));
    awaitDecisions(2);

    assertEquals("[0.0, 0.0, 0.0, 0.0][0.0, 1.0, 0.0, 0.0]", read.get(1_000L));
    assertEquals("[0.0, 0.0, 0.0, 0.0][0.0, 3.0, 2.0, 0.0][0.0, 0.0, 0.0, 0.0]", read.get(3_000L));
  }

  /** Decisions, coverage and watermarks, in order. */
  private List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      lines.add(out instanceof StreamRecord<?> record ? line(record.getValue()) : line(out));
    }
    harness.getOutput().clear();
    return lines;
  }

  private static String line(Object out) {
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

  @Test
  void boundaryWithoutEnoughHistoryIsDecidedAtOnce() throws Exception {
    window("g", 400);
    harness.processWatermark1(new Watermark(1_050));

    assertEquals(List.of("g@1000 NOT_TRIGGERED ''", "watermark 1050"), output());
    assertEquals(0, harness.numEventTimeTimers());
  }

  @Test
  void windowsKnownAfterTheBoundaryAreNotTrainedOn() throws Exception {
    window("g", 400);
    window("g", 800);
    window("g", 1_010);
    harness.processWatermark1(new Watermark(1_500));
    awaitDecisions(1);

    assertEquals(
        List.of("g covered before 1100", "watermark 1500", "g@1000 PROMOTED 'g-1-2'"), output());
  }

  @Test
  void nothingWaitsWhileATrainingIsPendingButItsDecision() throws Exception {
    window("g", 400);
    window("g", 1_000);
    harness.processWatermark1(new Watermark(1_000));
    window("g", 1_400);
    harness.processWatermark1(new Watermark(1_900));
    window("g", 2_400);
    runMails();
    assertEquals(List.of("g covered before 1100", "watermark 1000", "watermark 1900"), output());

    awaitDecisions(1);
    assertEquals(List.of("g@1000 PROMOTED 'g-1-2'"), output());
  }

  @Test
  void boundariesThatFallDueMeanwhileAreDecidedInTheirOrder() throws Exception {
    for (long knownAt = 400; knownAt < 5_000; knownAt += 500) {
      window("g", knownAt);
    }
    harness.processWatermark1(new Watermark(4_500));
    assertEquals(List.of("g covered before 1100", "watermark 4500"), output());

    awaitDecisions(4);
    assertEquals(
        List.of(
            "g@1000 PROMOTED 'g-1-2'",
            "g@2000 NOT_TRIGGERED 'g-1-2'",
            "g@3000 PROMOTED 'g-2-6'",
            "g@4000 NOT_TRIGGERED 'g-2-6'"),
        output());
  }

  @Test
  void otherGroupsAreDecidedWhileOneTrains() throws Exception {
    reopen("a", "b");
    window("a", 400);
    window("a", 800);
    window("b", 900);
    harness.processWatermark1(new Watermark(1_010));
    assertEquals(
        List.of("a covered before 1100", "b@1000 NOT_TRIGGERED ''", "watermark 1010"), output());

    awaitDecisions(1);
    assertEquals(List.of("a@1000 PROMOTED 'a-1-2'"), output());
  }

  @Test
  void groupThatNoWindowCameFromIsCoveredAllTheSame() throws Exception {
    harness.processWatermark1(new Watermark(50));
    harness.processWatermark1(new Watermark(60));
    harness.processWatermark1(new Watermark(3_500));

    assertEquals(
        List.of(
            "g covered before 1100",
            "watermark 50",
            "watermark 60",
            "g covered before 4100",
            "watermark 3500"),
        output());
  }

  @Test
  void pendingTrainingStartsAgainOnRestoreAndDecidesTheSame() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    restore();

    harness.processWatermark1(new Watermark(1_050));
    assertEquals(List.of("g covered before 1100", "watermark 1050"), output());
    awaitDecisions(1);
    assertEquals(List.of("g@1000 PROMOTED 'g-1-2'"), output());
  }

  @Test
  void boundariesThatWaitSurviveARestore() throws Exception {
    for (long knownAt = 400; knownAt < 5_000; knownAt += 500) {
      window("g", knownAt);
    }
    harness.processWatermark1(new Watermark(4_500));
    restore();
    awaitDecisions(4);

    assertEquals(
        List.of(
            "g@1000 PROMOTED 'g-1-2'",
            "g@2000 NOT_TRIGGERED 'g-1-2'",
            "g@3000 PROMOTED 'g-2-6'",
            "g@4000 NOT_TRIGGERED 'g-2-6'"),
        output().stream().filter(line -> line.contains("@")).toList());
  }

  @Test
  void decisionThatWasOutButNotCheckpointedFallsOutTheSame() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    OperatorSubtaskState before = harness.snapshot(1, 1);
    awaitDecisions(1);
    List<String> first = output();
    harness.close();

    open(before);
    awaitDecisions(1);
    List<String> second = output();
    assertEquals(first.get(first.size() - 1), second.get(second.size() - 1));
  }

  @Test
  void championSurvivesARestoreAndIsNotTrainedAgainBeforeItsTime() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_100));
    awaitDecisions(1);
    restore();

    window("g", 1_900);
    harness.processWatermark1(new Watermark(2_050));
    assertEquals(List.of("g@2000 NOT_TRIGGERED 'g-1-2'", "watermark 2050"), output());
    window("g", 2_900);
    harness.processWatermark1(new Watermark(3_100));
    awaitDecisions(1);
    assertEquals(
        List.of("watermark 3100", "g@3000 PROMOTED 'g-2-4'"),
        output().stream().filter(line -> !line.contains("covered")).toList());
  }

  @Test
  void longGapDecidesOnlyBoundariesThatFollowAWindowAndCoversIt() throws Exception {
    window("g", 400);
    window("g", 500_400);
    harness.processWatermark1(new Watermark(900_000));

    assertEquals(
        List.of(
            "g@1000 NOT_TRIGGERED ''",
            "g@501000 NOT_TRIGGERED ''",
            "g covered before 901100",
            "watermark 900000"),
        output());
    assertEquals(0, harness.numEventTimeTimers());
  }

  /** Its partition was idle: the boundary has passed, and what held from it on has been said. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void windowOfABoundaryThatHasPassedIsSeenByTheNext(boolean restored) throws Exception {
    harness.processWatermark1(new Watermark(1_500));
    if (restored) {
      restore();
    }
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_600));
    output();
    harness.processWatermark1(new Watermark(2_000));
    awaitDecisions(1);

    assertTrue(output().contains("g@2000 PROMOTED 'g-1-2'"));
  }

  @Test
  void windowOfAGroupThatIsNoMoreIsLeftOut() throws Exception {
    window("g", 400);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();
    groups = Set.of("h");
    open(state);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));

    assertEquals(List.of("h covered before 2100", "watermark 1000"), output());
    // the next boundary of the one, and how far the controls of both are read
    assertEquals(3, harness.numKeyedStateEntries());
  }

  @Test
  void oldWindowsAreDropped() throws Exception {
    window("g", 400);
    harness.processWatermark1(new Watermark(1_000));
    int entries = harness.numKeyedStateEntries();
    window("g", 20_400);
    harness.processWatermark1(new Watermark(21_000));

    assertEquals(entries, harness.numKeyedStateEntries());
  }

  private void ask(int offset, ControlRecord.Action action, long notBefore) throws Exception {
    ModelFile none = new ModelFile("", new byte[0]);
    harness.processElement2(
        new StreamRecord<>(new GroupControl(offset, action, "g", notBefore, none, false)));
    runMails();
  }

  /** Two promotions, at 1000 and 3000. */
  private void promoteTwice() throws Exception {
    for (long knownAt = 400; knownAt < 4_000; knownAt += 500) {
      window("g", knownAt);
    }
    harness.processWatermark1(new Watermark(3_500));
    awaitDecisions(3);
    assertTrue(output().contains("g@3000 PROMOTED 'g-2-6'"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void askedForTheVersionBeforeServesAgainFromTheNextBoundaryOn(boolean restored) throws Exception {
    promoteTwice();
    ask(0, ControlRecord.Action.ROLLBACK, Long.MIN_VALUE);
    if (restored) {
      restore();
    }
    harness.processWatermark1(new Watermark(4_500));

    assertTrue(output().contains("g@4000 ROLLED_BACK 'g-1-2'"));
    assertEquals(List.of(), reasonsAfter(() -> harness.processWatermark1(new Watermark(5_500))));
  }

  @Test
  void whatIsAskedForWaitsForItsBoundary() throws Exception {
    promoteTwice();
    ask(0, ControlRecord.Action.ROLLBACK, 5_000);
    harness.processWatermark1(new Watermark(4_500));
    assertTrue(output().contains("g@4000 NOT_TRIGGERED 'g-2-6'"));

    harness.processWatermark1(new Watermark(5_500));
    assertTrue(output().contains("g@5000 ROLLED_BACK 'g-1-2'"));
  }

  @Test
  void goingBackFromNowhereIsRefusedWithTheReason() throws Exception {
    window("g", 400);
    ask(0, ControlRecord.Action.ROLLBACK, Long.MIN_VALUE);

    assertEquals(
        List.of(
            "refused to go back to the version before: there is none to go back to; 4 of 8 steps of"
                + " history"),
        reasonsAfter(() -> harness.processWatermark1(new Watermark(1_500))));
  }

  @Test
  void lastOfSeveralThatAskIsHeard() throws Exception {
    promoteTwice();
    ask(0, ControlRecord.Action.ROLLBACK, Long.MIN_VALUE);
    ask(1, ControlRecord.Action.RETRAIN, Long.MIN_VALUE);
    harness.processWatermark1(new Watermark(4_500));
    awaitDecisions(1);

    assertTrue(output().contains("g@4000 PROMOTED 'g-3-8'"));
  }

  @Test
  void aFloodOfRequestsIsOneTrainingAndLeavesNothingBehind() throws Exception {
    promoteTwice();
    int entries = harness.numKeyedStateEntries();
    ask(0, ControlRecord.Action.RETRAIN, Long.MIN_VALUE);
    long bytes = harness.snapshot(1, 1).getStateSize();
    for (int offset = 1; offset < 1_000; offset++) {
      ask(offset, ControlRecord.Action.RETRAIN, Long.MIN_VALUE);
    }
    assertEquals(bytes, harness.snapshot(2, 2).getStateSize());
    harness.processWatermark1(new Watermark(4_500));
    awaitDecisions(1);
    window("g", 4_900);
    harness.processWatermark1(new Watermark(5_500));
    awaitDecisions(2);

    assertTrue(READ.containsKey("g@4000"));
    assertFalse(READ.containsKey("g@5000"));
    assertTrue(harness.numKeyedStateEntries() <= entries);
  }

  /** There is one version to go back to: asked again, the group stays where it is. */
  @Test
  void askedToGoBackTenTimesItGoesBackOnce() throws Exception {
    promoteTwice();
    output();
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ask(i, ControlRecord.Action.ROLLBACK, Long.MIN_VALUE);
      long boundary = 4_000 + 1_000L * i;
      window("g", boundary - 100);
      reasons.addAll(reasonsAfter(() -> harness.processWatermark1(new Watermark(boundary + 100))));
    }

    assertEquals("asked to go back to g-1-2", reasons.get(0));
    assertTrue(
        reasons.stream().skip(1).allMatch(reason -> reason.startsWith("refused to go back")),
        reasons::toString);
    assertEquals(10, reasons.size());
  }

  @Test
  void nothingIsDecidedBeforeWhatWasAskedForAtTheStartIsRead() throws Exception {
    controlsBefore = 2;
    reopen("g");
    window("g", 400);
    harness.processWatermark1(new Watermark(1_500));
    assertEquals(List.of("g covered before 1100", "watermark 1500"), output());

    harness.processElement2(new StreamRecord<>(GroupControl.ofOthers(0, "g")));
    assertEquals(List.of(), output());
    ask(1, ControlRecord.Action.RETRAIN, 7_000);
    assertTrue(output().contains("g@1000 NOT_TRIGGERED ''"));
  }

  /** Reasons of the decisions that come of something. */
  private List<String> reasonsAfter(Executable what) throws Exception {
    try {
      what.execute();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    List<String> reasons = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof StreamRecord<?> record && record.getValue() instanceof Decision decision) {
        reasons.add(decision.outcome().reason());
      }
    }
    harness.getOutput().clear();
    return reasons;
  }

  @Test
  void endOfInputDecidesTheBoundaryAfterTheLastWindowAndCoversEverything() throws Exception {
    window("g", 400);
    window("g", 1_200);
    harness.processWatermark1(Watermark.MAX_WATERMARK);
    PERMITS.release(100);
    harness.endInput1();
    harness.endInput2();

    assertEquals(
        List.of(
            "g@1000 NOT_TRIGGERED ''",
            "watermark " + Long.MAX_VALUE,
            "g@2000 PROMOTED 'g-1-2'",
            "g covered before " + Long.MAX_VALUE),
        output());
    assertEquals(0, harness.numEventTimeTimers());
  }

  @Test
  void idleStatusIsNoReasonForAnything() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    harness.processWatermarkStatus1(WatermarkStatus.IDLE);
    harness.processWatermarkStatus1(WatermarkStatus.ACTIVE);
    awaitDecisions(1);

    assertEquals(
        List.of("g covered before 1100", "watermark 1000", "g@1000 PROMOTED 'g-1-2'"),
        output().stream().filter(line -> !line.contains("WatermarkStatus")).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "out of memory", "error"})
  void trainingThatBreaksIsAFailedDecisionAndHurtsNoOther(String what) throws Exception {
    reopen("a", "b");
    THROWN.put(
        "a",
        switch (what) {
          case "exception" -> new IllegalStateException("poison");
          case "out of memory" -> new OutOfMemoryError("poison");
          default -> new UnsatisfiedLinkError("poison");
        });
    for (String group : List.of("a", "b")) {
      window(group, 400);
      window(group, 800);
    }
    harness.processWatermark1(new Watermark(1_000));
    awaitDecisions(2);

    assertEquals(
        List.of("a@1000 FAILED ''", "b@1000 PROMOTED 'b-1-2'"),
        output().stream().filter(line -> line.contains("@")).sorted().toList());

    THROWN.clear();
    window("a", 1_800);
    window("a", 2_800);
    harness.processWatermark1(new Watermark(3_000));
    awaitDecisions(2);
    assertTrue(output().contains("a@3000 PROMOTED 'a-2-4'"));
  }

  @Test
  void modelThatTheModelTopicCannotTakeIsAFailedDecision() throws Exception {
    trainer =
        request ->
            GroupTrainer.Result.ofTraining(
                new Outcome.Promoted("g-1-2", new byte[13 << 20], "better", Outcome.Losses.NONE));
    reopen("g");
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    awaitDecisions(1);

    assertTrue(output().contains("g@1000 FAILED ''"));
  }

  /** It does not even hear the interrupt. */
  @Test
  void trainingThatHangsIsGivenUpAfterItsTimeLimit() throws Exception {
    CountDownLatch atTheEnd = new CountDownLatch(1);
    Semaphore hanging = new Semaphore(0);
    HANGING.put("g", new Hang(hanging, atTheEnd));
    trainer = HANGING_ONCE;
    reopen("g");
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_000));
    mailbox().yield();
    hanging.acquire();

    harness.setProcessingTime(TIME_LIMIT.toMillis() - 1);
    assertEquals(List.of("g covered before 1100", "watermark 1000"), output());
    harness.setProcessingTime(TIME_LIMIT.toMillis());
    assertEquals(List.of("g@1000 FAILED ''"), output());

    window("g", 2_800);
    harness.processWatermark1(new Watermark(3_000));
    awaitDecisions(1);
    assertTrue(output().contains("g@3000 PROMOTED 'g-2-3'"));
    atTheEnd.countDown();
  }

  /** They hang, or wait for their turn behind those: no barrier would ever pass. */
  @Test
  void trainingsThatABoundedInputWouldEndInAreGivenUpInTimeForItsCommit() throws Exception {
    CountDownLatch atTheEnd = new CountDownLatch(1);
    Semaphore hanging = new Semaphore(0);
    trainer = HANGING_ONCE;
    endLimit = Duration.ofMillis(200);
    reopen("a", "b", "c");
    for (String group : groups) {
      HANGING.put(group, new Hang(hanging, atTheEnd));
      window(group, 400);
      window(group, 800);
    }
    harness.processWatermark1(Watermark.MAX_WATERMARK);
    harness.endInput1();
    harness.endInput2();

    assertEquals(
        List.of("a@1000 FAILED ''", "b@1000 FAILED ''", "c@1000 FAILED ''"),
        output().stream().filter(line -> line.contains("@")).sorted().toList());
    HANGING.clear();
    atTheEnd.countDown();
  }

  /** Else the task manager would be ended for it, after three minutes. */
  @Test
  void aTaskThatIsCancelledWaitsForNoTrainingOfTheEnd() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(Watermark.MAX_WATERMARK);
    harness.endInput1();

    Thread.currentThread().interrupt();

    assertThrows(InterruptedException.class, harness::endInput2);
  }

  private record Hang(Semaphore started, CountDownLatch end) {}

  private static final Map<String, Hang> HANGING = new ConcurrentHashMap<>();

  private static final GroupTrainer HANGING_ONCE =
      request -> {
        Hang hang = HANGING.remove(request.group());
        if (hang != null) {
          hang.started().release();
          while (hang.end().getCount() > 0) {
            try {
              hang.end().await();
            } catch (InterruptedException ignored) {
              // on purpose
            }
          }
        }
        return PROMOTING.train(request);
      };

  @Test
  void trainingReadsASampleThatDoesNotDependOnTheOrderOfArrival() throws Exception {
    maxSteps = 40;
    Map<String, List<Long>> first = readOf(new Random(1));
    Map<String, List<Long>> second = readOf(new Random(2));

    assertEquals(first, second);
    assertTrue(first.size() >= 3, first.toString());
    first.forEach((boundary, read) -> assertTrue(read.size() <= 10, boundary + ": " + read.size()));
    List<Long> last = first.get("g@5000");
    assertTrue(last.size() >= 5, last.toString());
    assertTrue(last.get(0) < 100 && last.get(last.size() - 1) > 300, last.toString());
  }

  /** Windows of five epochs, within each of them in any order; the later ones while one trains. */
  private Map<String, List<Long>> readOf(Random random) throws Exception {
    READ.clear();
    reopen("g");
    List<Long> times = new ArrayList<>();
    for (long knownAt = 50; knownAt < 5_000; knownAt += 50) {
      times.add(knownAt);
    }
    Collections.shuffle(times, random);
    for (long knownAt : times) {
      window("g", knownAt);
    }
    harness.processWatermark1(new Watermark(random.nextInt(3) * EPOCH + 10));
    harness.processWatermark1(new Watermark(5_000));
    while (decisions() < 5) {
      awaitDecisions((int) decisions() + 1);
    }
    return new TreeMap<>(READ);
  }

  /** What is dropped as soon as it comes would not have been drawn either. */
  @Test
  void sampleIsDrawnAsIfAllHadBeenKept() throws Exception {
    maxSteps = 40;
    reopen("g");
    List<SeriesWindow> all = new ArrayList<>();
    for (long knownAt = 10; knownAt <= 1_000; knownAt += 10) {
      window("g", knownAt);
      all.add(new SeriesWindow("g", "s", knownAt / 10, knownAt, 1, 1, new float[4], false));
    }
    harness.processWatermark1(new Watermark(1_000));
    awaitDecisions(1);

    RetrainPolicy policy = new RetrainPolicy(config());
    double bound = policy.rankBound(all, 1);
    assertEquals(
        all.stream().filter(w -> policy.isDrawn(w, bound)).map(SeriesWindow::end).toList(),
        READ.get("g@1000"));
  }

  @Test
  void sampleBoundsWhatLiesInState() throws Exception {
    maxSteps = 40;
    reopen("g");
    for (long knownAt = 1; knownAt <= 1_000; knownAt++) {
      window("g", knownAt);
      // twenty windows since the last boundary, what they came to, and the group's own values
      assertTrue(harness.numKeyedStateEntries() <= 20 + 1 + 4, "" + knownAt);
    }
    harness.processWatermark1(new Watermark(1_000));
    runMails();

    assertTrue(harness.numKeyedStateEntries() <= 10 + 4, harness.numKeyedStateEntries() + "");
  }

  @Test
  void rescaledEachGroupGoesOnOnOneSubtask() throws Exception {
    String[] names = {"a", "b", "c", "d", "e", "f"};
    reopen(names);
    for (String name : names) {
      window(name, 400);
      window(name, 800);
    }
    harness.processWatermark1(new Watermark(1_000));
    OperatorSubtaskState state = harness.snapshot(1, 1);

    List<String> decided = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      harness.close();
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              state, MAX_PARALLELISM, 1, 2, subtask);
      open(part, 2, subtask);
      PERMITS.release(1_000);
      harness.processWatermark1(Watermark.MAX_WATERMARK);
      harness.endInput1();
      harness.endInput2();
      decided.addAll(output().stream().filter(line -> line.contains("@")).toList());
    }

    assertEquals(
        List.of(names).stream().map(n -> n + "@1000 PROMOTED '" + n + "-1-2'").toList(),
        decided.stream().sorted().toList());
  }
}
