package io.tidecast.connectors.check;

import io.tidecast.connectors.file.BlankRuns;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A text of separated fields, of which nobody has said how it is made. */
final class CsvTable {
  private static final List<String> DELIMITERS = List.of(",", ";", "\t", "|");
  private static final int LOOK = 200;
  private static final int HEADER_LINES = 100;
  private static final Pattern ESCAPED = Pattern.compile("[^\"\\\\]\\\\\"[^,;\t]");
  private static final Pattern SINGLE = Pattern.compile("^'[^'\"]*'[,;\t|]|[,;\t|]'[^'\"]*'$");

  private final String text;
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private final boolean hasComments;
  private final boolean isEscaped;
  private final char quote;

  private CsvTable(String text) {
    this.text = text;
    hasComments = text.lines().limit(LOOK).anyMatch(line -> line.startsWith("#"));
    isEscaped = text.lines().limit(LOOK).anyMatch(line -> ESCAPED.matcher(line).find());
    quote = text.lines().limit(LOOK).filter(l -> SINGLE.matcher(l).find()).count() > 1 ? '\'' : '"';
  }

  /** What stands below names in tables for people, as of Markdown and of databases' shells. */
  private static final Pattern RULE = Pattern.compile("[:+|=-]{2,}");

  /**
   * One record, and the line it ends on.
   *
   * @param isUnderlined whether a line of rules is below it, which then is its end
   */
  private record Line(List<String> fields, long end, boolean isUnderlined) {
    private Line underlined(long line) {
      return new Line(fields, line, true);
    }
  }

  /**
   * Its first rows.
   *
   * @throws IllegalArgumentException if quotes are not closed
   */
  static Table of(String text, int maxRows) {
    return new CsvTable(text).table(maxRows);
  }

  private Table table(int maxRows) {
    if (hasComments) {
      settings.put("comment", "#");
    }
    if (quote == '\'') {
      settings.put("quote", "'");
    }
    if (isEscaped) {
      settings.put("escape", "\\");
    }
    String delimiter = delimiter();
    if (!delimiter.equals(",")) {
      settings.put("delimiter", delimiter);
    }
    List<Line> lines = lines(delimiter, maxRows + LOOK);
    List<List<String>> records = lines.stream().map(Line::fields).toList();
    int width = usualWidth(records);
    int header = header(records, width);
    int data = header + 1;
    while (header >= 0 && data + 1 < records.size() && isWords(records.get(data))) {
      data++;
    }
    List<String> columns = columns(records, header, width, delimiter);
    boolean apart =
        new HashSet<>(columns).size() < columns.size()
            || data > header + 1
            || header >= 0 && lines.get(header).isUnderlined();
    if (header >= 0 && apart) {
      settings.put("skip", lines.get(data - 1).end());
      columns = distinct(columns);
    }
    if (header < 0 || apart) {
      settings.put("header", columns);
    }
    List<List<String>> rows =
        records.subList(data, records.size()).stream()
            .filter(row -> row.stream().anyMatch(field -> !field.isBlank()))
            .limit(maxRows)
            .toList();
    if (isRagged(rows, columns.size())) {
      settings.put("ragged", true);
    }
    return new Table(columns, rows, settings);
  }

  /** Whether ends of many rows are left out, and none has more than is named. */
  private static boolean isRagged(List<List<String>> rows, int width) {
    long shorter = rows.stream().filter(row -> row.size() < width).count();
    return shorter * 10 > rows.size() && rows.stream().allMatch(row -> row.size() <= width);
  }

  private List<String> columns(
      List<List<String>> records, int header, int width, String delimiter) {
    if (header >= 0) {
      return records.get(header);
    }
    return hasComments ? commented(width, delimiter) : numbered(width);
  }

  /** Names that stand in a comment above the rows; made-up ones if none does. */
  private List<String> commented(int width, String delimiter) {
    return text.lines()
        .takeWhile(line -> line.startsWith("#") || line.isBlank())
        .map(line -> line.replaceFirst("^#+", "").strip())
        .map(line -> split(line, delimiter))
        .filter(names -> names.size() == width && isWords(names))
        .filter(CsvTable::isNaming)
        .filter(names -> names.stream().anyMatch(TimeColumns::isTime))
        .findFirst()
        .orElse(numbered(width));
  }

  private static List<String> split(String line, String delimiter) {
    String between = delimiter.equals(" ") ? "\\s+" : Pattern.quote(delimiter);
    return Arrays.stream(line.split(between, -1)).map(String::strip).toList();
  }

  private static boolean isWords(List<String> record) {
    return record.stream().noneMatch(CsvTable::isDatum);
  }

  /** Names that are there twice get numbers, absent ones too. */
  private static List<String> distinct(List<String> names) {
    List<String> distinct = new ArrayList<>();
    for (String name : names) {
      String base = name.isBlank() ? "c" + (distinct.size() + 1) : name;
      String free = base;
      for (int i = 2; distinct.contains(free); i++) {
        free = base + "_" + i;
      }
      distinct.add(free);
    }
    return distinct;
  }

  /** The one that parts most lines alike; of equals the one that parts them into most. */
  private String delimiter() {
    String best = ",";
    double highest = 0;
    for (String delimiter : DELIMITERS) {
      List<List<String>> records = records(delimiter);
      int width = usualWidth(records);
      long alike = records.stream().filter(record -> record.size() == width).count();
      double score = width < 2 ? 0 : (double) alike / records.size() + 1e-3 * Math.min(width, 100);
      if (score > highest) {
        highest = score;
        best = delimiter;
      }
    }
    // names and dates have blanks as well
    return highest == 0 && usualWidth(records(" ")) > 1 ? " " : best;
  }

  private List<List<String>> records(String delimiter) {
    return lines(delimiter, LOOK).stream().map(Line::fields).toList();
  }

  private List<Line> lines(String delimiter, int most) {
    CSVFormat.Builder format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setQuote(quote)
            .setEscape(isEscaped ? '\\' : null)
            .setIgnoreSurroundingSpaces(!delimiter.equals("\t"));
    if (hasComments) {
      format.setCommentMarker('#');
    }
    List<Line> records = new ArrayList<>();
    Reader all = new StringReader(text);
    Reader fields = delimiter.equals(" ") ? new BlankRuns(all) : all;
    try (CSVParser parser = CSVParser.parse(fields, format.get())) {
      for (CSVRecord record : parser) {
        add(record.stream().map(String::strip).toList(), parser.getCurrentLineNumber(), records);
        if (records.size() == most) {
          break;
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // what comes after an open quote is the feed's to refuse, with its line
      return records;
    }
    return records;
  }

  private static void add(List<String> fields, long line, List<Line> records) {
    boolean isRule =
        fields.stream().allMatch(field -> field.isEmpty() || RULE.matcher(field).matches())
            && fields.stream().anyMatch(field -> !field.isEmpty());
    if (!isRule) {
      records.add(new Line(fields, line, false));
    } else if (!records.isEmpty()) {
      int last = records.size() - 1;
      records.set(last, records.get(last).underlined(line));
    }
  }

  private static int usualWidth(List<List<String>> records) {
    Map<Integer, Integer> counts = new TreeMap<>();
    records.forEach(record -> counts.merge(record.size(), 1, Integer::sum));
    return counts.entrySet().stream()
        .max(Map.Entry.<Integer, Integer>comparingByValue().thenComparing(Map.Entry::getKey))
        .map(Map.Entry::getKey)
        .orElse(0);
  }

  /** Of lines that may be it the one that is as long as the rows, and the last at the top. */
  private static int header(List<List<String>> records, int width) {
    int header = header(records, 0, width, width);
    header = header >= 0 ? header : header(records, 0, width, width - 1);
    int next = header < 0 ? -1 : header(records, header + 1, width, width);
    return names(records, next >= 0 && next <= header + 3 ? next : header);
  }

  /** Of lines of words, one below the other, the first that names every column, and a time. */
  private static int names(List<List<String>> records, int last) {
    int first = last;
    while (first > 0
        && records.get(first - 1).size() == records.get(last).size()
        && isWords(records.get(first - 1))) {
      first--;
    }
    List<Integer> named =
        IntStream.range(Math.max(0, first), last)
            .filter(i -> isNaming(records.get(i)))
            .boxed()
            .toList();
    return named.stream()
        .filter(i -> records.get(i).stream().anyMatch(TimeColumns::isTime))
        .findFirst()
        .orElse(named.isEmpty() ? last : named.get(0));
  }

  private static boolean isNaming(List<String> line) {
    return line.stream().noneMatch(String::isBlank) && new HashSet<>(line).size() == line.size();
  }

  /** The first line of words before a line with a number; -1 if rows begin before. */
  private static int header(List<List<String>> records, int from, int width, int least) {
    for (int i = from; i + 1 < Math.min(HEADER_LINES, records.size()); i++) {
      List<String> record = records.get(i);
      boolean words = record.stream().noneMatch(CsvTable::isDatum);
      boolean fits = record.size() == width || record.size() >= least && least < width;
      if (fits && words && records.get(i + 1).stream().anyMatch(CsvTable::isDatum)) {
        return i;
      }
      if (from == 0 && record.size() == width && !words) {
        return -1;
      }
    }
    return -1;
  }

  private static boolean isDatum(String field) {
    return Column.isNumber(field)
        || field.matches(
            "[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9].*|[0-9]{4}-[0-9]{2}|[0-9]*,[0-9]+|[0-9]{8} .*|[0-9]{1,2}:[0-9]{2}.*");
  }

  private static List<String> numbered(int width) {
    return Stream.iterate(1, i -> i + 1).limit(width).map(i -> "c" + i).toList();
  }
}
