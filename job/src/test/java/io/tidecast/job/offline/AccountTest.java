package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccountTest {
  @TempDir private Path directory;

  private static ConfigFile config(String aggregation) {
    return ConfigFile.parse(
        """
            domain: d
            series:
              step: PT1H
              targets: [v, w]
              covariates: [c]
              aggregation: %s
              variables: {v: {minimum: -5, maximum: 5}, c: {maximum: 1}}
            forecast: {horizon: 2}
            feed: {type: file, time: {column: time}, stream: s, values: {v: v, w: w}}
            """
            .formatted(aggregation),
        Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"last", "mean", "sum"})
  void everyValueThatWasReadIsSteppedReplacedOrMasked(String aggregation) {
    Random random = new Random(5);
    List<ObservationRecord> records = new ArrayList<>();
    long values = 0;
    for (int i = 0; i < 2_000; i++) {
      Instant time = Instant.parse("2025-01-01T00:00:00Z").plusSeconds(600L * random.nextInt(900));
      Map<String, Double> row =
          random.nextInt(4) == 0
              ? Map.of("c", 9.0)
              : Map.of("v", 12 * random.nextDouble() - 6, "c", 2 * random.nextDouble());
      values += row.containsKey("v") ? 1 : 0;
      records.add(new ObservationRecord("s" + random.nextInt(3), time, row));
    }

    Account account = Account.byGroup(config(aggregation).job(), records).get("v");

    assertEquals(values, account.read());
    assertEquals(values, account.stepped() + account.replaced() + account.masked());
    assertTrue(account.replaced() > 0 && account.masked() > 0, account.words());
    long steps =
        SeriesHistory.byGroup(config(aggregation).job(), records).get("v").stream()
            .flatMap(series -> series.steps().stream())
            .filter(step -> !Double.isNaN(step.step().value()))
            .count();
    assertTrue(steps > 0 && steps <= account.stepped(), account.words());
  }

  @Test
  void seriesOfWhichNothingIsLeftIsNamed() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("data.csv"),
            """
            time,s,v,w
            2025-01-01T00:00:00Z,a,1,1
            2025-01-01T00:00:00Z,b,99,1
            2025-01-01T01:00:00Z,b,98,1
            2025-01-01T01:00:00Z,a,3,1
            2025-01-01T01:00:00Z,a,2,NA

            """);

    assertEquals(
        """
        v: 5 values read: 2 stepped, 1 replaced, 2 masked; nothing left of [b/v]
        w: 4 values read: 4 stepped, 0 replaced, 0 masked
        series.covariates [c]: no row has a value of them
        """,
        Account.ofFile(config("sum").withData(file).job()).words());
  }

  @Test
  void valuesWithoutALogarithmAreMasked() throws IOException {
    StringBuilder text = new StringBuilder("time,s,v,w\n");
    double[] values = {20, 19, 18, 17, -37.63, 10, 0, 12, 13, 14, 15, 16};
    for (int i = 0; i < values.length; i++) {
      text.append("2025-03-01T%02d:00:00Z,a,,%s\n".formatted(i, values[i]));
    }
    Path file = Files.writeString(directory.resolve("oil.csv"), text);

    Account account =
        Account.ofFile(config("last").with("series.transform", "log-return").withData(file).job())
            .groups()
            .get("w");

    assertEquals("12 values read: 10 stepped, 0 replaced, 2 masked", account.words());
  }

  @Test
  void covariateThatSinglePrecisionDoesNotTellIsNamed() throws IOException {
    StringBuilder text = new StringBuilder("time,s,v,w\n");
    for (int i = 0; i < 48; i++) {
      Instant time = Instant.parse("2025-01-01T00:00:00Z").plusSeconds(3600L * i);
      text.append(time).append(",a,").append(i % 5).append(',');
      text.append(10_000_000_000L + 700L * i).append('\n');
    }
    Path file = Files.writeString(directory.resolve("counter.csv"), text);

    assertEquals(List.of(), Account.ofFile(config("last").withData(file).job()).coarse());
    JobConfig reading =
        config("last")
            .with("series.targets", "[v]")
            .with("series.covariates", "[w, c]")
            .withData(file)
            .job();
    List<String> coarse = Account.ofFile(reading).coarse();

    assertEquals(1, coarse.size(), coarse::toString);
    assertTrue(
        coarse.get(0).startsWith("a/w: 47 of 47 changes of this covariate are lost"),
        coarse::toString);
    assertTrue(FileCheck.of(reading).contains("a/w: 47 of 47 changes"));
    assertFalse(FileCheck.of(file).contains("a/w: 47 of 47 changes"));
  }
}
