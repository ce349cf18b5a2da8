package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.RecordBytes;
import io.tidecast.job.Harnesses;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.Targets;
import io.tidecast.model.Grid;
import io.tidecast.model.Limits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IngestFunctionHarnessTest extends IngestHarness {
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
}
