package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** README's table of keys is that of the code: every key, each with its default. */
class DocumentedKeysTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-zA-Z.]+)` \\|[^|]+\\| ([^|]+) \\|$");

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
      Map.of(
          "the step: none", "PT1H",
          "epoch / 60", "PT2H48M",
          "the epoch", "P7D",
          "24 steps", "P1D",
          "2 steps, at least `PT30S`", "PT2H",
          "the variable's own, with `_` for what a group cannot be called", "null");

  record Row(String key, String fallback) {
    String inFile() {
      return key.replace("NAME", "a");
    }
  }

  static List<Row> rows() throws IOException {
    String readme = Files.readString(Path.of(System.getProperty("basedir", ""), "../README.md"));
    int start = readme.indexOf("\n## Configuration");
    Matcher rows = ROW.matcher(readme.substring(start, readme.indexOf("\n## ", start + 1)));
    return rows.results().map(row -> new Row(row.group(1), row.group(2))).toList();
  }

  @Test
  void everyKeyIsThereInTheOrderOfTheCode() throws IOException {
    assertEquals(ConfigKeys.all(), rows().stream().map(Row::key).toList());
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
      assertEquals(LEAST.with(row.inFile(), literal(row.fallback())).job(), LEAST.job());
    }
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
