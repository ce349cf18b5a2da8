package io.tidecast.connectors.serde;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.Names;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.Rejection;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Reads {@code <domain>.observation.v1}, format version 1, in two types:
 *
 * <pre>{@code
 * {"stream":"JFK","time":"2013-01-01T06:51:00Z","values":{"temperature_2m":3.9,"wind_gusts_10m":null}}
 * {"type":"bar","stream":"BTC-USD","time":"2024-01-02T00:00:00Z","interval":"4h",
 *  "open":"42283.58","high":"42554.57","low":"41811.10","close":"42475.23","volume":"1174.29","closed":true}
 * }</pre>
 *
 * <ul>
 *   <li>{@code type}: {@code observation} (or absent), {@code bar}, or {@code tidecast-tick}, which
 *       has a time only ({@link Decoded.Tick}).
 *   <li>{@code time}: RFC 3339 with any offset, or a number: epoch seconds below 10^11 in
 *       magnitude, epoch milliseconds from there to 10^14. Smaller units are refused, and so are
 *       times outside the years 1800 to 2199.
 *   <li>Values: a JSON number, or a decimal as text; null or absent is missing. NaN, infinity, what
 *       single precision cannot hold, and any other text are refused.
 *   <li>A bar becomes an observation at {@code time + interval}, with its values under {@code open,
 *       high, low, close, volume}. The interval is ISO-8601 or a count with s, m, h, d or w. An
 *       open bar is {@link Decoded.OpenBar}; one that does not say whether it is closed is refused.
 *   <li>Unknown fields are skipped, as others may send more; a field twice is refused.
 * </ul>
 *
 * <p>Avro's single-object encoding of {@code Observation.avsc} is read as well, known by its first
 * two bytes.
 *
 * <p>Never throws on any bytes. Stateless, for any thread.
 */
public final class ObservationDecoder {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // read as numbers, to be refused by their own reason
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .build();

  /** Bytes before a record of a schema registry: a zero, and the number of the schema. */
  private static final int FRAME = 5;

  /** Type of a record that says the time. */
  public static final String TICK = "tidecast-tick";

  /** Names that a refusal shows. */
  private static final int MAX_NAMES = 8;

  private String type;
  private String stream;
  private Instant time;
  private Duration interval;
  private Boolean closed;
  private Map<String, Double> values;
  private final Map<String, Double> bar = new LinkedHashMap<>();

  private Refusal barFlaw;

  private final Predicate<String> wanted;
  private final List<String> names = new ArrayList<>();
  private boolean hasWanted;

  private ObservationDecoder(Predicate<String> wanted) {
    this.wanted = wanted;
  }

  /**
   * Decodes the value of one Kafka record, every variable of it.
   *
   * @param bytes null is refused like any other flaw
   */
  public static Decoded decode(byte[] bytes) {
    return decode(bytes, name -> true, false);
  }

  /**
   * Decodes what somebody asks for. Only a flaw in what is wanted refuses the record; a value of
   * another variable that is none is left out. A record that names nothing wanted is refused.
   */
  public static Decoded decode(byte[] bytes, Predicate<String> wanted) {
    return decode(bytes, wanted, true);
  }

  /** Decodes every value that is one; the others are left out. */
  public static Decoded decodeGood(byte[] bytes) {
    return decode(bytes, name -> false, false);
  }

  private static Decoded decode(byte[] bytes, Predicate<String> wanted, boolean any) {
    if (bytes == null) {
      return new Decoded.Refused(new Rejection.Malformed("no value"));
    }
    if (isFramed(bytes)) {
      return new Decoded.Refused(new Rejection.Malformed(frame(bytes)));
    }
    ObservationDecoder decoder = new ObservationDecoder(wanted);
    try {
      if (AvroFrame.isAvro(bytes)) {
        decoder.read(AvroV1.observation(bytes));
      } else {
        decoder.readJson(bytes);
      }
      Decoded decoded = decoder.decoded();
      boolean nothing = any && !decoder.hasWanted && decoded instanceof Decoded.Accepted;
      return nothing
          ? new Decoded.Refused(
              new Rejection.NoVariable(Refusal.shortened(decoder.names.toString())))
          : decoded;
    } catch (Refusal e) {
      return new Decoded.Refused(e.rejection());
    } catch (IllegalArgumentException e) {
      return new Decoded.Refused(new Rejection.Malformed(Refusal.shortened(e.getMessage())));
    } catch (JsonProcessingException e) {
      return new Decoded.Refused(
          new Rejection.Malformed(Refusal.shortened(e.getOriginalMessage())));
    } catch (IOException e) {
      return new Decoded.Refused(new Rejection.Malformed(Refusal.shortened(e.getMessage())));
    }
  }

  /**
   * Whether bytes begin as those who write through a registry begin: with a zero and the number of
   * a schema.
   */
  public static boolean isFramed(byte[] bytes) {
    return bytes.length > FRAME && bytes[0] == 0;
  }

  /** What to say of it. */
  public static String frame(byte[] bytes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < FRAME; i++) {
      hex.append(String.format(" %02x", bytes[i]));
    }
    return "begins with" + hex + ": a schema registry's frame, not JSON";
  }

  /** Avro has one type, and a value is there or is not. */
  private void read(AvroV1.Raw raw) throws Refusal {
    if (!Names.isStream(raw.stream())) {
      throw new Refusal(new Rejection.NoStream("'" + Refusal.shortened(raw.stream()) + "'"));
    }
    stream = raw.stream();
    try {
      time = Times.sane(raw.time());
    } catch (DateTimeException e) {
      throw new Refusal(new Rejection.NoTime(Refusal.shortened(e.getMessage())));
    }
    values = new LinkedHashMap<>();
    for (Map.Entry<String, Double> value : raw.values().entrySet()) {
      take(value.getKey(), value.getValue());
    }
  }

  private void take(String name, double value) throws Refusal {
    name(name);
    boolean isName = Names.isVariable(name);
    if (isName && ObservationRecord.isValue(value)) {
      values.put(name, value);
    } else if (wanted.test(name)) {
      throw isName
          ? new Refusal(new Rejection.NonFinite(name, value))
          : Refusal.malformed("variable '" + Refusal.shortened(name) + "'");
    }
  }

  private void readJson(byte[] bytes) throws IOException, Refusal {
    try (JsonParser json = FACTORY.createParser(bytes)) {
      read(json);
    }
  }

  private void read(JsonParser json) throws IOException, Refusal {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw Refusal.malformed("expected a JSON object");
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      readField(name, json);
    }
    if (json.nextToken() != null) {
      throw Refusal.malformed("more than one JSON value");
    }
  }

  private void readField(String name, JsonParser json) throws IOException, Refusal {
    switch (name) {
      case "type" -> type = once(name, type, text(name, json));
      case "stream" -> stream = once(name, stream, readStream(json));
      case "time" -> time = once(name, time, readTime(json));
      case "values" -> values = once(name, values, readValues(json));
      case "interval", "closed", "open", "high", "low", "close", "volume" ->
          readBarField(name, json);
      default -> json.skipChildren();
    }
  }

  /** The type may come last, and in an observation these are unknown fields: a flaw waits. */
  private void readBarField(String name, JsonParser json) throws IOException {
    try {
      switch (name) {
        case "interval" -> interval = once(name, interval, readInterval(json));
        case "closed" -> closed = once(name, closed, readFlag(name, json));
        default -> {
          name(name);
          readValue(name, json, bar);
        }
      }
    } catch (Refusal e) {
      boolean value = !name.equals("interval") && !name.equals("closed");
      barFlaw = barFlaw == null && (!value || wanted.test(name)) ? e : barFlaw;
      json.skipChildren();
    }
  }

  private Decoded decoded() throws Refusal {
    boolean isTick = TICK.equals(type);
    if (stream == null && !isTick) {
      throw new Refusal(new Rejection.NoStream("absent"));
    }
    if (time == null) {
      throw new Refusal(new Rejection.NoTime("absent"));
    }
    if (isTick) {
      return new Decoded.Tick(time);
    }
    return switch (type == null ? "observation" : type) {
      case "observation" -> observation();
      case "bar" -> closedBar();
      default -> throw new Refusal(new Rejection.UnknownType(Refusal.shortened(type)));
    };
  }

  private Decoded observation() throws Refusal {
    if (values == null) {
      throw Refusal.malformed("no values");
    }
    return new Decoded.Accepted(new ObservationRecord(stream, time, values));
  }

  private Decoded closedBar() throws Refusal {
    if (barFlaw != null) {
      throw barFlaw;
    }
    if (closed == null || interval == null) {
      throw Refusal.malformed("bar without " + (closed == null ? "closed" : "interval"));
    }
    if (!closed) {
      return new Decoded.OpenBar();
    }
    return new Decoded.Accepted(new ObservationRecord(stream, time.plus(interval), bar));
  }

  private static String readStream(JsonParser json) throws IOException, Refusal {
    String name = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
    if (!Names.isStream(name)) {
      throw new Refusal(new Rejection.NoStream("'" + Refusal.shortened(json.getText()) + "'"));
    }
    return name;
  }

  private static Instant readTime(JsonParser json) throws IOException, Refusal {
    String text = json.getText();
    try {
      return switch (json.currentToken()) {
        case VALUE_STRING -> Times.sane(Times.rfc3339(text));
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Times.epoch(text);
        default -> throw new DateTimeException("neither text nor number");
      };
    } catch (DateTimeException e) {
      throw new Refusal(
          new Rejection.NoTime(
              "'"
                  + Refusal.shortened(text)
                  + "'; accepted: RFC 3339, epoch seconds or milliseconds ("
                  + Refusal.shortened(e.getMessage())
                  + ")"));
    }
  }

  private static Duration readInterval(JsonParser json) throws IOException, Refusal {
    String text = text("interval", json);
    try {
      return Times.interval(text);
    } catch (DateTimeException e) {
      throw Refusal.malformed(
          "interval '" + Refusal.shortened(text) + "'; accepted: such as 5m, 4h, 1d, PT4H");
    }
  }

  private Map<String, Double> readValues(JsonParser json) throws IOException, Refusal {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw Refusal.malformed("values is no object");
    }
    Map<String, Double> values = new LinkedHashMap<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      name(name);
      try {
        if (!Names.isVariable(name)) {
          throw Refusal.malformed("variable '" + Refusal.shortened(name) + "'");
        }
        readValue(name, json, values);
      } catch (Refusal e) {
        if (wanted.test(name)) {
          throw e;
        }
        json.skipChildren();
      }
    }
    return values;
  }

  private void name(String name) {
    hasWanted |= wanted.test(name);
    if (names.size() < MAX_NAMES) {
      names.add(name);
    }
  }

  private static void readValue(String name, JsonParser json, Map<String, Double> values)
      throws IOException, Refusal {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    double value =
        switch (json.currentToken()) {
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
          case VALUE_STRING -> decimal(name, json.getText());
          default ->
              throw new Refusal(new Rejection.NotNumeric(name, Refusal.shortened(json.getText())));
        };
    if (!ObservationRecord.isValue(value)) {
      throw new Refusal(new Rejection.NonFinite(name, value));
    }
    if (values.put(name, value) != null) {
      throw Refusal.malformed("'" + name + "' twice");
    }
  }

  private static double decimal(String name, String text) throws Refusal {
    try {
      return Decimals.parse(text);
    } catch (NumberFormatException e) {
      throw new Refusal(new Rejection.NotNumeric(name, Refusal.shortened(text)));
    }
  }

  private static boolean readFlag(String name, JsonParser json) throws IOException, Refusal {
    return switch (json.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw Refusal.malformed(name + " is neither true nor false");
    };
  }

  private static String text(String name, JsonParser json) throws IOException, Refusal {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw Refusal.malformed(name + " is no text");
    }
    return json.getText();
  }

  private static <T> T once(String name, T before, T value) throws Refusal {
    if (before != null) {
      throw Refusal.malformed("'" + name + "' twice");
    }
    return value;
  }
}
