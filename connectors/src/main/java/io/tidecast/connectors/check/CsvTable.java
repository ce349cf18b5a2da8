package io.tidecast.connectors.check;

import io.tidecast.connectors.file.BlankRuns;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A text of separated fields, of which nobody has said how it is made. */
final class CsvTable {
  private static final List<String> DELIMITERS = List.of(",", ";", "\t", "|");
  private static final int LOOK = 200;
  private static final int HEADER_LINES = 100;

  private CsvTable() {}

  /**
   * Its first rows.
   *
   * @throws IllegalArgumentException if quotes are not closed
   */
  static Table of(String text, int maxRows) {
    Map<String, Object> settings = new LinkedHashMap<>();
    boolean comments = text.lines().limit(LOOK).anyMatch(line -> line.startsWith("#"));
    if (comments) {
      settings.put("comment", "#");
    }
    String delimiter = delimiter(text, comments);
    if (!delimiter.equals(",")) {
      settings.put("delimiter", delimiter);
    }
    List<List<String>> records = records(text, delimiter, comments, maxRows + LOOK);
    int width = usualWidth(records);
    int header = header(records, width);
    List<String> columns = header < 0 ? numbered(width) : records.get(header);
    if (header < 0) {
      settings.put("header", columns);
    }
    List<List<String>> rows =
        records.subList(header + 1, records.size()).stream()
            .filter(row -> row.stream().anyMatch(field -> !field.isBlank()))
            .limit(maxRows)
            .toList();
    return new Table(columns, rows, settings);
  }

  /** The one that parts most lines alike; of equals the one that parts them into most. */
  private static String delimiter(String text, boolean comments) {
    String best = ",";
    double highest = 0;
    for (String delimiter : DELIMITERS) {
      List<List<String>> records = records(text, delimiter, comments, LOOK);
      int width = usualWidth(records);
      long alike = records.stream().filter(record -> record.size() == width).count();
      double score = width < 2 ? 0 : (double) alike / records.size() + 1e-3 * Math.min(width, 100);
      if (score > highest) {
        highest = score;
        best = delimiter;
      }
    }
    // names and dates have blanks as well
    return highest == 0 && width(text, comments) > 1 ? " " : best;
  }

  private static int width(String text, boolean comments) {
    return usualWidth(records(text, " ", comments, LOOK));
  }

  private static List<List<String>> records(
      String text, String delimiter, boolean comments, int most) {
    CSVFormat.Builder format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(!delimiter.equals("\t"));
    if (comments) {
      format.setCommentMarker('#');
    }
    List<List<String>> records = new ArrayList<>();
    Reader all = new StringReader(text);
    Reader fields = delimiter.equals(" ") ? new BlankRuns(all) : all;
    try (CSVParser parser = CSVParser.parse(fields, format.get())) {
      for (CSVRecord record : parser) {
        records.add(record.stream().map(String::strip).toList());
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
    return next >= 0 && next <= header + 3 ? next : header;
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
