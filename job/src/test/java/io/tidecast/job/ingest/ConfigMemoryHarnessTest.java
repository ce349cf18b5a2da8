package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.kafka.SourceTopics;
import io.tidecast.job.Harnesses;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.SeriesObservation;
import io.tidecast.job.state.StoredTypes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigMemoryHarnessTest {
  private static final ConfigFile FILE =
      ConfigFile.parse(
          """
          domain: weather
          series: {step: PT1H, targets: [a], variables: {a: {maximum: 100}}}
          forecast: {horizon: 24}
          """,
          Map.of());

  private static OneInputStreamOperatorTestHarness<RawRecord, SeriesObservation> open(
      JobConfig config, OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    OneInputStreamOperatorTestHarness<RawRecord, SeriesObservation> harness =
        new OneInputStreamOperatorTestHarness<>(
            new ProcessOperator<>(
                new IngestFunction(
                    new JobParts(config).ingest(),
                    new JobParts(config).reader(),
                    SourceTopics.of("topic"),
                    0,
                    config.inEffect(),
                    StepClock.stopped())),
            8,
            parallelism,
            subtask);
    return Harnesses.open(harness, StoredTypes.SERIES_OBSERVATION, state);
  }

  private static OperatorSubtaskState snapshot(
      JobConfig config, OperatorSubtaskState state, int parallelism, int subtask) throws Exception {
    var harness = open(config, state, parallelism, subtask);
    try {
      return harness.snapshot(1, 1);
    } finally {
      harness.close();
    }
  }

  /** As two subtasks leave it. */
  private static OperatorSubtaskState stateOf(JobConfig config) throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[2];
    for (int subtask = 0; subtask < 2; subtask++) {
      states[subtask] = snapshot(config, null, 2, subtask);
    }
    return OneInputStreamOperatorTestHarness.repackageState(states);
  }

  @ParameterizedTest
  @CsvSource({"series.variables.a.maximum, 120", "forecast.horizon, 48", "series.history, 100"})
  void whatIsDifferentIsTakenOver(String key, String value) throws Exception {
    OperatorSubtaskState before = stateOf(FILE.job());
    JobConfig other = FILE.with(key, value).job();

    OperatorSubtaskState after = snapshot(other, before, 1, 0);

    assertDoesNotThrow(() -> snapshot(other, after, 1, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "series.step, PT30M, 'series.step: PT30M; accepted: PT1H, as in the state, or a start without it'",
    "series.sessions.open, 09:30, 'series.sessions.close: 24:00; accepted: absent, as in the state, or a start without it'",
    "domain, other, 'domain: other; accepted: weather, as in the state, or a start without it'"
  })
  void otherTopicsAndAnotherGridAreRefusedForGood(String key, String value, String refusal)
      throws Exception {
    OperatorSubtaskState before = stateOf(FILE.job());

    Throwable failure =
        assertThrows(Exception.class, () -> open(FILE.with(key, value).job(), before, 1, 0));

    assertEquals(
        refusal,
        assertInstanceOf(SuppressRestartsException.class, failure).getCause().getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "'[2024-03-29, 2024-05-01]', ''",
    "'[2024-05-01]', ''",
    "'[2024-03-29, 2024-03-01, 2024-05-01]', '2024-03-01 is new'",
    "'[]', '2024-03-29 is gone'"
  })
  void holidaysChangeOnlyWhereNoStepHasBeen(String holidays, String refusal) throws Exception {
    ConfigFile sessions =
        FILE.with("series.step", "P1D").with("series.sessions.holidays", "[2024-03-29]");
    var harness = open(sessions.job(), null, 1, 0);
    byte[] json =
        "{\"stream\":\"s\",\"time\":\"%s\",\"values\":{\"a\":1}}"
            .formatted(refusal.isEmpty() ? "2024-03-25T12:00:00Z" : "2024-04-15T12:00:00Z")
            .getBytes(StandardCharsets.UTF_8);
    harness.processElement(
        new RawRecord(
            "topic", 0, 0, Instant.parse("2025-01-01T00:00:00Z").toEpochMilli(), null, json, null),
        0);
    OperatorSubtaskState before = harness.snapshot(1, 1);
    harness.close();
    JobConfig after = sessions.with("series.sessions.holidays", holidays).job();

    if (refusal.isEmpty()) {
      assertDoesNotThrow(() -> snapshot(after, before, 1, 0));
    } else {
      Throwable failure = assertThrows(Exception.class, () -> open(after, before, 1, 0));
      String told =
          assertInstanceOf(SuppressRestartsException.class, failure).getCause().getMessage();
      assertTrue(
          told.startsWith("series.sessions.holidays: " + refusal + "; accepted: changes after"),
          told);
    }
  }

  @Test
  void everyKeyThatTheStateIsWrittenUnderIsKept() {
    Map<String, String> inEffect = FILE.job().inEffect();

    assertEquals("100.0", inEffect.get("series.variables.a.maximum"));
    assertEquals("PT1H", inEffect.get("series.step"));
    assertEquals("P1D", inEffect.get("ingest.maxGap"));
    Stream.of("kafka", "postgres", "flink", "feed")
        .forEach(
            section ->
                assertEquals(
                    0, inEffect.keySet().stream().filter(key -> key.startsWith(section)).count()));
  }
}
