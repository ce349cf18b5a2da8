package io.tidecast.job.config;

import static io.tidecast.model.Checks.that;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
  private static final String SECTIONS =
      "YAML sections of keys and values, as in conf/weather.yaml";

  private final ObjectNode tree;
  private final Map<String, String> environment;

  private ConfigFile(ObjectNode tree, Map<String, String> environment) {
    this.tree = tree;
    this.environment = environment;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is not YAML sections, or names an environment variable
   *     that is not set
   */
  public static ConfigFile read(Path file) throws IOException {
    that(Files.isReadable(file), "--config", file, "a file that can be read");
    that(!Files.isDirectory(file), "--config", file, "a file, not a directory");
    try {
      return parse(Files.readString(file), System.getenv());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("--config: " + file + "; accepted: text in UTF-8", e);
    }
  }

  /** One of those that come with the program, such as {@code weather}. */
  public static ConfigFile packaged(String name) throws IOException {
    try (InputStream yaml = ConfigFile.class.getResourceAsStream("/conf/" + name + ".yaml")) {
      return parse(new String(yaml.readAllBytes(), StandardCharsets.UTF_8), System.getenv());
    }
  }

  /** Reads a text, with the environment its values may name. */
  public static ConfigFile parse(String yaml, Map<String, String> environment) {
    JsonNode tree = substituted(tree(yaml), environment);
    that(tree.isObject(), "configuration", "no sections", SECTIONS);
    return new ConfigFile(flat((ObjectNode) tree), environment);
  }

  private static ObjectNode flat(ObjectNode tree) {
    if (tree.has("flink")) {
      tree.set("flink", NestedKeys.joined("flink", ";", tree.get("flink")));
    }
    if (tree.get("kafka") instanceof ObjectNode kafka && kafka.has("properties")) {
      JsonNode properties = kafka.get("properties");
      kafka.set("properties", NestedKeys.joined("kafka.properties", ",", properties));
    }
    return tree;
  }

  /**
   * The same file with another value.
   *
   * @param key as in messages, such as {@code forecast.horizon}
   * @param value as it would stand in the file, environment variables included
   */
  public ConfigFile with(String key, String value) {
    ObjectNode copy = tree.deepCopy();
    ObjectNode section = copy;
    List<String> path = path(key);
    for (String name : path.subList(0, path.size() - 1)) {
      section = section.get(name) instanceof ObjectNode there ? there : section.putObject(name);
    }
    JsonNode read = value.isBlank() ? TextNode.valueOf(value) : tree(value);
    section.set(path.get(path.size() - 1), substituted(read, environment));
    return new ConfigFile(flat(copy), environment);
  }

  /**
   * The same file with a feed that reads another one.
   *
   * @throws IllegalArgumentException if its feed reads none
   */
  public ConfigFile withData(Path data) {
    JsonNode feed = tree.path("feed");
    that(!feed.isMissingNode(), "feed", "absent", JobConfig.FEED);
    that(
        feed.path("type").asText().equals("file"),
        "--data",
        data,
        "only with a feed of type file in the configuration");
    ObjectNode copy = tree.deepCopy();
    ((ObjectNode) copy.get("feed")).put("file", data.toString());
    return new ConfigFile(copy, environment);
  }

  /** The same file without covariates, and without what it says of them alone. */
  public ConfigFile withoutCovariates() {
    List<String> targets = job().series().targets();
    ConfigFile without = with("series.covariates", "[]");
    if (without.tree.at("/series/variables") instanceof ObjectNode variables) {
      variables.retain(targets);
    }
    return without;
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
    JobConfig config = Binder.bind("", tree, JobConfig.class);
    // what only shows when sections meet is refused here too, before anything is started
    config.groups();
    config.kafkaConfig();
    return config;
  }

  /**
   * Without what stands in the line, which may be a password, and without the cause, that has it.
   */
  private static JsonNode tree(String yaml) {
    try {
      return Binder.MAPPER.readTree(yaml);
    } catch (MismatchedInputException twice) {
      throw new IllegalArgumentException(
          "configuration: "
              + twice.getOriginalMessage().replaceFirst(" for .*", " twice in a section")
              + "; accepted: each key once");
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new IllegalArgumentException(
          "configuration: no YAML in line "
              + (at == null ? "?" : at.getLineNr() + ", column " + at.getColumnNr())
              + "; accepted: "
              + SECTIONS);
    }
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
