package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Settings that are passed through may be nested, as {@code a: {b: c}} for {@code a.b: c}. */
final class NestedKeys {
  private final String section;
  private final String separator;
  private final ObjectNode flat;

  private NestedKeys(String section, String separator, ObjectNode flat) {
    this.section = section;
    this.separator = separator;
    this.flat = flat;
  }

  /**
   * The section with its keys joined by dots; what is no section stays as it is.
   *
   * @param section its key in the file
   * @param separator between the values of a list, as the receiver reads them
   */
  static JsonNode joined(String section, String separator, JsonNode nested) {
    if (!(nested instanceof ObjectNode object)) {
      return nested;
    }
    NestedKeys keys = new NestedKeys(section, separator, object.objectNode());
    object.properties().forEach(entry -> keys.add(entry.getKey(), entry.getValue()));
    return keys.flat;
  }

  private void add(String key, JsonNode value) {
    if (value instanceof ObjectNode deeper) {
      deeper.properties().forEach(e -> add(key + "." + e.getKey(), e.getValue()));
      return;
    }
    that(!flat.has(key), section + "." + key, "stands twice", "once");
    flat.set(key, value.isArray() ? text(value) : value);
  }

  private TextNode text(JsonNode list) {
    return TextNode.valueOf(
        StreamSupport.stream(list.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(separator)));
  }
}
