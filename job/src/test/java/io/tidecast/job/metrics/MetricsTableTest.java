package io.tidecast.job.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of METRICS.md has what the job counts, no more and no less. */
class MetricsTableTest {
  private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "METRICS.md");

  /** A row: the name, then its label or nothing. */
  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+)` \\| (?:`(\\w+)` )?\\|", Pattern.MULTILINE);

  @Test
  void everyMetricHasItsRow() throws IOException {
    assertEquals(constants(false), column(1));
  }

  @Test
  void everyLabelIsInTheTable() throws IOException {
    assertEquals(constants(true), column(2));
  }

  private static Set<String> constants(boolean labels) {
    return Arrays.stream(Metrics.class.getFields())
        .filter(field -> !field.getName().equals("GROUP"))
        .filter(field -> field.getName().startsWith("BY_") == labels)
        .map(MetricsTableTest::value)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String value(Field field) {
    try {
      return (String) field.get(null);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<String> column(int group) throws IOException {
    return ROW.matcher(Files.readString(DOCUMENT))
        .results()
        .map((MatchResult row) -> row.group(group))
        .filter(name -> name != null)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
