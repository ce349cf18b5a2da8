package io.tidecast.connectors.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidecast.connectors.record.Require;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** The rows of a file as texts by column. */
final class FileRows {
  private FileRows() {}

  /** One row. */
  @FunctionalInterface
  interface Row {
    /**
     * Text of a column; empty for a null.
     *
     * @throws IllegalArgumentException if there is no such column
     */
    String text(String column);
  }

  /** Told each row with its number, from 1, a header line not counted. */
  @FunctionalInterface
  interface Visitor {
    void visit(long number, Row row);
  }

  static void read(FileFeed feed, Visitor visitor) {
    try (InputStream bytes = open(feed.file());
        Reader text =
            withoutMark(new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8)))) {
      if (feed.array() == null) {
        readCsv(feed, text, visitor);
      } else {
        readJson(feed, text, visitor);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "feed.file: " + feed.file() + "; accepted: a file that can be read (" + e + ")", e);
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
    String name = file.getFileName().toString();
    if (name.endsWith(".gz")) {
      return new GZIPInputStream(bytes);
    }
    if (name.endsWith(".zip")) {
      ZipInputStream zip = new ZipInputStream(bytes);
      if (zip.getNextEntry() == null) {
        throw new IOException("an empty zip");
      }
      return zip;
    }
    return bytes;
  }

  /**
   * Spreadsheets begin their files with a byte order mark, which would belong to a column's name.
   */
  private static Reader withoutMark(BufferedReader text) throws IOException {
    text.mark(1);
    if (text.read() != '\uFEFF') {
      text.reset();
    }
    return text;
  }

  private static void readCsv(FileFeed feed, Reader text, Visitor visitor) throws IOException {
    CSVFormat.Builder format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(feed.delimiter().charAt(0))
            .setIgnoreSurroundingSpaces(true)
            .setHeader(feed.header().toArray(String[]::new));
    if (feed.header().isEmpty()) {
      format.setSkipHeaderRecord(true);
    }
    try (CSVParser rows = CSVParser.parse(text, format.get())) {
      for (CSVRecord row : rows) {
        visitor.visit(row.getRecordNumber(), row::get);
      }
    }
  }

  private static void readJson(FileFeed feed, Reader text, Visitor visitor) throws IOException {
    JsonNode array = new ObjectMapper().readTree(text).at(feed.array());
    Require.that(
        array.isArray(), "feed.array", feed.array(), "JSON Pointer of an array in " + feed.file());
    long number = 0;
    for (JsonNode row : array) {
      number++;
      visitor.visit(number, column -> field(row, column));
    }
  }

  private static String field(JsonNode row, String column) {
    JsonNode value = row.get(column);
    if (value == null) {
      throw new IllegalArgumentException("no field '" + column + "'");
    }
    return value.isNull() ? "" : value.asText();
  }
}
