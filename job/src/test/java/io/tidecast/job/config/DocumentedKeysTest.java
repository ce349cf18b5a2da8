package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecasterConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** CONFIGURATION.md has the keys of the code, each with its default; README names some of them. */
class DocumentedKeysTest {
  private static final Path MODULE = Path.of(System.getProperty("basedir", ""));

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-zA-Z.]+)` \\|[^|]+\\| ([^|]+) \\| ([^|]+) \\|$");

  private static final Pattern KEY = Pattern.compile("`([^`]+)`");

  private static final ConfigFile LEAST =
      ConfigFile.parse(
          """
          domain: weather
          series: {step: PT1H, targets: [a], variables: {a: {}}}
          forecast: {horizon: 24}
          """,
          Map.of());

  /** Defaults that follow other keys, for the least configuration. */
  private static final Map<String, String> IN_WORDS =
      Map.ofEntries(
          Map.entry("the step: none", "PT1H"),
          Map.entry("epoch / 60", "PT2H48M"),
          Map.entry("the epoch", "P7D"),
          Map.entry("two epochs", "P14D"),
          Map.entry("168 steps, from `PT1H` to `P28D`, at least the step", "P7D"),
          Map.entry("24 steps", "P1D"),
          Map.entry("one step", "PT1H"),
          Map.entry(
              "as long as `series.history`, 48 steps with `mean` and `sum`, less than `ttl`",
              "P14D"),
          Map.entry("2 steps, at least `PT30S`", "PT2H"),
          Map.entry("step / 60, at least `PT1S`", "PT1M"),
          Map.entry("none: whole numbers are found by looking", "null"),
          Map.entry("the variable's own, with `_` for what a group cannot be called", "null"));

  private static final Set<String> FIXED =
      Set.of(
          "domain",
          "series.step",
          "series.anchor",
          "series.sessions.days",
          "series.sessions.open",
          "series.sessions.close");

  /** By key: a value that is not the default; P20D for any other. */
  private static final Map<String, String> ANOTHER =
      Map.ofEntries(
          Map.entry("domain", "other"),
          Map.entry("kafka.bootstrapServers", "other:9092"),
          Map.entry("kafka.properties", "{client.id: a}"),
          Map.entry("kafka.transactionTimeout", "PT1H"),
          Map.entry("kafka.partitions", "5"),
          Map.entry("kafka.replicationFactor", "3"),
          Map.entry("kafka.format", "avro"),
          Map.entry("source.topics", "[other]"),
          Map.entry("source.pattern", "other.*"),
          Map.entry("source.start", "latest"),
          Map.entry("source.json", "{time: {column: t}, stream: s, values: {v: v}}"),
          Map.entry("series.step", "PT30M"),
          Map.entry("series.season", "P1D"),
          Map.entry("series.targets", "[a, b]"),
          Map.entry("series.covariates", "[b]"),
          Map.entry("series.knownFuture", "[c]"),
          Map.entry("series.variables.NAME.minimum", "0"),
          Map.entry("series.variables.NAME.maximum", "100"),
          Map.entry("series.variables.NAME.kind", "count"),
          Map.entry("series.variables.NAME.unit", "m"),
          Map.entry("series.variables.NAME.group", "b"),
          Map.entry("series.groups", "{north: [N-1]}"),
          Map.entry("series.transform", "random-walk"),
          Map.entry("series.aggregation", "sum"),
          Map.entry("series.history", "100"),
          Map.entry("series.calendar", "[hour-of-day]"),
          Map.entry("series.holidays", "[DE]"),
          Map.entry("series.zone", "Europe/Berlin"),
          Map.entry("series.anchor", "2024-01-07"),
          Map.entry("series.sessions.days", "[mon, wed]"),
          Map.entry("series.sessions.open", "09:30"),
          Map.entry("series.sessions.close", "16:00"),
          Map.entry("series.sessions.holidays", "[2024-12-25]"),
          Map.entry("forecast.horizon", "48"),
          Map.entry("forecast.levels", "[0.1, 0.5, 0.9]"),
          Map.entry("model.cell", "rnn"),
          Map.entry("model.layers", "2"),
          Map.entry("model.hidden", "16"),
          Map.entry("retrain.epoch", "P14D"),
          Map.entry("retrain.lead", "P1D"),
          Map.entry("retrain.minimumHistory", "1000"),
          Map.entry("retrain.window", "12"),
          Map.entry("retrain.sample", "0.5"),
          Map.entry("retrain.margin", "0.1"),
          Map.entry("retrain.newWindows", "3"),
          Map.entry("retrain.drift", "false"),
          Map.entry("retrain.shadow", "true"),
          Map.entry("retrain.watch", "3"),
          Map.entry("retrain.seed", "2"),
          Map.entry("flink", "{parallelism.default: 2}"),
          Map.entry("feed", "{type: file}"),
          Map.entry("postgres.url", "jdbc:postgresql://other/db"),
          Map.entry("forecast.maxWaiting", "7"),
          Map.entry("retrain.maxSteps", "700"),
          Map.entry("retrain.trainingShare", "0.7"),
          Map.entry("postgres.user", "other"),
          Map.entry("postgres.password", "other"),
          Map.entry("postgres.readerPassword", "other"));

  record Row(String key, String fallback, String change) {
    String inFile() {
      return key.replace("NAME", "a");
    }
  }

  static List<Row> rows() throws IOException {
    return ROW.matcher(Files.readString(MODULE.resolve("CONFIGURATION.md")))
        .results()
        .map(row -> new Row(row.group(1), row.group(2), row.group(3)))
        .toList();
  }

  @Test
  void everyKeyIsThereInTheOrderOfTheCode() throws IOException {
    assertEquals(ConfigKeys.all(), rows().stream().map(Row::key).toList());
  }

  @Test
  void everyKeyThatReadmeNamesIsOneOfThem() throws IOException {
    String section =
        Files.readString(MODULE.resolve("../README.md"))
            .split("\n## Configuration\n")[1]
            .split("\n## ")[0];
    List<String> named =
        section
            .lines()
            .filter(line -> line.startsWith("| `"))
            .flatMap(line -> KEY.matcher(line.split("\\|")[1]).results())
            .map(key -> key.group(1))
            .toList();

    assertFalse(named.isEmpty());
    assertEquals(List.of(), named.stream().filter(key -> !ConfigKeys.all().contains(key)).toList());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void defaultIsTheCodes(Row row) {
    if (row.fallback().equals("required")) {
      String refusal =
          assertThrows(IllegalArgumentException.class, () -> LEAST.with(row.key(), "null").job())
              .getMessage();
      assertTrue(refusal.startsWith(row.key() + ": absent; accepted: "), refusal);
    } else {
      ConfigFile least = withSessions(row, LEAST);
      assertEquals(least.with(row.inFile(), literal(row.fallback())).job(), least.job());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whatMayChangeIsAsTheCodeSays(Row row) {
    ConfigFile calendar = LEAST.with("series.calendar", "[day-of-week]");
    ConfigFile least =
        row.key().equals("series.knownFuture")
            ? calendar.with("series.covariates", "[c]")
            : calendar;
    ConfigFile before =
        row.key().equals("series.anchor")
            ? least.with("series.step", "P1W").with("ingest.ttl", "P2000D")
            : withSessions(row, least);
    ConfigFile after = before.with(row.inFile(), ANOTHER.getOrDefault(row.key(), "P20D"));
    Map<String, ForecasterConfig> weights = weights(before);

    assertNotEquals(before.job(), after.job());
    switch (row.change()) {
      case "yes" ->
          assertEquals(weights.entrySet(), intersection(weights(after).entrySet(), weights));
      case "new model" -> assertNotEquals(weights, weights(after));
      case "next model" -> {
        assertNotEquals(weights, weights(after));
        weights.forEach(
            (group, model) -> assertTrue(weights(after).get(group).canServe(model), group));
      }
      case "no" -> assertTrue(FIXED.contains(row.key()), row.key());
      default -> throw new AssertionError(row);
    }
  }

  private static ConfigFile withSessions(Row row, ConfigFile least) {
    return row.key().startsWith("series.sessions.")
        ? least.with("series.sessions.open", "00:00")
        : least;
  }

  private static <T> Set<T> intersection(Set<T> all, Map<?, ?> of) {
    Set<T> common = new HashSet<>(all);
    common.removeIf(entry -> !of.entrySet().contains(entry));
    return common;
  }

  /** What shapes the weights of each group. */
  private static Map<String, ForecasterConfig> weights(ConfigFile file) {
    return file.job().groups().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, group -> group.getValue().shapeOfWeights()));
  }

  private static String literal(String fallback) {
    Matcher quoted = Pattern.compile("^`([^`]+)`").matcher(fallback);
    if (quoted.find()) {
      return quoted.group(1);
    }
    assertTrue(fallback.startsWith("none") || IN_WORDS.containsKey(fallback), fallback);
    return IN_WORDS.getOrDefault(fallback, "null");
  }
}
