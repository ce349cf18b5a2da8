package io.tidecast.job.config;

import static io.tidecast.job.config.Invalid.unless;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From the text of a configuration file to its values. */
final class ConfigText {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  private ConfigText() {}

  /** The tree of a YAML text with environment variables in its values replaced. */
  static JsonNode parse(String yaml, Map<String, String> environment) {
    try {
      return substituted(MAPPER.readTree(yaml), environment);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not YAML: " + e.getMessage(), e);
    }
  }

  /**
   * A value of the type.
   *
   * @param section key of the tree itself
   * @throws IllegalArgumentException with the key and what is accepted
   */
  static <T> T bind(String section, JsonNode tree, Class<T> type) {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (UnrecognizedPropertyException e) {
      throw new IllegalArgumentException(
          path(section, e) + ": unknown key; accepted: " + e.getKnownPropertyIds(), e);
    } catch (JsonMappingException e) {
      boolean ours = e.getCause() instanceof IllegalArgumentException;
      throw new IllegalArgumentException(
          ours ? e.getCause().getMessage() : path(section, e) + ": " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(section + ": " + e.getOriginalMessage(), e);
    }
  }

  private static String path(String section, JsonMappingException e) {
    StringBuilder path = new StringBuilder(section);
    for (JsonMappingException.Reference reference : e.getPath()) {
      path.append(path.isEmpty() ? "" : ".")
          .append(
              reference.getFieldName() == null ? reference.getIndex() : reference.getFieldName());
    }
    return path.toString();
  }

  /** The same tree with environment variables in its texts replaced; comments are not texts. */
  private static JsonNode substituted(JsonNode node, Map<String, String> environment) {
    if (node instanceof ObjectNode object) {
      object
          .fieldNames()
          .forEachRemaining(name -> object.set(name, substituted(object.get(name), environment)));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        array.set(i, substituted(array.get(i), environment));
      }
    } else if (node.isTextual()) {
      return TextNode.valueOf(substituted(node.textValue(), environment));
    }
    return node;
  }

  private static String substituted(String text, Map<String, String> environment) {
    return VARIABLE
        .matcher(text)
        .replaceAll(
            match -> {
              String name = match.group(1);
              String value = environment.get(name);
              unless(value != null, "${" + name + "}", "not set", "an environment variable");
              return Matcher.quoteReplacement(value);
            });
  }
}
