package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.Outcome;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people ask of a group. */
class RetrainAskedHarnessTest extends RetrainHarness {
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

  @Test
  void aFloodOfRequestsForEverLaterTimesIsBounded() throws Exception {
    promoteTwice();
    ask(0, ControlRecord.Action.ROLLBACK, 4_001);
    long bytes = harness.snapshot(1, 1).getStateSize();
    for (int offset = 1; offset < 900; offset++) {
      ask(offset, ControlRecord.Action.RETRAIN, 4_001 + offset);
    }
    assertEquals(bytes, harness.snapshot(2, 2).getStateSize());
    for (int offset = 900; offset < 2_000; offset++) {
      ask(offset, ControlRecord.Action.RETRAIN, offset * 1_000);
    }
    long most = harness.snapshot(3, 3).getStateSize();
    for (int offset = 2_000; offset < 2_100; offset++) {
      ask(offset, ControlRecord.Action.RETRAIN, offset * 1_000);
    }
    assertEquals(most, harness.snapshot(4, 4).getStateSize());
    harness.processWatermark1(new Watermark(5_500));
    awaitDecisions(2);

    assertTrue(output().contains("g@5000 PROMOTED 'g-3-8'"));
  }

  /** What a boundary is decided by has been settled when its training began, and stays so. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void modelThatIsBroughtDuringATrainingIsJudgedAtTheNextBoundary(boolean restored)
      throws Exception {
    trainer =
        request ->
            request.errand() instanceof GroupTrainer.Errand.Judge brought
                ? new GroupTrainer.Result(
                    new Outcome.Promoted(
                        brought.model().version(), new byte[1], "", Outcome.Losses.NONE),
                    false,
                    Duration.ZERO,
                    DriftTest.NONE)
                : PROMOTING.train(request);
    reopen("g");
    window("g", 400);
    window("g", 800);
    harness.processWatermark1(new Watermark(1_100));
    runMails();
    harness.processElement2(
        new StreamRecord<>(
            new GroupControl(
                0,
                ControlRecord.Action.PROMOTE,
                "g",
                1_000,
                new ModelFile("g-9", new byte[1]),
                true)));
    if (restored) {
      restore();
    }
    awaitDecisions(1);
    harness.processWatermark1(new Watermark(2_100));
    awaitDecisions(2);

    assertEquals(
        List.of("g@1000 PROMOTED 'g-1-2'", "g@2000 PROMOTED 'g-9'"),
        output().stream().filter(line -> line.contains("@")).toList());
  }

  /** There is one version to go back to: asked again, the group stays where it is. */
  @Test
  void askedToGoBackTenTimesItGoesBackOnce() throws Exception {
    trainer =
        request ->
            request.sequence() <= 2
                ? PROMOTING.train(request)
                : GroupTrainer.Result.ofTraining(
                    new Outcome.Kept(request.errand().reason(), Outcome.Losses.NONE));
    reopen("g");
    promoteTwice();
    PERMITS.release(1_000);
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
}
