package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Trainings that come to nothing. */
class RetrainFailureHarnessTest extends RetrainHarness {
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
}
