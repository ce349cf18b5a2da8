package io.tidecast.connectors.file;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.serde.Decimals;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Texts of one column as numbers. */
final class ValueReading {
  private final FileFeed.Column column;
  private final List<String> missing;
  private final List<Double> missingNumbers;
  private final char decimal;
  private final String grouping;

  ValueReading(FileFeed feed, FileFeed.Column column) {
    this.column = column;
    this.missing = feed.missing();
    this.decimal = feed.decimal().charAt(0);
    this.grouping = feed.grouping();
    this.missingNumbers = missing.stream().filter(this::isNumber).map(this::number).toList();
  }

  String column() {
    return column.column();
  }

  /**
   * A number in the unit wanted; NaN if it is missing.
   *
   * @throws IllegalArgumentException if it is neither, or no number a float can hold
   */
  double read(String text) {
    if (text.isEmpty() || missing.contains(text)) {
      return Double.NaN;
    }
    Double word = column.words().get(text);
    try {
      double read = word == null ? spelled(column.unmarked(text)) : word;
      if (word == null && missingNumbers.contains(read)) {
        return Double.NaN;
      }
      double converted = column.convert(read);
      if (!ObservationRecord.isValue(converted)) {
        // words are made for those that are read by them, not for each value
        throw new IllegalArgumentException(
            column() + ": '" + text + "'; accepted: " + accepted(text) + "; finite as a float");
      }
      return converted;
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          column() + ": '" + text + "'; accepted: " + accepted(text), e);
    }
  }

  private String hint(String spelled) {
    String text = Spelling.plain(spelled);
    if (decimal == '.' && text.matches("[+-]?[0-9]{1,3}([,' ][0-9]{3})+(\\.[0-9]*)?")) {
      return " (with feed.grouping: '"
          + text.replaceAll("[+\\-0-9.]", "").charAt(0)
          + "' this is one)";
    }
    if (decimal == '.' && text.matches("[+-]?[0-9.]*,[0-9]+")) {
      return " (with feed.decimal: ',' this is one)";
    }
    if (decimal == ',' && text.matches("[+-]?[0-9]{1,3}(\\.[0-9]{3})+(,[0-9]*)?")) {
      return " with a decimal comma (with feed.grouping: '.' this is one)";
    }
    boolean marked = text.matches("[^0-9+-]{0,4}[+-]?[0-9]+([.,][0-9]+)?\\s?\\D{0,8}");
    return (decimal == ',' ? " with a decimal comma" : "")
        + (marked ? " (what stands around it is left out by marks of its column)" : "");
  }

  private String accepted(String text) {
    return "a number"
        + hint(text)
        + (column.words().isEmpty()
            ? ""
            : ", one of words: " + new TreeSet<>(column.words().keySet()))
        + ", or one of feed.missing: "
        + missing;
  }

  /** As it stands, or in plain characters. */
  private double spelled(String text) {
    try {
      return number(text);
    } catch (NumberFormatException e) {
      String plain = Spelling.plain(text);
      if (plain.equals(text)) {
        throw e;
      }
      return number(plain);
    }
  }

  private boolean isNumber(String text) {
    try {
      return !Double.isNaN(number(text));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private double number(String text) {
    return Decimals.parse(decimal == '.' && grouping.isEmpty() ? text : pointed(text));
  }

  /** With a decimal point and without marks between thousands. */
  private String pointed(String text) {
    String whole = text;
    if (!grouping.isEmpty() && text.contains(grouping)) {
      String mark = Pattern.quote(grouping);
      String groups = "[+-]?[0-9]{1,3}(" + mark + "[0-9]{3})+(\\D.*)?";
      if (!text.matches(groups)) {
        throw new NumberFormatException("marks between other than thousands");
      }
      whole = text.replace(grouping, "");
    }
    if (decimal == ',' && whole.indexOf('.') >= 0) {
      throw new NumberFormatException("a point");
    }
    return decimal == ',' ? whole.replace(',', '.') : whole;
  }
}
