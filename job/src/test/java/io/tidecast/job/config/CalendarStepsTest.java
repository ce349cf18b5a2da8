package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of the calendar and of sessions, as a file asks for them. */
class CalendarStepsTest {
  private static JobConfig parse(String series) {
    return ConfigFile.parse(
            "domain: d\nseries: {targets: [v], %s}\nforecast: {horizon: 2}\n".formatted(series),
            Map.of())
        .job();
  }

  private static Instant end(JobConfig config, String covered, int lead) {
    var grid = config.series().grid();
    return Instant.ofEpochMilli(
        grid.end(grid.indexOf(Instant.parse(covered).toEpochMilli()) + lead));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step: P1M|2024-01-31T12:00:00Z|2024-02-01T00:00:00Z|2024-03-01T00:00:00Z",
        "step: P1M, zone: Europe/Berlin|2024-03-01T00:00:00Z"
            + "|2024-03-31T22:00:00Z|2024-04-30T22:00:00Z",
        "step: P1M, anchor: 2024-01-31|2024-02-01T00:00:00Z"
            + "|2024-02-29T00:00:00Z|2024-03-31T00:00:00Z",
        "step: P3M|2024-02-01T00:00:00Z|2024-04-01T00:00:00Z|2024-07-01T00:00:00Z",
        "step: P1Y|2024-02-01T00:00:00Z|2025-01-01T00:00:00Z|2026-01-01T00:00:00Z",
        "step: P1W|2024-03-06T00:00:00Z|2024-03-11T00:00:00Z|2024-03-18T00:00:00Z",
        "step: P1W, anchor: 2024-03-10|2024-03-06T00:00:00Z"
            + "|2024-03-10T00:00:00Z|2024-03-17T00:00:00Z",
        "step: P1D, sessions: {holidays: [2024-03-11]}|2024-03-08T12:00:00Z"
            + "|2024-03-12T00:00:00Z|2024-03-13T00:00:00Z",
        "'step: PT1H, zone: America/New_York, sessions: {open: \"09:30\", close: \"16:00\"}'"
            + "|2024-03-08T20:45:00Z|2024-03-08T21:00:00Z|2024-03-11T14:30:00Z"
      })
  void aStepEndsWhereTheCalendarSays(String series, String time, Instant end, Instant next) {
    JobConfig config = parse(series.replace("'", ""));

    assertEquals(end, end(config, time, 0));
    assertEquals(next, end(config, time, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step: P1M, season: P1Y|12",
        "step: P1W, season: P1Y|52",
        "step: P1M|1",
        "step: P1D, season: P1W, sessions: {}|5",
        "step: P1D, season: P1W, sessions: {days: [sat, Sunday]}|2",
        "step: PT1H, season: P1D, sessions: {open: '09:30', close: '16:00'}|7",
        "step: PT1H, season: P1W|168",
        "step: PT1H, season: P1D, sessions: {days: [mon, tue, wed, thu, fri, sat, sun]}|24",
      })
  void seasonsAreInTheSameWords(String series, int steps) {
    assertEquals(steps, parse(series).series().seasonSteps());
  }

  @Test
  void whatIsPrintedReadsBack() {
    for (String series :
        new String[] {
          "step: P1M, season: P1Y, zone: Europe/Berlin",
          "step: P2W",
          "step: PT1H, sessions: {days: [mon, fri], close: '12:00', holidays: [2024-12-25]}"
        }) {
      JobConfig config = parse(series);
      assertEquals(config, ConfigFile.parse(config.toYaml(), Map.of()).job());
    }
  }

  @Test
  void holidaysAreNoReasonForAnotherModel() {
    JobConfig before = parse("step: P1D, sessions: {}");
    JobConfig after = parse("step: P1D, sessions: {holidays: [2024-12-25]}");

    assertTrue(before.forecaster("v").sharesWeightsWith(after.forecaster("v")));
    assertEquals(before.forecaster("v").shapeOfState(), after.forecaster("v").shapeOfState());
    assertFalse(before.forecaster("v").sharesWeightsWith(parse("step: P1D").forecaster("v")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step: P1Q|series.step: P1Q; accepted: a duration with its unit, such as P1M, P7D",
        "step: P0M|series.step: P0M; accepted: ",
        "step: P1M1D|series.step: P1M1D; accepted: a duration with its unit, such as P1M",
        "step: P1M, season: P45D|series.season: P45D; accepted: a multiple of series.step, P1M",
        "step: P1W, season: P1M|series.season: P1M; accepted: a multiple of series.step, P1W",
        "step: P1D, anchor: 2024-01-01|series.anchor: 2024-01-01; accepted: only with a series.step",
        "step: P1W, anchor: monday|series.anchor: monday; accepted: a date, such as 2024-12-25",
        "step: P1M, sessions: {}|series.step: P1M; accepted: a day or less with series.sessions",
        "step: P2D, sessions: {}|series.step: P2D; accepted: a day or less with series.sessions",
        "step: PT1H, sessions: {open: 9}|series.sessions.open: 9; accepted: a time, such as 09:30",
        "step: PT1H, sessions: {open: '16:00', close: '09:30'}"
            + "|series.sessions.close: 09:30; accepted: later than open, 16:00",
        "step: PT1H, sessions: {days: [noday]}|series.sessions.days: noday; accepted: monday, ",
        "step: PT1H, sessions: {holidays: [25.12.]}|series.sessions.holidays: 25.12.; accepted: a",
        "step: PT1H, zone: Mars|series.zone: Mars; accepted: an IANA zone",
      })
  void whatIsNoStepIsRefusedByItsKey(String series, String start) {
    String refusal = assertThrows(IllegalArgumentException.class, () -> parse(series)).getMessage();

    assertTrue(refusal.startsWith(start), refusal);
  }
}
