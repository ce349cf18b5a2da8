package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;

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
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The text of a configuration file as a tree, in which single values may be replaced before it is
 * read as a {@link JobConfig}. Unchangeable.
 */
public final class ConfigFile {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  /** Sections whose keys may hold dots themselves. */
  private static final List<String> PASSED_THROUGH = List.of("flink.", "kafka.properties.");

  private static final String VARIABLES = "series.variables.";

  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .build();

  private final ObjectNode tree;

  private ConfigFile(ObjectNode tree) {
    this.tree = tree;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is not YAML sections, or names an environment variable
   *     that is not set
   */
  public static ConfigFile read(Path file) throws IOException {
    that(Files.isReadable(file), "--config", file, "a file that can be read");
    return parse(Files.readString(file), System.getenv());
  }

  /** The generated weather that the demo shows unless told otherwise. */
  public static ConfigFile generatedWeather() throws IOException {
    try (InputStream yaml = ConfigFile.class.getResourceAsStream("/conf/weather.yaml")) {
      return parse(new String(yaml.readAllBytes(), StandardCharsets.UTF_8), System.getenv());
    }
  }

  /** Reads a text, with the environment its values may name. */
  public static ConfigFile parse(String yaml, Map<String, String> environment) {
    JsonNode tree = substituted(tree(yaml), environment);
    that(tree.isObject(), "configuration", tree, "YAML sections, as in conf/weather.yaml");
    return new ConfigFile((ObjectNode) tree);
  }

  /**
   * The same file with another value.
   *
   * @param key as in messages, such as {@code forecast.horizon}
   * @param value as it would stand in the file
   */
  public ConfigFile with(String key, String value) {
    ObjectNode copy = tree.deepCopy();
    ObjectNode section = copy;
    List<String> path = path(key);
    for (String name : path.subList(0, path.size() - 1)) {
      section = section.get(name) instanceof ObjectNode there ? there : section.putObject(name);
    }
    section.set(path.get(path.size() - 1), value.isBlank() ? TextNode.valueOf(value) : tree(value));
    return new ConfigFile(copy);
  }

  private static List<String> path(String key) {
    for (String section : PASSED_THROUGH) {
      if (key.startsWith(section)) {
        return concat(section, List.of(key.substring(section.length())));
      }
    }
    int last = key.lastIndexOf('.');
    if (key.startsWith(VARIABLES) && last > VARIABLES.length()) {
      String name = key.substring(VARIABLES.length(), last);
      return concat(VARIABLES, List.of(name, key.substring(last + 1)));
    }
    return List.of(key.split("\\."));
  }

  private static List<String> concat(String section, List<String> rest) {
    return Stream.concat(Arrays.stream(section.split("\\.")), rest.stream()).toList();
  }

  /**
   * What the file says.
   *
   * @throws IllegalArgumentException with the key, its value and what is accepted
   */
  public JobConfig job() {
    JobConfig config = bind("", tree, JobConfig.class);
    // what only shows when sections meet is refused here too, before anything is started
    config.groups();
    config.kafkaConfig();
    return config;
  }

  private static JsonNode tree(String yaml) {
    try {
      return MAPPER.readTree(yaml);
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
          path(section, e) + ": unknown key; accepted: " + new TreeSet<>(e.getKnownPropertyIds()),
          e);
    } catch (JsonMappingException e) {
      String path = path(section, e);
      boolean ours = e.getCause() instanceof IllegalArgumentException;
      throw new IllegalArgumentException(
          ours ? within(path, e.getCause().getMessage()) : path + ": " + e.getOriginalMessage(), e);
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

  /**
   * A refusal by a part of the file, which knows its own components, with the whole key. Parts
   * outside of this package may name the whole key themselves, with {@code *} for a name.
   */
  private static String within(String path, String refusal) {
    String key = refusal.substring(0, Math.max(0, refusal.indexOf(": ")));
    boolean isWhole = key.startsWith(path.replaceFirst("\\..*", "") + ".");
    if (path.isEmpty() || (isWhole && !key.contains("*"))) {
      return refusal;
    }
    String name = isWhole ? key.substring(key.lastIndexOf('.') + 1) : key;
    return path + "." + name + refusal.substring(key.length());
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
              that(value != null, "${" + name + "}", "not set", "an environment variable");
              return Matcher.quoteReplacement(value);
            });
  }
}
