package io.tidecast.connectors.check;

import io.tidecast.connectors.serde.Decimals;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the texts of one column are. */
final class Column {
  private static final Pattern COMMA =
      Pattern.compile("[+-]?[0-9]{1,3}(\\.[0-9]{3})+,[0-9]+|[+-]?[0-9]*,[0-9]+");
  private static final Pattern GROUPED =
      Pattern.compile("[+-]?[0-9]{1,3}(([,' \u00a0])[0-9]{3})+(\\.[0-9]+)?");
  private static final Pattern DOTTED = Pattern.compile("[+-]?[0-9]{1,3}(\\.[0-9]{3})+,[0-9]+");
  private static final Pattern MARKED =
      Pattern.compile("(\\p{Sc}?)\\s*([+-]?[0-9][0-9.,']*)((?:%|\\p{Sc}|\\s+[^0-9\\s]{1,8})?)");
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
  private static final int SHOWN = 60;

  final String name;
  private final int there;
  private int numbers;
  private int commas;
  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final Set<String> sentinels = new TreeSet<>();
  private int sentinelCount;
  private int distinct;
  private int pointed;
  private String grouping = "";

  /** Texts around its numbers. */
  final Set<String> marks;

  Column(String name, List<String> texts) {
    this.name = name;
    marks = marks(texts);
    int count = 0;
    for (String text : texts) {
      if (!text.isEmpty()) {
        count++;
        Matcher marked = MARKED.matcher(text);
        add(!marks.isEmpty() && marked.matches() ? marked.group(2) : text);
      }
    }
    there = count;
    distinct = (int) texts.stream().filter(text -> !text.isEmpty()).distinct().count();
  }

  /** What stands around most of the texts, where it is the same. */
  private static Set<String> marks(List<String> texts) {
    Map<List<String>, Integer> pairs = new HashMap<>();
    int there = 0;
    for (String text : texts) {
      Matcher marked = MARKED.matcher(text);
      there += text.isEmpty() ? 0 : 1;
      if (marked.matches()) {
        pairs.merge(List.of(marked.group(1), marked.group(3).strip()), 1, Integer::sum);
      }
    }
    for (Map.Entry<List<String>, Integer> pair : pairs.entrySet()) {
      if (pair.getValue() * 10 >= there * 9) {
        Set<String> marks = new TreeSet<>(pair.getKey());
        marks.remove("");
        return marks;
      }
    }
    return Set.of();
  }

  /** A text in it that is no number, or its beginning. */
  Optional<String> example() {
    return words.keySet().stream().findFirst().map(Column::begin);
  }

  /** As much of a text as a line of words has room for. */
  static String begin(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }

  /** The mark between thousands, or nothing. */
  String grouping() {
    return grouping;
  }

  private void add(String text) {
    Matcher grouped = GROUPED.matcher(text);
    if (grouped.matches() && (grouped.group(3) != null || !grouped.group(2).equals(","))) {
      grouping = grouped.group(2);
      numbers++;
    } else if (COMMA.matcher(text).matches()) {
      grouping = DOTTED.matcher(text).matches() ? "." : grouping;
      commas++;
      numbers++;
      pointed += grouped.matches() ? 1 : 0;
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

  /** Whether its texts may name streams. */
  boolean isName() {
    return words.keySet().stream().noneMatch(text -> text.matches("(?s).*\\p{Cntrl}.*"));
  }

  boolean isText() {
    return there > 0 && numbers == 0;
  }

  /** A comma before three digits alone says neither, beside points it stands for thousands. */
  boolean hasDecimalCommas() {
    return commas > 0 && !(grouping.equals(",") && pointed == commas);
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
