package io.tidecast.job.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.config.ConfigKeys;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every key with a value that cannot be: the start stops with that key. */
class WrongConfigurationTest {
  private static final String LEAST =
      """
      domain: weather
      series: {step: PT1H, targets: [a]}
      forecast: {horizon: 24}
      """;

  /** A value of a kind that no key of the section has. */
  private static final Map<String, String> WRONG_KIND =
      Map.of(
          "domain", "{a: b}",
          "kafka.bootstrapServers", "{a: b}",
          "series.zone", "{a: b}",
          "series.variables.NAME.unit", "{a: b}",
          "series.variables.NAME.group", "{a: b}",
          "postgres.url", "{a: b}",
          "postgres.user", "{a: b}",
          "postgres.password", "{a: b}",
          "postgres.readerPassword", "{a: b}");

  @TempDir Path directory;

  private String refusal(String key, String value) throws IOException {
    StringWriter err = new StringWriter();
    Path file = Files.writeString(directory.resolve("config.yaml"), LEAST);
    int code =
        Tidecast.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute("run", "--config", file.toString(), "--set", key + "=" + value);
    assertEquals(2, code, err::toString);
    return err.toString();
  }

  @Test
  void valueOfTheWrongKindIsRefusedWithItsKey() throws IOException {
    Set<String> keys = new TreeSet<>(ConfigKeys.all());
    keys.remove("feed"); // is not read by run
    for (String key : keys) {
      String inFile = key.replace("NAME", "a");

      String refusal = refusal(inFile, WRONG_KIND.getOrDefault(key, "wrong"));

      assertTrue(refusal.startsWith("tidecast: " + inFile + ": "), refusal);
      assertFalse(refusal.contains("\tat "), refusal);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "domain | Weather",
        "kafka.bootstrapServers | ''",
        "kafka.transactionTimeout | P8D",
        "kafka.partitions | 0",
        "series.step | PT0S",
        "series.season | PT90M",
        "series.longSeason | -PT1H",
        "series.targets | []",
        "series.variables.a.minimum | 1.0e+999",
        "series.history | 7",
        "series.zone | Mars/Olympus",
        "forecast.horizon | 2161",
        "forecast.levels | [0.5]",
        "forecast.evaluationPeriod | -PT1H",
        "model.layers | 5",
        "model.hidden | 513",
        "model.ablate | [everything]",
        "retrain.epoch | PT0S",
        "retrain.lead | P7D",
        "retrain.every | -P1D",
        "retrain.minimumHistory | 0",
        "retrain.window | 0",
        "retrain.history | P1D",
        "retrain.sample | 1.1",
        "retrain.margin | 1",
        "ingest.maxOutOfOrder | -PT1S",
        "ingest.maxFuture | -PT1S",
        "ingest.maxGap | -PT1H",
        "postgres.url | mysql://db",
        "postgres.user | ''",
        "postgres.retention | -P1D"
      })
  void valueOutOfRangeIsRefusedWithItsKeyAndWhatIsAccepted(String key, String value)
      throws IOException {
    String refusal = refusal(key, value);

    assertTrue(refusal.startsWith("tidecast: " + key + ": "), refusal);
    assertTrue(refusal.contains("; accepted: "), refusal);
    assertTrue(isKey(key), key);
  }

  private static boolean isKey(String key) {
    return ConfigKeys.all().stream()
        .map(known -> known.replace("NAME", "a"))
        .collect(Collectors.toSet())
        .contains(key);
  }
}
