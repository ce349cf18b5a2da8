package io.tidecast.job.config;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.GeneratedMarketFeed;
import io.tidecast.connectors.feed.GeneratedRegimeFeed;
import io.tidecast.connectors.feed.GeneratedWeatherFeed;
import io.tidecast.connectors.file.FileFeed;
import io.tidecast.connectors.web.BinanceFeed;
import io.tidecast.connectors.web.OpenMeteoFeed;
import io.tidecast.model.Transform;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.flink.configuration.GlobalConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a tree to the values of a type, with refusals in words of the file. */
final class Binder {
  private static final Logger LOG = LoggerFactory.getLogger(Binder.class);

  private static final List<Class<? extends Feed>> FEEDS =
      List.of(
          FileFeed.class,
          GeneratedWeatherFeed.class,
          GeneratedMarketFeed.class,
          GeneratedRegimeFeed.class,
          OpenMeteoFeed.class,
          BinanceFeed.class);

  static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(
              new SimpleModule()
                  .addDeserializer(
                      Duration.class, new Lengths<>(Duration.class, StepLength::duration))
                  .addDeserializer(Transform.class, new TransformLabel())
                  .addDeserializer(StepLength.class, new Lengths<>(StepLength.class, l -> l))
                  .addSerializer(Duration.class, new LengthText()))
          .registerSubtypes(FEEDS.toArray(Class[]::new))
          .enable(DeserializationFeature.READ_ENUMS_USING_TO_STRING)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          // an environment variable that is set to nothing is not a wish for the default
          .withCoercionConfigDefaults(
              to -> to.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
          .build();

  private static final String SECTION = "a section of keys and values";

  private Binder() {}

  /**
   * A value of the type.
   *
   * @param section key of the tree itself
   * @throws IllegalArgumentException with the key and what is accepted
   */
  static <T> T bind(String section, JsonNode tree, Class<T> type) {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JsonMappingException e) {
      // without the cause, whose words may hold what is a secret in this place
      throw new IllegalArgumentException(refusal(path(section, e), tree, e));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot be malformed", e);
    }
  }

  /** As a file that says the same; secrets are stars. */
  static String yaml(Object value) {
    try {
      return MAPPER.writeValueAsString(Secrets.hidden("", MAPPER.valueToTree(value)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a configuration that was read", e);
    }
  }

  /** Keys with their values as text, of some sections. */
  static Map<String, String> flat(Object value, List<String> sections) {
    Map<String, String> flat = new TreeMap<>();
    JsonNode tree = Secrets.hidden("", MAPPER.valueToTree(value));
    sections.forEach(section -> flatten(section, tree.path(section), flat));
    return flat;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> flat) {
    if (node.isObject()) {
      node.properties().forEach(e -> flatten(path + "." + e.getKey(), e.getValue(), flat));
    } else {
      flat.put(path, node.isValueNode() ? node.asText() : node.toString());
    }
  }

  private static String refusal(String path, JsonNode tree, JsonMappingException e) {
    if (e.getCause() instanceof IllegalArgumentException ours) {
      return within(path, ours.getMessage());
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return path + ": unknown key; accepted: " + new TreeSet<>(unknown.getKnownPropertyIds());
    }
    if (e instanceof InvalidTypeIdException other) {
      return path + ".type: " + other.getTypeId() + "; accepted: " + feeds();
    }
    if (e instanceof MismatchedInputException mismatch) {
      String accepted = accepted(mismatch.getTargetType());
      boolean isShown = !accepted.equals(SECTION) && !GlobalConfiguration.isSensitive(path);
      return path
          + ": "
          + (isShown ? shown(at(tree, e)) : "something else")
          + "; accepted: "
          + accepted;
    }
    return path + ": " + e.getOriginalMessage();
  }

  private static String path(String section, JsonMappingException e) {
    StringBuilder path = new StringBuilder(section);
    for (JsonMappingException.Reference reference : e.getPath()) {
      if (reference.getFieldName() != null) { // else the place in a list
        path.append(path.isEmpty() ? "" : ".").append(reference.getFieldName());
      }
    }
    return path.toString();
  }

  /**
   * A refusal by a part of the file, which knows its own components, with the whole key. Parts
   * outside of this package may name the whole key themselves, with {@code *} for a name.
   */
  private static String within(String path, String refusal) {
    String key = refusal.substring(0, Math.max(0, refusal.indexOf(": ")));
    String section = path.replaceFirst("\\..*", "");
    // the mapping of records is in the words of files
    boolean isOther = key.startsWith("feed.") && !section.equals("feed");
    boolean isWhole = isOther || key.startsWith(section + ".");
    if (path.isEmpty() || (isWhole && !isOther && !key.contains("*"))) {
      return refusal;
    }
    String name = isWhole ? key.substring(key.lastIndexOf('.') + 1) : key;
    return path + "." + name + refusal.substring(key.length());
  }

  private static JsonNode at(JsonNode tree, JsonMappingException e) {
    JsonNode node = tree;
    for (JsonMappingException.Reference reference : e.getPath()) {
      node =
          reference.getFieldName() == null
              ? node.path(reference.getIndex())
              : node.path(reference.getFieldName());
    }
    return node;
  }

  private static String shown(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "a section";
      case ARRAY -> "a list";
      case NULL, MISSING -> "nothing";
      default -> value.asText().isEmpty() ? "nothing" : value.asText();
    };
  }

  private static String feeds() {
    return String.join(
        ", ",
        FEEDS.stream()
            .map(type -> type.getAnnotation(JsonTypeName.class).value())
            .sorted()
            .toList());
  }

  private static String accepted(Class<?> type) {
    if (type == Duration.class || type == StepLength.class) {
      return "a duration with its unit, such as P1M, P7D, PT1H or 30 min, up to 10,000 years";
    }
    if (type != null && type.isEnum()) {
      return String.join(
          ", ", Arrays.stream(type.getEnumConstants()).map(Object::toString).toList());
    }
    if (type == Integer.class || type == Long.class) {
      return "a whole number";
    }
    if (type == Double.class) {
      return "a number";
    }
    if (type != null && Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    boolean isSection = type != null && (type.isRecord() || Map.class.isAssignableFrom(type));
    return isSection ? SECTION : "text";
  }

  private static final class LengthText extends StdScalarSerializer<Duration> {
    private static final long serialVersionUID = 1;

    private LengthText() {
      super(Duration.class);
    }

    @Override
    public void serialize(Duration value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(StepLength.text(value));
    }
  }

  /** A label that a transform has, or had before. */
  private static final class TransformLabel extends StdScalarDeserializer<Transform> {
    private static final long serialVersionUID = 1;

    private TransformLabel() {
      super(Transform.class);
    }

    @Override
    public Transform deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      String label = parser.getText();
      Optional<Transform> known = Transform.ofLabel(label);
      if (known.isEmpty()) {
        throw context.weirdStringException(label, handledType(), "no transform");
      }
      if (!label.equals(known.get().toString())) {
        LOG.warn("series.transform: {} is called {} now", label, known.get());
      }
      return known.get();
    }
  }

  /** What a {@link StepLength} reads. */
  private static final class Lengths<T> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1;

    private final transient Function<StepLength, T> made;

    private Lengths(Class<T> type, Function<StepLength, T> made) {
      super(type);
      this.made = made;
    }

    @Override
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      String text = parser.getText().strip();
      try {
        return made.apply(StepLength.of(text));
      } catch (IllegalArgumentException e) {
        throw context.weirdStringException(text, handledType(), "no length");
      }
    }
  }
}
