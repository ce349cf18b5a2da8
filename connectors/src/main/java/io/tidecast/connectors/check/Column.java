package io.tidecast.connectors.check;

import io.tidecast.connectors.serde.Decimals;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What the texts of one column are. */
final class Column {
  private static final Pattern COMMA =
      Pattern.compile("[+-]?[0-9]{1,3}(\\.[0-9]{3})+,[0-9]+|[+-]?[0-9]*,[0-9]+");
  private static final Set<String> SENTINELS =
      Set.of(
          "-999", "-9999", "-99999", "-999.9", "-999.0", "-9999.0", "-99.9", "9999.9", "99999.9");
  private static final Set<String> NONE =
      Set.of(
          "NA",
          "N/A",
          "n/a",
          "NaN",
          "nan",
          "NAN",
          "null",
          "NULL",
          "none",
          "None",
          "-",
          "--",
          "---",
          "?",
          ".",
          "M",
          "+Inf",
          "-Inf",
          "inf",
          "Infinity",
          "-Infinity");
  private static final double MOSTLY = 0.5;
  private static final int FEW = 5;

  final String name;
  private final int there;
  private int numbers;
  private int commas;
  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final Set<String> sentinels = new TreeSet<>();
  private int sentinelCount;
  private int distinct;

  Column(String name, List<String> texts) {
    this.name = name;
    int count = 0;
    for (String text : texts) {
      if (!text.isEmpty()) {
        count++;
        add(text);
      }
    }
    there = count;
    distinct = (int) texts.stream().filter(text -> !text.isEmpty()).distinct().count();
  }

  /** A text in it that is no number. */
  Optional<String> example() {
    return words.keySet().stream().findFirst();
  }

  private void add(String text) {
    if (COMMA.matcher(text).matches()) {
      commas++;
      numbers++;
    } else if (isNumber(text)) {
      numbers++;
      if (SENTINELS.contains(text)) {
        sentinels.add(text);
        sentinelCount++;
      }
    } else if (words.size() <= 1_000) {
      words.merge(text, 1, Integer::sum);
    }
  }

  static boolean isNumber(String text) {
    try {
      return Double.isFinite(Decimals.parse(text));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  boolean isEmpty() {
    return there == 0;
  }

  /** Whether it holds numbers, but for a few words that mean there is none. */
  boolean isNumeric() {
    int none =
        words.entrySet().stream()
            .filter(w -> NONE.contains(w.getKey()))
            .mapToInt(Map.Entry::getValue)
            .sum();
    return numbers > 0 && numbers >= MOSTLY * (there - none) && words.size() <= FEW;
  }

  boolean isText() {
    return there > 0 && numbers == 0;
  }

  boolean hasDecimalCommas() {
    return commas > 0;
  }

  /** Texts that stand where a number is missing. */
  Set<String> missing() {
    Set<String> missing = new TreeSet<>(words.keySet());
    if (numbers > sentinelCount) {
      missing.addAll(sentinels);
    }
    return missing;
  }

  int distinct() {
    return distinct;
  }

  int count() {
    return there;
  }
}
