package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.RecordBytes;
import io.tidecast.job.Harnesses;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestFunctionHarnessTest {
  private static final int MAX_PARALLELISM = 8;
  private static final long APPENDED = 1_000_000;
  private static final long MAX_FUTURE = 1_000;
  private static final long MAX_OUT_OF_ORDER = 20;

  /** Steps of ten milliseconds; two targets, the first with a covariate; limits for two. */
  private static final IngestConfig CONFIG =
      new IngestConfig(
          new Grid.Fixed(10),
          List.of("temperature", "wind"),
          Map.of("temperature", List.of("dew"), "wind", List.of()),
          Map.of("temperature", "air", "wind", "wind"),
          Targets.Streams.NONE,
          Map.of("temperature", new Limits(-60, 60), "dew", new Limits(-80, 40)),
          MAX_OUT_OF_ORDER,
          MAX_FUTURE,
          FutureColumns.NONE);

  private OneInputStreamOperatorTestHarness<RawRecord, SeriesObservation> harness;
  private long offset;

  @BeforeEach
  void start() throws Exception {
    open(null, 1, 0);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
  }

  private void open(OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(new IngestFunction(CONFIG)),
            MAX_PARALLELISM,
            parallelism,
            subtask);
    Harnesses.open(harness, StoredTypes.SERIES_OBSERVATION, state);
  }

  private void record(int partition, String value) throws Exception {
    record(partition, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  private void record(int partition, byte[] bytes) throws Exception {
    harness.processElement(
        new StreamRecord<>(
            new RawRecord("topic", partition, offset++, APPENDED, new byte[] {9}, bytes), 5));
  }

  @Test
  void whatLiesBeyondTheHistoryBringsItsRecordAlong() throws Exception {
    harness.close();
    IngestFunction reaching =
        new IngestFunction(
            CONFIG,
            CONFIG.ownRecords(),
            SourceTopics.of("topic"),
            3,
            Map.of(),
            StepClock.stopped());
    harness = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(reaching));
    harness.open();

    wind(0, 105, 1); // of step 11
    wind(1, 81, 2); // of step 9
    wind(1, 80, 3); // of step 8, three before
    wind(0, 111, 4);

    assertEquals(
        List.of(
            "",
            "",
            "{\"stream\":\"p1\",\"time\":\"1970-01-01T00:00:00.080Z\",\"values\":{\"wind\":3.0}}",
            ""),
        harness.extractOutputValues().stream()
            .map(o -> o.from().value() == null ? "" : new String(o.from().value()))
            .toList());
  }

  private void wind(int partition, long time, double value) throws Exception {
    record(
        partition,
        "{\"stream\":\"p%d\",\"time\":%s,\"values\":{\"wind\":%s}}"
            .formatted(partition, time(time), value));
  }

  /** As text: small numbers would be read as seconds. */
  private static String time(long millis) {
    return '"' + java.time.Instant.ofEpochMilli(millis).toString() + '"';
  }

  private List<String> output() {
    List<String> lines = new ArrayList<>();
    for (Object out : harness.getOutput()) {
      SeriesObservation seen = (SeriesObservation) ((StreamRecord<?>) out).getValue();
      lines.add(
          "%s/%s at %d: %s %s from %d-%d"
              .formatted(
                  seen.group(),
                  seen.series(),
                  seen.time(),
                  seen.value(),
                  Arrays.toString(seen.covariates()),
                  seen.partition(),
                  seen.offset()));
    }
    harness.getOutput().clear();
    return lines;
  }

  private List<DeadLetter> deadLetters() {
    Queue<StreamRecord<DeadLetter>> letters = harness.getSideOutput(IngestFunction.DEAD_LETTERS);
    return letters == null ? List.of() : letters.stream().map(StreamRecord::getValue).toList();
  }

  private List<String> reasons() {
    return deadLetters().stream().map(DeadLetter::reason).toList();
  }

  @Test
  void recordBecomesOneObservationPerTargetItTellsSomethingOf() throws Exception {
    record(
        2,
        "{\"stream\":\"jfk\",\"time\":%s,\"values\":{\"temperature\":1.5,\"dew\":-2,\"wind\":3}}"
            .formatted(time(500)));
    record(
        2,
        "{\"stream\":\"jfk\",\"time\":%s,\"values\":{\"other\":1,\"dew\":7}}".formatted(time(510)));
    record(2, "{\"stream\":\"jfk\",\"time\":%s,\"values\":{\"other\":1}}".formatted(time(520)));

    assertEquals(
        List.of(
            "air/jfk/temperature at 500: 1.5 [-2.0] from 2-0",
            "wind/jfk/wind at 500: 3.0 [] from 2-0",
            "air/jfk/temperature at 510: NaN [7.0] from 2-1"),
        output());
    assertEquals(List.of("no-variable"), reasons());
  }

  @Test
  void badValueOfAVariableNobodyConfiguredSpoilsNothing() throws Exception {
    record(
        2,
        "{\"stream\":\"jfk\",\"time\":%s,\"values\":{\"wind\":3,\"door\":\"open\"}}"
            .formatted(time(500)));

    assertEquals(List.of("wind/jfk/wind at 500: 3.0 [] from 2-0"), output());
    assertEquals(List.of(), deadLetters());
  }

  @Test
  void closedBarIsAnObservationAtItsEndAndAnOpenOneIsNothing() throws Exception {
    String bar =
        "{\"type\":\"bar\",\"stream\":\"x\",\"time\":\"1970-01-01T00:00:00Z\",\"interval\":\"1s\","
            + "\"open\":\"1\",\"high\":\"2\",\"low\":\"1\",\"close\":\"2\",\"volume\":\"4\","
            + "\"closed\":%s}";
    harness.close();
    IngestConfig closes =
        new IngestConfig(
            new Grid.Fixed(1000),
            List.of("close"),
            Map.of("close", List.of()),
            Map.of("close", "close"),
            Targets.Streams.NONE,
            Map.of(),
            0,
            MAX_FUTURE,
            FutureColumns.NONE);
    harness =
        new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new IngestFunction(closes)));
    harness.open();
    record(0, bar.formatted("false"));
    record(0, bar.formatted("true"));

    assertEquals(List.of("close/x/close at 1000: 2.0 [] from 0-1"), output());
    assertEquals(List.of(), deadLetters());
  }

  @Test
  void tickMakesLateWhatComesAfterItForAStepItClosed() throws Exception {
    wind(0, 500, 1);
    record(0, "{\"type\":\"tidecast-tick\",\"time\":%s}".formatted(time(510)));
    output();
    open(harness.snapshot(1, 1), 1, 0);
    wind(0, 505, 2);
    wind(0, 511, 3);
    wind(1, 505, 4);

    assertEquals(List.of(51L, 51L, Long.MIN_VALUE), passed());
  }

  @Test
  void whatIsKnownBeforehandComesFromTheFutureAndMovesNothing() throws Exception {
    harness.close();
    IngestConfig config =
        new IngestConfig(
            new Grid.Fixed(10),
            List.of("wind"),
            Map.of("wind", List.of("forecast", "forecast+1", "forecast+2")),
            Map.of("wind", "wind"),
            Targets.Streams.NONE,
            Map.of("forecast", new Limits(0, 60)),
            MAX_OUT_OF_ORDER,
            MAX_FUTURE,
            new FutureColumns(Map.of("wind", new int[] {0}), List.of("forecast"), 2));
    harness =
        new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(new IngestFunction(config)));
    harness.open();
    String issue = "{\"stream\":\"p0\",\"time\":%s,\"values\":{\"forecast\":%s}}";
    wind(0, 500, 1);
    record(0, issue.formatted(time(APPENDED + 2 * MAX_FUTURE), 7));
    record(0, issue.formatted(time(APPENDED + 2 * MAX_FUTURE), 70));
    record(0, issue.formatted(time(APPENDED + 100 * MAX_FUTURE), 7));
    record(
        0,
        RecordBytes.of(
            new ObservationRecord(
                "p0", Instant.ofEpochMilli(APPENDED + 2 * MAX_FUTURE), Map.of("forecast", 8.0)),
            Format.AVRO));
    wind(0, 500, 2);

    // the last one as if nothing had been said of the future
    assertEquals(List.of(Long.MIN_VALUE, 47L, 47L, 47L), passed());
    assertEquals(List.of("masked", "too-far-ahead"), reasons());
  }

  @Test
  void tickFromTheFutureSaysNothing() throws Exception {
    record(0, "{\"type\":\"tidecast-tick\",\"time\":%s}".formatted(time(APPENDED + 1)));
    wind(0, 505, 2);

    assertEquals(List.of("wind/p0/wind at 505: 2.0 [] from 0-1"), output());
    assertEquals(List.of(), reasons());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "no json|malformed",
        "{\"type\":\"trade\",\"stream\":\"x\",\"time\":1,\"values\":{}}|unknown-type",
        "{\"time\":1,\"values\":{}}|no-stream",
        "{\"stream\":\"x\",\"values\":{}}|no-time",
        "{\"stream\":\"x\",\"time\":1,\"values\":{\"wind\":\"fast\"}}|not-numeric",
        "{\"stream\":\"x\",\"time\":1,\"values\":{\"wind\":NaN}}|non-finite"
      })
  void whatCannotBeReadIsRefusedWithItsBytesAndItsPlace(String value, String reason)
      throws Exception {
    offset = 41;
    record(3, value);

    assertEquals(List.of(), output());
    assertEquals(List.of(reason), reasons());
    DeadLetter letter = deadLetters().get(0);
    assertArrayEquals(value.getBytes(StandardCharsets.UTF_8), letter.value());
    assertArrayEquals(new byte[] {9}, letter.key());
    assertEquals("topic 3 41", letter.topic() + " " + letter.partition() + " " + letter.offset());
  }

  @Test
  void recordWithoutAValueIsRefused() throws Exception {
    record(0, (byte[]) null);

    assertEquals(List.of(), output());
    assertEquals(List.of("malformed"), reasons());
  }

  @Test
  void valueOutsideItsLimitsIsMaskedAndTheRestOfTheRecordStands() throws Exception {
    record(
        0,
        "{\"stream\":\"s\",\"time\":%s,\"values\":{\"temperature\":61,\"dew\":-3,\"wind\":2}}"
            .formatted(time(500)));
    record(
        0,
        "{\"stream\":\"s\",\"time\":%s,\"values\":{\"temperature\":60,\"dew\":40.5}}"
            .formatted(time(510)));
    record(
        0, "{\"stream\":\"s\",\"time\":%s,\"values\":{\"temperature\":-61}}".formatted(time(520)));

    assertEquals(
        List.of(
            "air/s/temperature at 500: NaN [-3.0] from 0-0",
            "wind/s/wind at 500: 2.0 [] from 0-0",
            "air/s/temperature at 510: 60.0 [NaN] from 0-1"),
        output());
    assertEquals(
        List.of(
            "masked temperature: 61.0; accepted: -60.0 to 60.0",
            "masked dew: 40.5; accepted: -80.0 to 40.0",
            "masked temperature: -61.0; accepted: -60.0 to 60.0"),
        deadLetters().stream().map(l -> l.reason() + " " + l.detail()).toList());
    assertEquals(2, Harnesses.counted(harness, Metrics.MASKED), "values of targets");
  }

  @Test
  void recordTooFarAheadIsRefusedAndMakesNoOtherLate() throws Exception {
    wind(0, APPENDED + MAX_FUTURE + 1, 1);
    wind(0, APPENDED + MAX_FUTURE, 2);
    wind(1, 500, 3);

    assertEquals(
        List.of("wind/p0/wind at 1001000: 2.0 [] from 0-1", "wind/p1/wind at 500: 3.0 [] from 1-2"),
        output());
    assertEquals(List.of("too-far-ahead"), reasons());
  }

  @Test
  void eachSaysWhichStepItsPartitionHadGonePast() throws Exception {
    wind(0, 500, 1);
    wind(1, 100, 2);
    // the watermark of partition 0 stands at 479: the step that ends at 480 is open
    wind(0, 480, 3);
    wind(0, 470, 5);
    wind(1, 90, 6);
    wind(0, 511, 7);
    wind(0, 500, 8);

    assertEquals(List.of(Long.MIN_VALUE, Long.MIN_VALUE, 47L, 47L, 7L, 47L, 49L), passed());
    assertEquals(List.of(), reasons());
  }

  private List<Long> passed() {
    List<Long> passed =
        harness.extractOutputValues().stream().map(SeriesObservation::passed).toList();
    harness.getOutput().clear();
    return passed;
  }

  @Test
  void refusedRecordsMakeNoOtherLate() throws Exception {
    wind(0, 500, 1);
    record(
        0, "{\"stream\":\"s\",\"time\":%s,\"values\":{\"wind\":\"x\"}}".formatted(time(900_000)));
    wind(0, 510, 2);

    assertEquals(2, output().size());
    assertEquals(List.of("not-numeric"), reasons());
  }

  @Test
  void restoredEverySubtaskKnowsHowFarEachPartitionHadCome() throws Exception {
    wind(0, 500, 1);
    wind(1, 900, 1);
    OperatorSubtaskState one = harness.snapshot(1, 1);

    for (int subtask = 0; subtask < 2; subtask++) {
      harness.close();
      open(
          AbstractStreamOperatorTestHarness.repartitionOperatorState(
              one, MAX_PARALLELISM, 1, 2, subtask),
          2,
          subtask);
      wind(0, 470, 7);
      wind(1, 870, 7);

      assertEquals(List.of(47L, 87L), passed());
    }
  }

  @Test
  void partitionThatMovedBetweenSubtasksIsAsFarAsTheOneThatReadItCame() throws Exception {
    wind(0, 500, 1);
    OperatorSubtaskState reader = harness.snapshot(1, 1);
    harness.close();
    open(null, 1, 0);
    wind(0, 300, 1);
    OperatorSubtaskState stale = harness.snapshot(1, 1);
    harness.close();

    open(
        AbstractStreamOperatorTestHarness.repartitionOperatorState(
            AbstractStreamOperatorTestHarness.repackageState(stale, reader),
            MAX_PARALLELISM,
            2,
            1,
            0),
        1,
        0);
    wind(0, 470, 7);

    assertEquals(List.of(47L), passed());
  }
}
