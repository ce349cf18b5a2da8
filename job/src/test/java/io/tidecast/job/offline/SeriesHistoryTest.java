package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.job.state.OpenStep.Aggregation;
import io.tidecast.model.Stretch;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesHistoryTest {
  private static final IngestConfig CONFIG = config("[]");

  private static IngestConfig config(String known) {
    return new JobParts(
            ConfigFile.parse(
                    """
                    domain: plant
                    kafka: {bootstrapServers: "kafka:9092"}
                    series:
                      step: PT1H
                      targets: [t]
                      covariates: [w]
                      knownFuture: %s
                      variables: {t: {minimum: -60, maximum: 60}}
                    forecast: {horizon: 2}
                    """
                        .formatted(known),
                    Map.of())
                .job())
        .ingest();
  }

  @Test
  void rowsBecomeStepsThatEndOnTheGridWithTheConfiguredAggregation() {
    Stretch window =
        window(
            Aggregation.MEAN,
            at("2024-01-01T00:10:00Z", Map.of("t", 1.0, "w", 5.0)),
            at("2024-01-01T01:00:00Z", Map.of("t", 3.0)),
            at("2024-01-01T01:30:00Z", Map.of("t", 7.0)));

    assertEquals(2, window.values().length);
    assertEquals(hours("2024-01-01T02:00:00Z"), window.end());
    assertArrayEquals(new float[] {2, 5}, window.values()[0]);
    assertArrayEquals(new float[] {7, Float.NaN}, window.values()[1]);
  }

  @Test
  void stepsWithoutAnObservationAreMissingValues() {
    Stretch window =
        window(
            Aggregation.LAST,
            at("2024-01-01T01:00:00Z", Map.of("t", 1.0)),
            at("2024-01-01T04:00:00Z", Map.of("t", 4.0)));

    assertEquals(4, window.values().length);
    assertArrayEquals(new float[] {Float.NaN, Float.NaN}, window.values()[2]);
  }

  @Test
  void valuesThatCannotBeTrueAreLeftOut() {
    Stretch window =
        window(
            Aggregation.LAST,
            at("2024-01-01T01:00:00Z", Map.of("t", 1000.0, "w", 2.0)),
            at("2024-01-01T02:00:00Z", Map.of("t", 4.0)));

    assertArrayEquals(new float[] {Float.NaN, 2}, window.values()[0]);
  }

  @Test
  void whatIsKnownBeforehandIsToldToTheStepsBeforeIt() {
    List<ObservationRecord> records =
        List.of(
            at("2024-01-01T01:00:00Z", Map.of("t", 1.0, "w", 5.0)),
            at("2024-01-01T02:00:00Z", Map.of("t", 3.0)),
            at("2024-01-01T03:00:00Z", Map.of("w", 7.0)),
            at("2024-01-01T04:00:00Z", Map.of("w", 8.0)));

    Stretch window = SeriesHistory.of(records, config("[w]"), Aggregation.LAST).get(0).toWindow();

    // the rows of steps to come are none of the series' own
    assertEquals(2, window.values().length);
    assertArrayEquals(new float[] {1, 5, Float.NaN, 7}, window.values()[0]);
    assertArrayEquals(new float[] {3, Float.NaN, 7, 8}, window.values()[1]);
  }

  /** The same numbers as those of the job: IssuesHarnessTest. */
  @ParameterizedTest
  @CsvSource({"MEAN, 3", "SUM, 12", "LAST, 5"})
  void severalValuesThatAreKnownOfAStepAreMadeOne(Aggregation aggregation, float known) {
    List<ObservationRecord> records =
        List.of(
            at("2024-01-01T01:00:00Z", Map.of("t", 1.0)),
            at("2024-01-01T01:12:00Z", Map.of("w", 1.0)),
            at("2024-01-01T01:30:00Z", Map.of("w", 2.0)),
            at("2024-01-01T01:48:00Z", Map.of("w", 99.0)),
            at("2024-01-01T01:48:00Z", Map.of("w", 4.0)),
            at("2024-01-01T02:00:00Z", Map.of("t", 2.0, "w", 5.0)));

    Stretch window = SeriesHistory.of(records, config("[w]"), aggregation).get(0).toWindow();

    assertArrayEquals(new float[] {1, Float.NaN, known, Float.NaN}, window.values()[0]);
    assertArrayEquals(new float[] {2, known, Float.NaN, Float.NaN}, window.values()[1]);
  }

  private static Stretch window(Aggregation aggregation, ObservationRecord... records) {
    List<SeriesHistory> histories = SeriesHistory.of(List.of(records), CONFIG, aggregation);
    assertEquals("s/t", histories.get(0).series());
    return histories.get(0).toWindow();
  }

  private static ObservationRecord at(String time, Map<String, Double> values) {
    return new ObservationRecord("s", Instant.parse(time), values);
  }

  private static long hours(String time) {
    return Instant.parse(time).getEpochSecond() / 3600;
  }
}
