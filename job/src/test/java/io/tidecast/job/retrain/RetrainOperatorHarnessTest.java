package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.Champions;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.StoredTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetrainOperatorHarnessTest {
  private static final long EPOCH = 1_000;
  private static final long LEAD = 100;

  /** Trainings take a permit each, so that a test says when one ends. */
  private static final Semaphore PERMITS = new Semaphore(0);

  private static final AtomicInteger STARTED = new AtomicInteger();

  private static final GroupTrainer PROMOTING =
      request -> {
        STARTED.incrementAndGet();
        PERMITS.acquire();
        String version =
            request.group() + "-" + request.sequence() + "-" + request.windows().size();
        return new Outcome.Promoted(
            version, version.getBytes(), "better", new Outcome.Losses(0.1, 0.2, 0.3));
      };

  private RetrainOperator operator;
  private KeyedOneInputStreamOperatorTestHarness<String, SeriesWindow, Decision> harness;

  @BeforeEach
  void start() throws Exception {
    PERMITS.drainPermits();
    STARTED.set(0);
    open(null);
  }

  @AfterEach
  void stop() throws Exception {
    PERMITS.release(100);
    harness.close();
  }

  private void open(OperatorSubtaskState state) throws Exception {
    RetrainConfig config =
        new RetrainConfig(
            Duration.ofMillis(EPOCH),
            Duration.ofMillis(LEAD),
            Duration.ofMillis(2 * EPOCH),
            8,
            4,
            Duration.ofMillis(10 * EPOCH),
            1,
            1);
    operator = new RetrainOperator(config, PROMOTING, Champions.NONE);
    harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            operator, SeriesWindow::group, Types.STRING, 8, 1, 0);
    harness.setup(
        StoredTypes.DECISION.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    operator.setMailboxExecutor(
        new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
  }

  private void window(String group, long knownAt) throws Exception {
    harness.processElement(
        new SeriesWindow(group, "s", knownAt / 10, knownAt, 1, 1, new float[4]), knownAt);
  }

  /** Group and kind of each decision, time of each watermark, in order. */
  private List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      if (out instanceof Watermark mark) {
        lines.add("watermark " + mark.getTimestamp());
      } else if (out instanceof StreamRecord<?> record) {
        Decision decision = (Decision) record.getValue();
        lines.add(
            decision.group()
                + "@"
                + decision.boundary()
                + " "
                + decision.outcome().kind()
                + " '"
                + decision.version()
                + "'");
      } else {
        lines.add(out.toString());
      }
    }
    harness.getOutput().clear();
    return lines;
  }

  private void runMails() throws Exception {
    new MailboxExecutorImpl(harness.getTaskMailbox(), 0, StreamTaskActionExecutor.IMMEDIATE)
        .yield();
  }

  @Test
  void boundaryWithoutEnoughHistoryIsDecidedAtOnce() throws Exception {
    window("g", 400);
    harness.processWatermark(1_050);

    assertEquals(List.of("g@1000 NOT_TRIGGERED ''", "watermark 1050"), output());
    assertEquals(0, harness.numEventTimeTimers());
  }

  @Test
  void windowsKnownAfterTheBoundaryAreNotTrainedOn() throws Exception {
    window("g", 400);
    window("g", 800);
    window("g", 1_010);
    PERMITS.release(100);
    harness.processWatermark(1_500);

    assertEquals(List.of("watermark 1099", "g@1000 PROMOTED 'g-1-2'", "watermark 1500"), output());
  }

  @Test
  void watermarksPassWhileATrainingIsPendingUntilItsFirstOrigin() throws Exception {
    window("g", 400);
    window("g", 1_000);
    harness.processWatermark(1_000);
    harness.processWatermark(1_099);
    assertEquals(List.of("watermark 1000", "watermark 1099"), output());

    PERMITS.release();
    harness.processWatermark(1_100);
    assertEquals(List.of("g@1000 PROMOTED 'g-1-2'", "watermark 1100"), output());
  }

  @Test
  void decisionIsOutBeforeALaterWindowIsTaken() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark(1_000);
    output();

    PERMITS.release();
    window("g", 1_200);
    assertEquals(List.of("watermark 1099", "g@1000 PROMOTED 'g-1-2'"), output());
  }

  @Test
  void otherGroupsAreDecidedWhileOneTrains() throws Exception {
    window("a", 400);
    window("a", 800);
    window("b", 900);
    harness.processWatermark(1_010);
    assertEquals(List.of("b@1000 NOT_TRIGGERED ''", "watermark 1010"), output());

    PERMITS.release();
    runMails();
    assertEquals(List.of("a@1000 PROMOTED 'a-1-2'"), output());
  }

  @Test
  void pendingTrainingStartsAgainOnRestoreAndDecidesTheSame() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark(1_000);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    open(state);
    harness.processWatermark(1_050);
    assertEquals(List.of("watermark 1050"), output());
    PERMITS.release(100);
    harness.processWatermark(1_100);
    assertEquals(List.of("watermark 1099", "g@1000 PROMOTED 'g-1-2'", "watermark 1100"), output());
  }

  @Test
  void decisionThatWasOutButNotCheckpointedFallsOutTheSame() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark(1_000);
    OperatorSubtaskState before = harness.snapshot(1, 1);
    PERMITS.release(100);
    harness.processWatermark(1_100);
    List<String> first = output();
    harness.close();

    open(before);
    harness.processWatermark(1_100);
    assertEquals(first.get(first.size() - 2), output().get(1));
  }

  @Test
  void championSurvivesARestoreAndIsNotTrainedAgainBeforeItsTime() throws Exception {
    window("g", 400);
    window("g", 800);
    PERMITS.release(100);
    harness.processWatermark(1_100);
    OperatorSubtaskState state = harness.snapshot(1, 1);
    harness.close();

    open(state);
    window("g", 1_900);
    harness.processWatermark(2_050);
    assertEquals(List.of("g@2000 NOT_TRIGGERED 'g-1-2'", "watermark 2050"), output());
    window("g", 2_900);
    harness.processWatermark(3_100);
    assertEquals(List.of("watermark 3099", "g@3000 PROMOTED 'g-2-4'", "watermark 3100"), output());
  }

  @Test
  void longGapDecidesOnlyBoundariesThatFollowAWindow() throws Exception {
    window("g", 400);
    window("g", 500_400);
    PERMITS.release(100);
    harness.processWatermark(900_000);

    assertEquals(
        List.of("g@1000 NOT_TRIGGERED ''", "g@501000 NOT_TRIGGERED ''", "watermark 900000"),
        output());
    assertEquals(0, harness.numEventTimeTimers());
  }

  @Test
  void oldWindowsAreDropped() throws Exception {
    window("g", 400);
    harness.processWatermark(1_000);
    assertEquals(1, harness.numKeyedStateEntries());
    window("g", 20_400);
    harness.processWatermark(21_000);
    assertEquals(1, harness.numKeyedStateEntries());
  }

  @Test
  void endOfInputDecidesTheBoundaryAfterTheLastWindowAndEnds() throws Exception {
    window("g", 400);
    window("g", 1_200);
    PERMITS.release(100);
    harness.processWatermark(Watermark.MAX_WATERMARK);
    harness.endInput();

    List<String> output = output();
    assertEquals("g@1000 NOT_TRIGGERED ''", output.get(0));
    assertEquals("g@2000 PROMOTED 'g-1-2'", output.get(2));
    assertEquals("watermark " + Long.MAX_VALUE, output.get(3));
    assertEquals(0, harness.numEventTimeTimers());
  }

  @Test
  void idleStatusWaitsForThePendingDecision() throws Exception {
    window("g", 400);
    window("g", 800);
    harness.processWatermark(1_000);
    harness.processWatermarkStatus(WatermarkStatus.IDLE);
    assertEquals(List.of("watermark 1000"), output());

    PERMITS.release();
    runMails();
    List<String> output = output();
    assertEquals("g@1000 PROMOTED 'g-1-2'", output.get(0));
    assertTrue(output.get(1).contains("IDLE"), output.get(1));
  }
}
