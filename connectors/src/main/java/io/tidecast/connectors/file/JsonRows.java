package io.tidecast.connectors.file;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The rows of a text of JSON: one value or several, one after the other or a line each. Under the
 * configured pointer lies an array of objects, one row each; an array of arrays, whose places the
 * settings name; an object of arrays, one column each; an object whose fields are rows, if {@link
 * FileRows#NAME} is read; or one flat object, a row. Where the pointer has a star, all that lies
 * there is gone through, element by element.
 *
 * <p>A column is the name of a field, or a JSON Pointer into the row if it begins with a slash.
 * Numbers of JSON are what they are; the settings say how those are spelled that are texts.
 */
final class JsonRows {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // what other programs write for a number that is missing; a text like others here
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          // a double has no digits for the nanoseconds of a time
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build()
          .readerFor(JsonNode.class);

  private final FileFeed feed;
  private final String name;
  private final Reader text;
  private final boolean maybeAbsent;
  private final List<String> pointers;
  private JsonNode element;
  private String elementName = "";
  private long number;
  private boolean named;

  /**
   * @param maybeAbsent whether a field that is not there has no text; else it is refused
   */
  JsonRows(FileFeed feed, String name, Reader text, boolean maybeAbsent) {
    this.feed = feed;
    this.name = name;
    this.text = text;
    this.maybeAbsent = maybeAbsent;
    this.pointers = List.of(feed.array().split("/\\*(?=/|$)", -1));
  }

  void read(FileRows.Visitor visitor) throws IOException {
    try (JsonParser parser = READER.getFactory().createParser(text);
        MappingIterator<JsonNode> values = READER.readValues(parser)) {
      while (values.hasNextValue()) {
        element = values.nextValue();
        elementName = "";
        under(element, 0, visitor);
      }
    } catch (JsonProcessingException e) {
      throw flaw(e);
    }
  }

  /**
   * Goes down from one star to the next.
   *
   * @param depth stars above
   */
  private void under(JsonNode above, int depth, FileRows.Visitor visitor) {
    JsonNode found = above.at(pointers.get(depth));
    if (depth > 0 && (found.isMissingNode() || found.isNull())) {
      return; // one of several that has no rows
    }
    if (!found.isContainerNode()) {
      throw new IllegalArgumentException(
          name
              + ": feed.array: '"
              + feed.array()
              + "'; accepted: JSON Pointer of an array of rows, or of an object of columns");
    }
    if (depth == pointers.size() - 1) {
      name(found, visitor);
      rows(found, visitor);
    } else if (found.isArray()) {
      for (int i = 0; i < found.size(); i++) {
        under(Integer.toString(i), found.get(i), depth, visitor);
      }
    } else {
      found.properties().forEach(one -> under(one.getKey(), one.getValue(), depth, visitor));
    }
  }

  private void under(String key, JsonNode one, int depth, FileRows.Visitor visitor) {
    elementName = key;
    element = one;
    under(one, depth + 1, visitor);
  }

  private IllegalArgumentException flaw(JsonProcessingException e) {
    String words = e.getOriginalMessage();
    boolean twice = words.startsWith("Duplicate field");
    String what =
        e instanceof JsonEOFException
            ? "cut off"
            : twice ? words.replace("Duplicate field ", "") + " twice" : words;
    long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    return new IllegalArgumentException(
        "%s, line %d, after row %d: %s; accepted: JSON%s"
            .formatted(name, line, number, what, twice ? ", a field once" : ""),
        e);
  }

  private void name(JsonNode found, FileRows.Visitor visitor) {
    JsonNode first = found.isArray() ? found.path(0) : found;
    if (!named && !first.isMissingNode()) {
      List<String> names = new ArrayList<>(feed.header());
      first.fieldNames().forEachRemaining(names::add);
      visitor.header(names);
      named = true;
    }
  }

  private void rows(JsonNode found, FileRows.Visitor visitor) {
    if (found.isArray()) {
      for (JsonNode row : found) {
        row(row, visitor);
      }
    } else if (feed.columns().contains(FileRows.NAME)) {
      found.properties().forEach(field -> field(field.getKey(), field.getValue(), visitor));
    } else if (feed.columns().stream().anyMatch(column -> of(found, column).isArray())) {
      columns(found, visitor);
    } else {
      row(found, visitor);
    }
  }

  private void row(JsonNode row, FileRows.Visitor visitor) {
    number++;
    if (row.isArray()) {
      visitor.row(number, column -> text(column, placed(row, column)));
    } else {
      visitor.row(number, column -> text(column, of(row, column)));
    }
  }

  private void field(String name, JsonNode row, FileRows.Visitor visitor) {
    number++;
    visitor.row(
        number,
        column ->
            switch (column) {
              case FileRows.NAME -> name;
              case FileRows.VALUE -> text(column, row);
              default -> text(column, row.isArray() ? placed(row, column) : of(row, column));
            });
  }

  private void columns(JsonNode found, FileRows.Visitor visitor) {
    Set<String> wanted = feed.columns();
    int length = -1;
    for (String column : wanted) {
      JsonNode values = of(found, column);
      boolean fits = values.isArray() && (length < 0 || values.size() == length);
      if (!fits && values.isArray()) {
        throw new IllegalArgumentException(
            "%s: %d values in '%s', %d in others; accepted: columns of one length"
                .formatted(name, values.size(), column, length));
      }
      length = values.isArray() ? values.size() : length;
    }
    for (int i = 0; i < length; i++) {
      int place = i;
      number++;
      visitor.row(
          number,
          column -> {
            JsonNode values = of(found, column);
            return text(column, values.isArray() ? values.get(place) : values);
          });
    }
  }

  private JsonNode of(JsonNode row, String column) {
    if (column.startsWith(FileRows.ELEMENT)) {
      return element(column.substring(FileRows.ELEMENT.length()));
    }
    return column.startsWith("/") ? row.at(column) : row.path(column);
  }

  private JsonNode element(String pointer) {
    return pointer.isEmpty() ? TextNode.valueOf(elementName) : element.at(pointer);
  }

  private JsonNode placed(JsonNode row, String column) {
    if (column.startsWith(FileRows.ELEMENT)) {
      return of(row, column);
    }
    return row.path(feed.header().indexOf(column));
  }

  private String text(String column, JsonNode value) {
    if (column.equals(FileRows.FILE)) {
      return SourceFiles.stem(name);
    }
    if (value.isMissingNode() && maybeAbsent) {
      return null;
    }
    if (value.isMissingNode()) {
      throw new IllegalArgumentException("no field '" + column + "'");
    }
    if (value.isContainerNode()) {
      throw new IllegalArgumentException(
          column
              + ": "
              + (value.isArray() ? "an array" : "an object")
              + "; accepted: a number or a text, or feed.array or a pointer into it");
    }
    if (value.isNumber() && feed.decimal().equals(",") && feed.isValue(column)) {
      return value.asText().replace('.', ',');
    }
    return value.isNull() ? "" : value.asText();
  }
}
