package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.Decision;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decided at which boundary, and what is said of it meanwhile. */
class RetrainOperatorHarnessTest extends RetrainHarness {
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
  void decisionSaysWhatItWasMadeFromAndHowLongItTook() throws Exception {
    trainer = request -> PROMOTING.train(request).from(8, 3);
    reopen("g");
    window("g", 400);
    window("g", 800);
    harness.setProcessingTime(10);
    harness.processWatermark1(new Watermark(1_000));
    runMails();
    harness.setProcessingTime(260);
    awaitDecisions(1);
    window("g", 1_800);
    harness.processWatermark1(new Watermark(2_000));

    assertEquals(
        List.of(new Decision.Basis(2, 1, 37, 80, 8, 3, 250), Decision.Basis.NONE),
        harness.getOutput().stream()
            .filter(out -> out instanceof StreamRecord<?> r && r.getValue() instanceof Decision)
            .map(out -> ((Decision) ((StreamRecord<?>) out).getValue()).basis())
            .toList());
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
    fourBoundariesFallDue();
    assertEquals(List.of("g covered before 1100", "watermark 4500"), output());

    awaitDecisions(4);
    assertEquals(FOUR_DECISIONS, output());
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
}
