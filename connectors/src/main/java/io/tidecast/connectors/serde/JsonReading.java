package io.tidecast.connectors.serde;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/** Strict reading of the product's own records; the records' constructors check the values. */
final class JsonReading {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .addModule(
              new SimpleModule()
                  .addDeserializer(Instant.class, new Text<>(Instant.class, JsonReading::time))
                  .addDeserializer(Duration.class, new Text<>(Duration.class, Duration::parse)))
          .build();

  private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  private JsonReading() {}

  /**
   * Reads one object.
   *
   * @throws IllegalArgumentException naming the field and what is wrong with it
   */
  static <T> T object(Class<T> type, byte[] bytes) {
    return read(MAPPER.readerFor(type), type, bytes);
  }

  /**
   * The same where not all fields have to be there: the record itself refuses without those.
   *
   * @param record that a refusal names
   */
  static <T> T objectWithOptions(Class<T> type, Class<?> record, byte[] bytes) {
    return read(
        MAPPER.readerFor(type).without(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES),
        record,
        bytes);
  }

  /** The same where there may also be fields that a later version has added. */
  static <T> T objectOfAnyVersion(Class<T> type, byte[] bytes) {
    return read(
        MAPPER
            .readerFor(type)
            .without(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES),
        type,
        bytes);
  }

  private static <T> T read(ObjectReader reader, Class<?> record, byte[] bytes) {
    try {
      T value = reader.readValue(bytes);
      if (value == null) {
        throw new IllegalArgumentException(
            "bytes are no " + record.getSimpleName() + ": null; accepted: an object");
      }
      return value;
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "bytes are no " + record.getSimpleName() + ": " + e.getMessage(), e);
    }
  }

  /** What is farther away has no milliseconds to compute with, or none that leave room for more. */
  private static Instant time(String text) {
    Instant time = Instant.parse(text);
    if (time.isBefore(YEAR_0) || !time.isBefore(YEAR_10000)) {
      throw new DateTimeException("not in the years 0 to 9999");
    }
    return time;
  }

  private static final class Text<T> extends StdScalarDeserializer<T> {
    private final transient Function<String, T> parse;

    private Text(Class<T> type, Function<String, T> parse) {
      super(type);
      this.parse = parse;
    }

    @Override
    public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
      String text = json.getText();
      try {
        return parse.apply(text);
      } catch (DateTimeException e) {
        throw context.weirdStringException(text, handledType(), e.getMessage());
      }
    }
  }
}
