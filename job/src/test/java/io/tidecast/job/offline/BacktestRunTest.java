package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.report.BacktestReport;
import io.tidecast.model.eval.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BacktestRunTest {
  private static final int ROWS = 1200;

  @TempDir static Path directory;

  private static BacktestReport report;

  @BeforeAll
  static void run() throws IOException {
    report =
        BacktestReport.of(
            new BacktestRun(
                new BacktestRun.Options(
                    config().withData(data()),
                    SplitRows.parse("800,200,200"),
                    BacktestRun.Mode.FROZEN,
                    EnumSet.of(Part.STATE, Part.COVARIATES)),
                Phases.SILENT));
  }

  @Test
  void everyMethodHasARowOverTheSameOrigins() {
    JsonNode rows = report.json().get("rows");

    List<String> methods = new ArrayList<>();
    rows.forEach(row -> methods.add(row.get("method").asText()));
    assertEquals(
        List.of(
            "tidecast",
            "tidecast without state",
            "tidecast without covariates",
            "linear map",
            "persistence",
            "persistence, fixed quantiles",
            "seasonal naive",
            "drift",
            "Holt-Winters"),
        methods);
    for (JsonNode row : rows) {
      // two stations, origins 999 to 1195
      assertEquals(2 * 197, row.get("windows").asInt(), row.get("method").asText());
    }
  }

  @Test
  void aRowHasEveryMeasureInAllBySeriesAndByLead() {
    JsonNode row = report.json().get("rows").get(0);

    assertEquals("load", row.get("group").asText());
    assertEquals(4, row.get("horizon").asInt());
    assertMeasures(row);
    assertEquals(4, row.get("leads").size());
    row.get("leads").forEach(BacktestRunTest::assertMeasures);
    assertTrue(row.get("anomalies").isObject(), row.toString());
    assertEquals(List.of("a/load", "b/load"), row.get("series").findValuesAsText("series"));
    row.get("series").forEach(BacktestRunTest::assertMeasures);
    assertEquals(7, row.get("reliability").size());
    double mae = row.get("mae").asDouble();
    double byLead =
        StreamSupport.stream(row.get("leads").spliterator(), false)
            .mapToDouble(lead -> lead.get("mae").asDouble())
            .average()
            .orElseThrow();
    assertEquals(mae, byLead, 1e-9);
  }

  private static void assertMeasures(JsonNode row) {
    assertTrue(row.get("windows").isNumber(), row.toString());
    for (Measure measure : Measure.values()) {
      assertTrue(row.get(measure.key()).isNumber(), measure + " in " + row);
    }
    for (String interval : List.of("0.9", "0.8", "0.5")) {
      double coverage = row.get("coverage").get(interval).asDouble();
      assertTrue(coverage > 0 && coverage <= 1, row.toString());
      assertTrue(row.get("width").get(interval).asDouble() > 0, row.toString());
    }
  }

  @Test
  void whatIsTrainedIsReported() {
    JsonNode trainings = report.json().get("trainings");

    assertEquals(
        List.of("tidecast", "tidecast without covariates", "linear map"),
        trainings.findValuesAsText("method"));
    assertEquals(
        trainings.get(0).get("losses").size() + 1, trainings.get(0).get("validation").size());
  }

  @Test
  void theTableHasALineForEachMethodWithTheFiguresOfTheJson() {
    String[] lines = report.table().split("\n");

    assertTrue(lines[1].startsWith("method"), lines[1]);
    assertTrue(lines[2].startsWith("tidecast "), lines[2]);
    String mae = lines[2].split("\\s+")[4];
    double exact = report.json().get("rows").get(0).get("mae").asDouble();
    assertEquals(exact, Double.parseDouble(mae), 1e-3 * exact);
  }

  @Test
  void theForecasterIsTestedAgainstEveryOtherMethod() {
    JsonNode rows = report.json().get("rows");

    assertTrue(rows.get(0).path("dieboldMariano").isMissingNode(), rows.toString());
    JsonNode test = rows.get(4).get("dieboldMariano");
    assertTrue(test.get("statistic").asDouble() < -2, rows.toString());
    assertTrue(test.get("p").asDouble() < 0.05, rows.toString());
    assertEquals(197, test.get("origins").asInt());
    String line =
        report
            .table()
            .lines()
            .filter(one -> one.startsWith("tidecast is "))
            .findFirst()
            .orElseThrow();
    assertTrue(
        line.matches(
            "tidecast is (better than|worse than|not told from) [A-Za-z -]+ in scaled CRPS:"
                + " Diebold-Mariano -?\\d+\\.\\d, p (<|=) 0\\.\\d{3}, 197 origins"),
        line);
  }

  @Test
  void theForecasterBeatsPersistenceOnASeasonalSeries() {
    JsonNode rows = report.json().get("rows");

    assertTrue(
        rows.get(0).get("mae").asDouble() < 0.8 * rows.get(4).get("mae").asDouble(),
        rows.toString());
  }

  static ConfigFile config() throws IOException {
    Path file = directory.resolve("config.yaml");
    Files.writeString(
        file,
        """
        domain: test
        series:
          step: PT1H
          season: PT12H
          targets: [load]
          covariates: [wind]
          variables: {wind: {unit: m/s, minimum: 0}}
          history: 36
        forecast:
          horizon: 4
        model:
          hidden: 4
        feed:
          type: file
          stream: station
          values: {load: load, wind: wind}
          time: {column: time}
        """);
    return ConfigFile.read(file);
  }

  static Path data() throws IOException {
    Random random = new Random(11);
    StringBuilder csv = new StringBuilder("time,station,load,wind\n");
    Instant start = Instant.parse("2024-01-01T00:00:00Z");
    for (int i = 0; i < ROWS; i++) {
      for (String station : List.of("a", "b")) {
        csv.append(
            String.format(
                Locale.ROOT,
                "%s,%s,%.4f,%.4f%n",
                start.plusSeconds(3600L * i),
                station,
                5 + 2 * Math.sin(2 * Math.PI * i / 12) + 0.3 * random.nextGaussian(),
                random.nextGaussian()));
      }
    }
    return Files.writeString(directory.resolve("data.csv"), csv);
  }
}
