package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.report.BacktestReport;
import io.tidecast.job.state.SeriesStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small files, from their text to what is made of it offline. */
class SmallFilesTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"mean, 100 25 65 70", "sum, 100 100 260 70", "last, 100 10 50 70"})
  void hoursThatBecomeQuartersAreInTheStepsTheyLieIn(String aggregation, String values)
      throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("hour-then-quarters.csv"),
            """
            start,s,v
            2025-09-30T21:00:00Z,a,100
            2025-09-30T22:00:00Z,a,40
            2025-09-30T22:15:00Z,a,30
            2025-09-30T22:30:00Z,a,20
            2025-09-30T22:45:00Z,a,10
            2025-09-30T23:00:00Z,a,80
            2025-09-30T23:15:00Z,a,70
            2025-09-30T23:30:00Z,a,60
            2025-09-30T23:45:00Z,a,50
            2025-10-01T00:00:00Z,a,70
            """);
    ConfigFile config =
        config(
            "step: PT1H, targets: [v], aggregation: " + aggregation,
            "time: {column: start}, interval: PT1H, stream: s, values: {v: v}");

    List<SeriesStep> steps =
        SeriesHistory.byGroup(config.withData(file).job()).get("v").get(0).steps();

    List<String> found = new ArrayList<>();
    for (SeriesStep step : steps) {
      found.add(String.valueOf((int) step.step().value()));
    }
    assertEquals(List.of(values.split(" ")), found);
    assertEquals(
        Instant.parse("2025-09-30T22:00:00Z").getEpochSecond() / 3600,
        steps.get(0).step().index(),
        "the bar of 21:00 ends at 22:00");
  }

  /** With fewer origins to train on than steps of history. */
  @Test
  void shortSeriesHasARowForEachMethod() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 270; i++) {
      text.append(20 + 5 * Math.sin(2 * Math.PI * i / 24) + i * 7 % 5).append('\n');
    }
    Path file = Files.writeString(directory.resolve("seasonal.csv"), text);
    ConfigFile config =
        config(
            "step: PT1H, season: PT24H, targets: [v], history: 200",
            "header: [v], time: {start: '2025-01-01T00:00:00Z', step: PT1H}, streams: {a: {v: v}}");

    BacktestReport report =
        BacktestReport.of(
            new BacktestRun(
                new BacktestRun.Options(
                    config.withData(file),
                    null,
                    BacktestRun.Mode.FROZEN,
                    EnumSet.noneOf(Part.class)),
                Phases.SILENT));

    JsonNode rows = report.json().get("rows");
    assertEquals(List.of("tidecast", "linear map"), rows.findValuesAsText("method").subList(0, 2));
    for (JsonNode row : rows) {
      assertTrue(row.get("windows").asInt() > 0 && row.get("mae").isNumber(), row::toString);
    }
    assertEquals(0, report.json().get("remarks").size(), report::table);
  }

  private static ConfigFile config(String series, String feed) {
    return ConfigFile.parse(
        """
        domain: small
        series: {%s}
        forecast: {horizon: 6}
        model: {hidden: 4}
        retrain: {minimumHistory: 100}
        feed: {type: file, %s}
        """
            .formatted(series, feed),
        Map.of());
  }
}
