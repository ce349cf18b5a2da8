package io.tidecast.job.forecast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.serde.EvaluationJsonV1;
import io.tidecast.connectors.serde.ForecastJsonV1;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.model.ClosedStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.Test;

/** When an origin is forecast, and what comes out. */
class ForecastOperatorHarnessTest extends ForecastOperatorHarness {
  @Test
  void originThatADecisionCoversIsForecastAtOnce() throws Exception {
    decide(10, 20, null);
    steps(1, 19);

    List<String> forecasts = forecasts();
    assertEquals(new Loop("s", none()).over(1, 19).forecasts, forecasts);
    assertTrue(
        forecasts.get(4).startsWith("s {\"series\":\"s\",\"origin\":\"1970-01-01T05:00:00Z\""),
        forecasts.get(4));
    assertLeft(1, 1);
  }

  @Test
  void originThatNoDecisionCoversWaitsForOneThatDoesWhateverTimeItIs() throws Exception {
    decide(10, 20, null);
    step("s", 20);
    bothWatermarks(500);
    harness.processWatermarkStatus1(WatermarkStatus.IDLE);
    harness.processWatermarkStatus2(WatermarkStatus.IDLE);
    assertEquals(List.of(), forecasts());

    decide(20, 30, first);
    assertEquals(new Loop("s", index -> first).over(20, 20).forecasts, forecasts());
    // the state of the series, and the timer that drops it
    assertLeft(1, 1);
  }

  /** As after a pause, when the steps go on before the decisions do. */
  @Test
  void noOriginIsForecastByAVersionWhoseSuccessorHolds() throws Exception {
    decide(100, 121, first);
    steps(100, 120);
    bothWatermarks(120);
    harness.processWatermarkStatus2(WatermarkStatus.IDLE);
    steps(121, 126);
    harness.processWatermark1(new Watermark(end(126)));
    decide(121, 150, second);

    assertEquals(
        new Loop("s", index -> index < 121 ? first : second).over(100, 126).forecasts, forecasts());
  }

  @Test
  void counterIsForecastWithAllItsDigits() throws Exception {
    cover(81);
    List<String> forecasts = new ArrayList<>();
    for (long index = 1; index <= 80; index++) {
      ClosedStep step = new ClosedStep(index, counter(index), new float[0]);
      harness.processElement1(new StreamRecord<>(new SeriesStep("s", "g", step), end(index)));
      forecasts.addAll(forecasts());
      if (index % 9 == 0) {
        restore();
      }
    }

    assertEquals(80, forecasts.size());
    for (String line : forecasts.subList(30, 80)) {
      ForecastRecord record = ForecastJsonV1.read(line.substring(2).getBytes(UTF_8));
      long origin = GRID.indexOf(record.origin().toEpochMilli());
      int median = CONFIG.levels().median();
      assertEquals(counter(origin), record.quantile(median, 1), 90, line);
      double width = record.quantile(2 * median, 1) - record.quantile(0, 1);
      assertTrue(width > 10 && width < 400, line);
    }
  }

  private static double counter(long index) {
    return 1.7e9 + 60 * index + index * 31 % 17;
  }

  @Test
  void seriesOfAGroupWithoutDecisionsWaitUntilTheyAreCovered() throws Exception {
    steps(1, 3);
    assertEquals(List.of(), forecasts());

    cover(3);
    assertEquals(new Loop("s", none()).over(1, 2).forecasts, forecasts());
    cover(4);
    assertEquals(new Loop("s", none()).over(1, 3).forecasts.subList(2, 3), forecasts());
    assertLeft(1, 1);
  }

  @Test
  void releaseLetsOtherMailsAndRecordsPass() throws Exception {
    cover(1);
    for (long index = 1; index <= 200; index++) {
      step("s", index);
      step("r", index);
    }
    harness.processElement2(new StreamRecord<>(new GroupNotice.Covered("g", end(201))));
    assertEquals(0, forecasts().size());
    mailbox().tryYield();
    int some = forecasts().size();
    assertTrue(some > 0 && some < 100, some + " in one slice");

    // comes after what waits of its series
    step("s", 201);
    cover(202);
    assertEquals(401, some + forecasts().size());
    assertLeft(2, 2);
  }

  @Test
  void gapsAmongWaitingStepsAreNoHindrance() throws Exception {
    List<Long> indices = List.of(1L, 2L, 50_000L, 50_001L, 90_000L);
    for (long index : List.of(50_000L, 2L, 90_000L, 1L, 50_001L)) {
      step("s", index);
    }
    cover(50_001);
    cover(90_001);

    List<String> origins =
        forecasts().stream()
            .map(line -> line.replaceAll(".*origin\":\"([^\"]*)\".*", "$1"))
            .toList();
    assertEquals(
        indices.stream().map(i -> Instant.ofEpochMilli(end(i)).toString()).toList(), origins);
    assertLeft(1, 1);
  }

  /** As after a restart, when something upstream had forgotten how far it was. */
  @Test
  void stepThatIsNotNewIsDropped() throws Exception {
    decide(1, 20, null);
    steps(1, 10);
    step("s", 10);
    step("s", 4);
    steps(20, 21);
    step("s", 21);
    step("s", 9);
    cover(30);

    List<String> expected = new Loop("s", none()).over(1, 10).over(20, 21).forecasts;
    assertEquals(expected, forecasts());
    assertLeft(1, 1);
  }

  @Test
  void tooManyWaitingStepsSlowTheInputDownButAllAreKept() throws Exception {
    harness.close();
    maxWaiting = 5;
    open(null, 1, 0);
    long start = System.nanoTime();
    steps(1, 25);
    long took = System.nanoTime() - start;
    restore();
    cover(30);

    assertTrue(took >= 20_000_000, took + " ns for twenty steps too many");
    assertEquals(new Loop("s", none()).over(1, 25).forecasts, forecasts());
  }

  @Test
  void waitingOriginsComeBeforeALaterOneThatIsCovered() throws Exception {
    steps(1, 3);
    decide(3, 10, first);
    steps(4, 5);

    assertEquals(
        new Loop("s", index -> index >= 3 ? first : null).over(1, 5).forecasts, forecasts());
  }

  @Test
  void evaluationsGoToTheSideByPeriodAndVersion() throws Exception {
    decide(40, 60, first);
    steps(1, 59);

    List<String> expected =
        new Loop("s", index -> index < 40 ? null : first).over(1, 59).evaluations;
    assertEquals(expected, evaluations());
    assertTrue(expected.size() >= 59 / EVALUATION_PERIOD - 1, expected.size() + " evaluations");
  }

  /** The square of its error is more than single precision holds. */
  @Test
  void anAbsurdValueIsEvaluatedAndTheSeriesGoesOn() throws Exception {
    cover(60);
    steps(1, 29);
    ClosedStep absurd = new ClosedStep(30, 1e20, new float[0]);
    harness.processElement1(new StreamRecord<>(new SeriesStep("s", "g", absurd), end(30)));
    steps(31, 59);

    assertEquals(59, forecasts().size());
    double largest = 0;
    for (String line : evaluations()) {
      byte[] json = line.substring(line.indexOf(' ') + 1).getBytes(UTF_8);
      largest = Math.max(largest, EvaluationJsonV1.read(json).squaredError()[0]);
    }
    assertTrue(largest > 3.4e38, "largest " + largest);
  }

  @Test
  void endOfInputForecastsWhatWaitsAndLeavesNothing() throws Exception {
    steps(1, 30);
    harness.processWatermark1(Watermark.MAX_WATERMARK);
    harness.processWatermark2(Watermark.MAX_WATERMARK);
    harness.endInput2();
    steps(31, 32);
    harness.endInput1();

    Loop expected = new Loop("s", none()).over(1, 32).anew();
    assertEquals(expected.forecasts, forecasts());
    assertEquals(expected.evaluations, evaluations());
  }
}
