package io.tidecast.connectors.check;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * JSON whose rows lie in several elements of one kind, each mostly a stream: the results of a
 * query, stations with their readings.
 */
final class JsonElements {
  private static final int MAX_DEPTH = 8;
  private static final String ELEMENT = "{*}";

  /**
   * One element.
   *
   * @param key its name or number
   * @param pointer in it to its rows
   */
  private record Element(String key, JsonNode node, String pointer) {
    Table table(int maxRows) {
      return isDeep() ? deep(node) : JsonTable.at(node.at(pointer), pointer, maxRows);
    }

    boolean isDeep() {
      return isDeep(node, pointer);
    }

    /** Whether there are columns elsewhere than in the place with most of them. */
    static boolean isDeep(JsonNode node, String pointer) {
      JsonNode place = node.at(pointer);
      int columns = JsonTable.isColumns(place) ? place.size() : 1;
      boolean isPlace = JsonTable.size(place) > 1 && !JsonTable.isColumns(place);
      return !isPlace && deepPointers(node).size() > columns;
    }
  }

  private JsonElements() {}

  /**
   * Their rows, with a column that names the element; nothing if the text has none of them.
   *
   * @param plain where most rows lie in one place
   */
  static Optional<Table> of(List<JsonNode> roots, String plain, int maxRows) {
    if (roots.size() > 1) {
      List<Element> elements = elements(named(roots));
      return elements.isEmpty() || elements.get(0).pointer().isEmpty()
          ? Optional.empty()
          : Optional.of(table(elements, elements.get(0).pointer(), maxRows));
    }
    JsonNode root = roots.get(0);
    Optional<Table> starred = starred("", root, JsonTable.size(root.at(plain)), maxRows, MAX_DEPTH);
    return starred.isEmpty() && Element.isDeep(root, plain) ? Optional.of(deep(root)) : starred;
  }

  private static Map<String, JsonNode> named(Iterable<JsonNode> nodes) {
    Map<String, JsonNode> named = new LinkedHashMap<>();
    for (JsonNode node : nodes) {
      named.put(Integer.toString(named.size()), node);
    }
    return named;
  }

  /** Where the elements of an array, or the fields of an object, have more rows than one place. */
  private static Optional<Table> starred(
      String pointer, JsonNode node, int most, int maxRows, int depth) {
    Map<String, JsonNode> children = new LinkedHashMap<>();
    node.properties().forEach(field -> children.put(field.getKey(), field.getValue()));
    List<Element> elements = elements(node.isArray() ? named(node) : children);
    int rows = elements.stream().mapToInt(JsonElements::rows).sum();
    if (elements.size() > 1 && rows > most) {
      return Optional.of(table(elements, pointer + "/*" + elements.get(0).pointer(), maxRows));
    }
    if (node.isArray() && node.size() == 1) {
      children.put("0", node.get(0));
    }
    return depth == 0
        ? Optional.empty()
        : children.entrySet().stream()
            .flatMap(
                child ->
                    starred(
                        JsonTable.step(pointer, child.getKey()),
                        child.getValue(),
                        most,
                        maxRows,
                        depth - 1)
                        .stream())
            .findFirst();
  }

  private static int rows(Element element) {
    return element.isDeep()
        ? element.node().at(deepPointers(element.node()).get(0)).size()
        : JsonTable.size(element.node().at(element.pointer()));
  }

  /** Nothing unless all have rows of the same columns in the same place. */
  private static List<Element> elements(Map<String, JsonNode> nodes) {
    List<Element> elements = new ArrayList<>();
    Set<List<String>> kinds = new HashSet<>();
    for (Map.Entry<String, JsonNode> node : nodes.entrySet()) {
      if (!node.getValue().isContainerNode()) {
        return List.of();
      }
      String pointer = JsonTable.pointer(node.getValue());
      Element element = new Element(node.getKey(), node.getValue(), pointer);
      if (!element.isDeep() && JsonTable.size(node.getValue().at(pointer)) <= 1) {
        return List.of();
      }
      Element placed = element.isDeep() ? new Element(node.getKey(), node.getValue(), "") : element;
      List<String> kind = new ArrayList<>(placed.table(1).columns());
      kind.add(placed.pointer());
      kinds.add(kind);
      elements.add(placed);
    }
    return kinds.size() == 1 ? elements : List.of();
  }

  private static Table table(List<Element> elements, String array, int maxRows) {
    String name = nameOf(elements);
    List<String> columns = new ArrayList<>(List.of(name));
    List<List<String>> rows = new ArrayList<>();
    Map<String, Object> settings = new LinkedHashMap<>();
    for (Element element : elements) {
      Table table = element.table(maxRows);
      settings.putAll(table.settings());
      for (List<String> row : table.rows()) {
        List<String> whole = new ArrayList<>(List.of(name(element, name)));
        whole.addAll(row);
        rows.add(whole);
      }
      if (columns.size() == 1) {
        columns.addAll(table.columns());
      }
    }
    settings.put("array", array);
    settings.put("stream", name);
    return new Table(columns, rows.subList(0, Math.min(maxRows, rows.size())), settings);
  }

  /** What tells all elements apart: a text in them, or a number, or their own name. */
  private static String nameOf(List<Element> elements) {
    Set<String> fields = new LinkedHashSet<>();
    JsonTable.names(elements.get(0).node(), "", fields);
    for (String field : fields) {
      String column = ELEMENT + (field.startsWith("/") ? field : JsonTable.step("", field));
      boolean value = elements.get(0).node().at(column.substring(ELEMENT.length())).isValueNode();
      long different = elements.stream().map(one -> name(one, column)).distinct().count();
      if (value && different == elements.size()) {
        return column;
      }
    }
    return ELEMENT;
  }

  private static String name(Element element, String column) {
    return column.equals(ELEMENT)
        ? element.key()
        : JsonTable.text(element.node(), column.substring(ELEMENT.length()));
  }

  /** Columns of one length that do not lie side by side. */
  private static Table deep(JsonNode node) {
    List<String> pointers = deepPointers(node);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < node.at(pointers.get(0)).size(); i++) {
      int place = i;
      rows.add(pointers.stream().map(p -> JsonTable.text(node.at(p), "/" + place)).toList());
    }
    return new Table(pointers, rows, new LinkedHashMap<>(Map.of("array", "")));
  }

  /** Arrays of values that are as long as the longest. */
  private static List<String> deepPointers(JsonNode node) {
    TreeMap<Integer, List<String>> bySize = new TreeMap<>(Map.of(0, List.of()));
    collect(node, "", MAX_DEPTH, bySize);
    return bySize.lastEntry().getValue();
  }

  private static void collect(
      JsonNode node, String pointer, int depth, Map<Integer, List<String>> bySize) {
    if (node.isArray() && node.size() > 1 && node.get(0).isValueNode()) {
      bySize.computeIfAbsent(node.size(), size -> new ArrayList<>()).add(pointer);
    } else if (depth > 0 && node.isArray() && node.size() == 1) {
      collect(node.get(0), pointer + "/0", depth - 1, bySize);
    } else if (depth > 0) {
      node.properties()
          .forEach(
              field ->
                  collect(
                      field.getValue(),
                      JsonTable.step(pointer, field.getKey()),
                      depth - 1,
                      bySize));
    }
  }
}
