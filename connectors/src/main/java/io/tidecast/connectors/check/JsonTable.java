package io.tidecast.connectors.check;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A text of JSON, of which nobody has said where its rows are. */
final class JsonTable {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();
  private static final Pattern TIME =
      Pattern.compile("[0-9]{4}-[0-9]{2}(-[0-9]{2}([T ].*)?)?|[0-9]{9,19}");
  private static final int MAX_DEPTH = 6;

  private JsonTable() {}

  /** Whether a text may be JSON. */
  static boolean looksLike(String text) {
    String begin = text.stripLeading();
    return begin.startsWith("{") || begin.startsWith("[");
  }

  /**
   * Its first rows: those of the largest array, or of the arrays side by side in one object.
   *
   * @throws IllegalArgumentException if it is no JSON, or has no such place
   */
  static Table of(String text, int maxRows) {
    List<JsonNode> roots = roots(text);
    String pointer = pointer(roots.get(0));
    Optional<Table> ofElements = JsonElements.of(roots, pointer, maxRows);
    if (ofElements.isPresent()) {
      return ofElements.get();
    }
    List<JsonNode> rows = new ArrayList<>();
    for (JsonNode root : roots) {
      JsonNode found = root.at(pointer);
      if (found.isArray()) {
        found.forEach(rows::add);
      } else if (isByTime(found)) {
        return named(found, pointer);
      } else if (isColumns(found)) {
        return columns(found, pointer);
      } else {
        rows.add(found);
      }
    }
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("array", pointer);
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("no rows in it; accepted: JSON with an array of rows");
    }
    return rows.get(0).isArray()
        ? arrays(rows, settings, maxRows)
        : objects(rows, settings, maxRows);
  }

  private static List<JsonNode> roots(String text) {
    // from a parser: from a text the library would take an array's elements for values of their own
    try (JsonParser parser = MAPPER.createParser(text);
        MappingIterator<JsonNode> values = MAPPER.readerFor(JsonNode.class).readValues(parser)) {
      return values.readAll();
    } catch (JsonProcessingException e) {
      long line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new IllegalArgumentException(
          "line " + line + ": " + e.getOriginalMessage() + "; accepted: JSON", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Where most is: an array counts its elements, an object of arrays the longest. */
  static String pointer(JsonNode root) {
    Place best = new Place("", size(root));
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      best = larger(best, largest(step("", field.getKey()), field.getValue(), MAX_DEPTH));
    }
    return best.pointer();
  }

  /** A node that may hold the rows. */
  private record Place(String pointer, int size) {}

  private static Place larger(Place one, Place other) {
    return other.size() > one.size() && other.size() > 1 ? other : one;
  }

  private static Place largest(String pointer, JsonNode node, int depth) {
    Place best = new Place(pointer, size(node));
    if (depth > 0 && node.isObject()) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        best = larger(best, largest(step(pointer, field.getKey()), field.getValue(), depth - 1));
      }
    }
    // of several elements each would be left out but one
    return depth > 0 && node.isArray() && node.size() == 1
        ? larger(best, largest(pointer + "/0", node.get(0), depth - 1))
        : best;
  }

  static String step(String pointer, String field) {
    return pointer + "/" + field.replace("~", "~0").replace("/", "~1");
  }

  static int size(JsonNode node) {
    if (node.isArray()) {
      return node.size() > 0 && node.get(0).isContainerNode() ? node.size() : 0;
    }
    if (isByTime(node)) {
      return node.size();
    }
    return isColumns(node) ? node.elements().next().size() : 0;
  }

  /** Whether the fields are rows, named by their times. */
  private static boolean isByTime(JsonNode node) {
    return node.isObject()
        && node.size() > 2
        && node.properties().stream().allMatch(field -> TIME.matcher(field.getKey()).matches());
  }

  static boolean isColumns(JsonNode node) {
    boolean columns = node.isObject() && node.size() > 1;
    for (JsonNode value : node) {
      columns &= value.isArray() && value.size() == node.elements().next().size();
      columns &= value.path(0).isValueNode();
    }
    return columns;
  }

  /** The rows of one place. */
  static Table at(JsonNode found, String pointer, int maxRows) {
    if (isByTime(found)) {
      return named(found, pointer);
    }
    if (isColumns(found)) {
      return columns(found, pointer);
    }
    List<JsonNode> rows = new ArrayList<>();
    found.forEach(rows::add);
    Map<String, Object> settings = new LinkedHashMap<>(Map.of("array", pointer));
    return rows.get(0).isArray()
        ? arrays(rows, settings, maxRows)
        : objects(rows, settings, maxRows);
  }

  private static Table named(JsonNode found, String pointer) {
    Set<String> names = new LinkedHashSet<>(List.of("{name}"));
    found.forEach(row -> names(row, "", names));
    boolean isValue = names.size() == 1;
    if (isValue) {
      names.add("{value}");
    }
    List<List<String>> rows = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : found.properties()) {
      List<String> row = new ArrayList<>(List.of(field.getKey()));
      names.stream()
          .skip(1)
          .forEach(
              name -> row.add(isValue ? text(field.getValue()) : text(field.getValue(), name)));
      rows.add(row);
    }
    return new Table(List.copyOf(names), rows, new LinkedHashMap<>(Map.of("array", pointer)));
  }

  private static Table columns(JsonNode found, String pointer) {
    List<String> names = new ArrayList<>();
    found.fieldNames().forEachRemaining(names::add);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < found.elements().next().size(); i++) {
      int place = i;
      rows.add(names.stream().map(name -> text(found.get(name).get(place))).toList());
    }
    return new Table(names, rows, new LinkedHashMap<>(Map.of("array", pointer)));
  }

  private static Table arrays(List<JsonNode> rows, Map<String, Object> settings, int maxRows) {
    List<String> names =
        Stream.iterate(1, i -> i + 1).limit(rows.get(0).size()).map(i -> "c" + i).toList();
    settings.put("header", names);
    List<List<String>> texts = new ArrayList<>();
    for (JsonNode row : rows.subList(0, Math.min(maxRows, rows.size()))) {
      List<String> fields = new ArrayList<>();
      row.forEach(value -> fields.add(text(value)));
      texts.add(fields);
    }
    return new Table(names, texts, settings);
  }

  private static Table objects(List<JsonNode> rows, Map<String, Object> settings, int maxRows) {
    List<JsonNode> first = rows.subList(0, Math.min(maxRows, rows.size()));
    Set<String> names = new LinkedHashSet<>();
    first.stream().limit(1_000).forEach(row -> names(row, "", names));
    List<List<String>> texts =
        first.stream().map(row -> names.stream().map(name -> text(row, name)).toList()).toList();
    return new Table(List.copyOf(names), texts, settings);
  }

  static void names(JsonNode row, String prefix, Set<String> names) {
    row.properties()
        .forEach(
            field -> {
              String path = prefix + "/" + field.getKey().replace("~", "~0").replace("/", "~1");
              if (field.getValue().isObject()) {
                names(field.getValue(), path, names);
              } else {
                names.add(prefix.isEmpty() ? field.getKey() : path);
              }
            });
  }

  static String text(JsonNode row, String name) {
    return text(name.startsWith("/") ? row.at(name) : row.path(name));
  }

  private static String text(JsonNode value) {
    return value.isNull() || value.isMissingNode()
        ? ""
        : value.isValueNode() ? value.asText() : value.toString();
  }
}
