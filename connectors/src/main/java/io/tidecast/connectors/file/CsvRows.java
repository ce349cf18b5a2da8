package io.tidecast.connectors.file;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The rows of a text of separated fields.
 *
 * <p>Unless the settings name the columns, the header is the first line that has all columns the
 * settings read; what stands before it is skipped. A column that is read may not be there twice.
 */
final class CsvRows {
  /** Lines among which a header is looked for. */
  private static final int HEADER_LINES = 100;

  private static final Pattern START_LINE = Pattern.compile("startline (\\d+)");

  private final FileFeed feed;
  private final String name;
  private final BufferedReader text;
  private Map<String, Integer> columns = Map.of();
  private int width;

  CsvRows(FileFeed feed, String name, BufferedReader text) {
    this.feed = feed;
    this.name = name;
    this.text = text;
  }

  void read(FileRows.Visitor visitor) throws IOException {
    for (int i = 0; i < feed.skip(); i++) {
      text.readLine();
    }
    Reader fields = feed.delimiter().equals(" ") ? new BlankRuns(text) : text;
    try (CSVParser parser = CSVParser.parse(fields, format(feed))) {
      Iterator<CSVRecord> records = parser.iterator();
      try {
        number(feed.header().isEmpty() ? header(records) : feed.header());
        visitor.header(columns.keySet());
        rows(records, visitor);
      } catch (UncheckedIOException | IllegalStateException e) {
        throw flaw(parser, e);
      }
    }
  }

  static CSVFormat format(FileFeed feed) {
    CSVFormat.Builder format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(feed.delimiter())
            .setQuote(feed.quote().isEmpty() ? null : feed.quote().charAt(0))
            .setEscape(feed.escape().isEmpty() ? null : feed.escape().charAt(0))
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(feed.delimiter().charAt(0) != '\t');
    if (!feed.comment().isEmpty()) {
      format.setCommentMarker(feed.comment().charAt(0));
    }
    return format.get();
  }

  private IOException flaw(CSVParser parser, RuntimeException e) throws IOException {
    Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
    String words = String.valueOf(cause.getMessage());
    boolean quotes = words.contains("encapsulated") || words.contains("quote");
    if (cause instanceof IOException io && !quotes) {
      throw io;
    }
    long line = feed.skip() + Math.max(1, startLine(words, parser.getCurrentLineNumber()));
    throw new IllegalArgumentException(
        "%s, line %d: a quote that is not closed or has text after it; accepted: %s"
            .formatted(name, line, "whole fields in feed.quote, or feed.quote: '' for none"),
        e);
  }

  /** The library names the line on which the field began. */
  private static long startLine(String words, long current) {
    Matcher start = START_LINE.matcher(words);
    return start.find() ? Long.parseLong(start.group(1)) : current;
  }

  private List<String> header(Iterator<CSVRecord> records) {
    Set<String> wanted = feed.columns();
    List<String> closest = List.of();
    for (int i = 0; i < HEADER_LINES && records.hasNext(); i++) {
      List<String> line = stripped(records.next());
      if (line.containsAll(wanted)) {
        return line;
      }
      closest = shared(line, wanted) > shared(closest, wanted) || i == 0 ? line : closest;
    }
    Set<String> absent = new TreeSet<>(wanted);
    closest.forEach(absent::remove);
    throw new IllegalArgumentException(
        name
            + ": no column "
            + absent
            + " in a header; accepted: columns of "
            + closest
            + " with feed.delimiter '"
            + feed.delimiter()
            + "', or feed.header for a file without a header line");
  }

  private static long shared(List<String> line, Set<String> wanted) {
    return line.stream().filter(wanted::contains).count();
  }

  private static List<String> stripped(CSVRecord line) {
    return line.stream().map(String::strip).toList();
  }

  private void number(List<String> header) {
    Map<String, Integer> places = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      boolean twice = places.put(header.get(i), i) != null;
      if (twice && feed.columns().contains(header.get(i))) {
        throw new IllegalArgumentException(
            name
                + ": column '"
                + header.get(i)
                + "' twice; accepted: feed.header with other names");
      }
    }
    columns = places;
    width = header.size();
  }

  private void rows(Iterator<CSVRecord> records, FileRows.Visitor visitor) {
    long number = 0;
    while (records.hasNext()) {
      CSVRecord row = records.next();
      // where times come from the number of the row, an empty one still is a step of time
      if (isBlank(row, 0) && !feed.time().isByRow()) {
        visitor.blank();
        continue;
      }
      number++;
      visitor.row(number, column -> field(row, column));
    }
  }

  private static boolean isBlank(CSVRecord row, int from) {
    for (int i = from; i < row.size(); i++) {
      if (!row.get(i).isBlank()) {
        return false;
      }
    }
    return true;
  }

  private String field(CSVRecord row, String column) {
    if (row.size() > width && !feed.ragged() && !isBlank(row, width)) {
      throw new IllegalArgumentException(
          row.size()
              + " fields, the header "
              + width
              + "; accepted: as many, one with feed.delimiter in it in quotes, or feed.ragged: true");
    }
    if (column.equals(FileRows.FILE)) {
      return SourceFiles.stem(name);
    }
    Integer place = columns.get(column);
    if (place == null) {
      throw new IllegalArgumentException(
          "no column '" + column + "'; accepted: columns of " + new ArrayList<>(columns.keySet()));
    }
    if (place < row.size()) {
      return row.get(place);
    }
    if (feed.ragged()) {
      return "";
    }
    throw new IllegalArgumentException(
        "%d fields, the header %d: none for '%s'; accepted: as many, or feed.ragged: true"
            .formatted(row.size(), width, column));
  }
}
