package io.tidecast.connectors.check;

import static java.util.Locale.ROOT;

import io.tidecast.connectors.file.Spelling;
import io.tidecast.connectors.serde.Decimals;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the texts of one column are. */
final class Column {
  private static final Pattern COMMA =
      Pattern.compile("[+-]?[0-9]{1,3}([.' ][0-9]{3})+,[0-9]+|[+-]?[0-9]*,[0-9]+");
  private static final Pattern GROUPED =
      Pattern.compile("[+-]?[0-9]{1,3}(([,' ])[0-9]{3})+(\\.[0-9]+)?");

  /** With a decimal comma, which says what the other mark is. */
  private static final Pattern DOTTED = Pattern.compile("[+-]?[0-9]{1,3}(([.' ])[0-9]{3})+,[0-9]+");

  private static final Pattern MARKED =
      Pattern.compile(
          "(\\p{Sc}?)\\s*([+-]?[0-9][0-9.,']*)((?:%|[*#\u2020]|\\p{Sc}|\\s+[^0-9\\s]{1,8})?)");
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
          "\\N",
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

  /** Numbers that many programs and instruments write where there is none. */
  private static final Pattern CODE =
      Pattern.compile(
          "-?9{2,}([.](9+|0+))?|-?32767|-32768|65535|2147483647|-2147483648|-?1[.]0E[23]0");

  /** Ranges of the others. */
  private static final double FAR = 3;

  private static final double MOSTLY = 0.5;
  private static final int FEW = 5;
  private static final int SHOWN = 60;

  final String name;
  private final int there;
  private int numbers;
  private int commas;

  /** What switches say. */
  private static final List<List<String>> NO_AND_YES =
      List.of(
          List.of("false", "true"),
          List.of("no", "yes"),
          List.of("off", "on"),
          List.of("closed", "open"));

  private final Map<String, Integer> words = new LinkedHashMap<>();
  private final Set<String> sentinels = new TreeSet<>();
  private final NavigableMap<Double, String> values = new TreeMap<>();
  private final Map<Double, Integer> counts = new HashMap<>();
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
        return around(pair.getKey());
      }
    }
    // or no more than one kind, at some of them
    pairs.remove(List.of("", ""));
    boolean some =
        pairs.size() == 1
            && texts.stream().allMatch(t -> t.isEmpty() || MARKED.matcher(t).matches());
    return some ? around(pairs.keySet().iterator().next()) : Set.of();
  }

  private static Set<String> around(List<String> pair) {
    Set<String> marks = new TreeSet<>(pair);
    marks.remove("");
    return marks;
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

  private void add(String written) {
    String text = Spelling.plain(written);
    Matcher grouped = GROUPED.matcher(text);
    if (grouped.matches() && (grouped.group(3) != null || !grouped.group(2).equals(","))) {
      grouping = grouped.group(2);
      numbers++;
    } else if (COMMA.matcher(text).matches()) {
      Matcher dotted = DOTTED.matcher(text);
      grouping = dotted.matches() ? dotted.group(2) : grouping;
      commas++;
      numbers++;
      pointed += grouped.matches() ? 1 : 0;
    } else if (isNumber(text)) {
      numbers++;
      double value = Decimals.parse(text);
      values.putIfAbsent(value, text);
      counts.merge(value, 1, Integer::sum);
      if (SENTINELS.contains(text)) {
        sentinels.add(text);
        sentinelCount++;
      }
    } else if (words.size() <= 1_000) {
      words.merge(written, 1, Integer::sum);
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

  /** Numbers that its words stand for, if it says nothing but no and yes. */
  Map<String, Double> switches() {
    for (List<String> two : NO_AND_YES) {
      boolean all = words.keySet().stream().allMatch(word -> two.contains(word.toLowerCase(ROOT)));
      if (all && numbers == 0 && words.size() == 2) {
        Map<String, Double> values = new TreeMap<>();
        words
            .keySet()
            .forEach(word -> values.put(word, (double) two.indexOf(word.toLowerCase(ROOT))));
        return values;
      }
    }
    return Map.of();
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
    if (!switches().isEmpty()) {
      return Set.of();
    }
    Set<String> missing = new TreeSet<>(words.keySet());
    farOut().filter(text -> CODE.matcher(text).matches()).ifPresent(missing::add);
    if (numbers > sentinelCount) {
      missing.addAll(sentinels);
    }
    return missing;
  }

  /**
   * A number far outside the range of all others that is there again and again, as one that stands
   * for none is.
   */
  Optional<String> farOut() {
    if (values.size() < 3) {
      return Optional.empty();
    }
    double least = values.firstKey();
    double most = values.lastKey();
    double second = values.higherKey(least);
    double lastButOne = values.lowerKey(most);
    if (counts.get(most) > 1 && most - lastButOne > FAR * (lastButOne - least)) {
      return Optional.of(values.get(most));
    }
    return counts.get(least) > 1 && second - least > FAR * (most - second)
        ? Optional.of(values.get(least))
        : Optional.empty();
  }

  int distinct() {
    return distinct;
  }

  int count() {
    return there;
  }
}
