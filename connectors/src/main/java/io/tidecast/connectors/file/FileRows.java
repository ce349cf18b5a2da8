package io.tidecast.connectors.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.zip.ZipException;

/** The rows of the files of a feed, as texts by column. */
final class FileRows {
  /** Column that every row has: the name of its file, without folder and extensions. */
  static final String FILE = "{file}";

  /** Columns of a JSON object whose fields are the rows: the name of the field, and its value. */
  static final String NAME = "{name}";

  static final String VALUE = "{value}";

  /** Begin of the columns of what a star in the array stands for. */
  static final String ELEMENT = "{*}";

  private FileRows() {}

  /** One row. */
  @FunctionalInterface
  interface Row {
    /**
     * Text of a column; empty for a null. Null if there is no such column and there need not be.
     *
     * @throws IllegalArgumentException if there is no such column, or no text in it
     */
    String text(String column);
  }

  /** Told what a file holds. */
  interface Visitor {
    /** A content begins: that of a file or of a member. */
    void begin(String name);

    /** Its columns, where they are known. */
    void header(Collection<String> columns);

    /**
     * A row.
     *
     * @param number of the row in its content, from 1, the header and what is skipped not counted
     */
    void row(long number, Row row);

    /** A row in which every field is empty. */
    void blank();
  }

  /**
   * All rows.
   *
   * @throws IllegalArgumentException if a file cannot be read as the settings say, in one line
   */
  static void read(FileFeed feed, Visitor visitor) {
    for (Path file : SourceFiles.named(feed.file())) {
      Place place = new Place(file.getFileName().toString(), visitor);
      try {
        SourceFiles.read(
            file,
            feed.member(),
            (name, bytes) -> {
              place.begin(name);
              readContent(feed, name, bytes, place);
            });
      } catch (CharacterCodingException e) {
        throw place.refusal(
            "bytes that are not " + feed.encoding(),
            "feed.encoding: that of the file, such as windows-1252",
            e);
      } catch (ZipException e) {
        throw place.refusal("damaged: " + e.getMessage(), "a whole gzip or zip", e);
      } catch (EOFException e) {
        throw place.refusal("cut off", "a whole file", e);
      } catch (IOException e) {
        throw place.refusal(e.getMessage(), "a file that can be read", e);
      }
    }
  }

  private static void readContent(FileFeed feed, String name, InputStream bytes, Place place)
      throws IOException {
    try (TextReader text = TextReader.of(bytes, feed.encoding())) {
      if (feed.array() == null) {
        new CsvRows(feed, name, text).read(place);
      } else {
        new JsonRows(feed, name, text, false).read(place);
      }
    }
  }

  /** How far the reading has come, for whoever is told of a flaw. */
  private static final class Place implements Visitor {
    private final Visitor visitor;
    private String name;
    private long rows;

    private Place(String name, Visitor visitor) {
      this.name = name;
      this.visitor = visitor;
    }

    @Override
    public void begin(String content) {
      name = content;
      rows = 0;
      visitor.begin(content);
    }

    @Override
    public void header(Collection<String> columns) {
      visitor.header(columns);
    }

    @Override
    public void row(long number, Row row) {
      rows = number;
      visitor.row(number, row);
    }

    @Override
    public void blank() {
      visitor.blank();
    }

    private IllegalArgumentException refusal(String flaw, String accepted, Exception cause) {
      String after = rows == 0 ? "" : ", after row " + rows;
      return new IllegalArgumentException(
          name + after + ": " + flaw + "; accepted: " + accepted, cause);
    }
  }
}
