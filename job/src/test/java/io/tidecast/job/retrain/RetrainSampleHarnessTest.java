package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in state, and what of it a training reads. */
class RetrainSampleHarnessTest extends RetrainHarness {
  private static final Map<String, Map<Long, String>> VALUES = new ConcurrentHashMap<>();

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

  @Test
  void oldWindowsAreDropped() throws Exception {
    window("g", 400);
    harness.processWatermark1(new Watermark(1_000));
    int entries = harness.numKeyedStateEntries();
    window("g", 20_400);
    harness.processWatermark1(new Watermark(21_000));

    assertEquals(entries, harness.numKeyedStateEntries());
  }

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
}
