package io.tidecast.connectors.serde;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.Rejection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObservationDecoderTest {
  private static final String BAR =
      "{'type':'bar','stream':'BTC-USD','time':'2024-01-02T00:00:00Z','interval':'4h','open':'42283.58',"
          + "'high':'42554.57','low':41811.10,'close':'42475.23','volume':null,'closed':true}";

  @Test
  void tickHasATimeAndNothingElse() {
    assertEquals(
        new Decoded.Tick(Instant.EPOCH),
        decode("{\"type\":\"tidecast-tick\",\"time\":\"1970-01-01T00:00:00Z\"}"));
    assertInstanceOf(Decoded.Refused.class, decode("{\"type\":\"tidecast-tick\"}"));
  }

  @Test
  void observationIsReadAndNullIsMissing() {
    ObservationRecord observation =
        accepted(
            "{'stream':'JFK','time':'2013-01-01T06:51:00Z',"
                + "'values':{'temperature_2m':3.9,'dew_point_2m':'-3.3e0','wind_gusts_10m':null}}");

    assertEquals("JFK", observation.stream());
    assertEquals(Instant.parse("2013-01-01T06:51:00Z"), observation.time());
    assertEquals(Map.of("temperature_2m", 3.9, "dew_point_2m", -3.3), observation.values());
  }

  @ParameterizedTest
  @CsvSource({
    "'\"2013-01-01T01:51:00.25-05:00\"', 2013-01-01T06:51:00.250Z",
    "1357023060, 2013-01-01T06:51:00Z",
    "1357023060250, 2013-01-01T06:51:00.250Z",
    "-1, 1969-12-31T23:59:59Z",
    "1760000100.584, 2025-10-09T08:55:00.584Z",
    "1.7600001e9, 2025-10-09T08:55:00Z",
    "'\"2013-01-01 06:51:00+00\"', 2013-01-01T06:51:00Z",
    "100000000000, 1973-03-03T09:46:40Z"
  })
  void timeIsReadInEveryForm(String written, Instant time) {
    assertEquals(time, accepted("{'stream':'a','time':" + written + ",'values':{}}").time());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"2013-01-01\"",
        "\"2013-01-01T06:51:00\"",
        "\"1357023060\"",
        "\"\"",
        "1357023060250000",
        "100000000000000",
        "99999999999999999999999999",
        "1e99",
        "99999999999",
        "\"9999-12-31T23:59:59Z\"",
        "\"0001-01-01T00:00:00Z\"",
        "true",
        "null",
        "{}",
        "\"+12013-01-01T06:51:00Z\""
      })
  void otherTimesAreRefused(String written) {
    Rejection rejection = refused("{'stream':'a','time':" + written + ",'values':{}}");

    assertInstanceOf(Rejection.NoTime.class, rejection);
    assertEquals("no-time", rejection.code());
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"stream\":\"a\",\"values\":{}}', no-time",
    "'{\"time\":1,\"values\":{}}', no-stream",
    "'{\"stream\":\"\",\"time\":1,\"values\":{}}', no-stream",
    "'{\"stream\":\" a\",\"time\":1,\"values\":{}}', no-stream",
    "'{\"stream\":null,\"time\":1,\"values\":{}}', no-stream",
    "'{\"stream\":\"a\",\"time\":1}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":[]}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x/y\":1}}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"\":1}}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":1,\"x\":2}}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"time\":2,\"values\":{}}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{}} {}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{}', malformed",
    "'[]', malformed",
    "'\"text\"', malformed",
    "'', malformed",
    "'{\"type\":\"tick\",\"stream\":\"a\",\"time\":1,\"values\":{}}', unknown-type",
    "'{\"type\":7,\"stream\":\"a\",\"time\":1,\"values\":{}}', malformed",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":NaN}}', non-finite",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":-Infinity}}', non-finite",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":\"NaN\"}}', non-finite",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":\"-Infinity\"}}', non-finite",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":1e999}}', non-finite",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":1e39}}', non-finite",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":\"\"}}', not-numeric",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":\"1d\"}}', not-numeric",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":\" 1\"}}', not-numeric",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":\"1e\"}}', not-numeric",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":true}}', not-numeric",
    "'{\"stream\":\"a\",\"time\":1,\"values\":{\"x\":[1]}}', not-numeric"
  })
  void flawIsRefusedByItsReason(String json, String code) {
    Decoded decoded = ObservationDecoder.decode(json.getBytes(StandardCharsets.UTF_8));

    assertEquals(code, assertInstanceOf(Decoded.Refused.class, decoded).rejection().code());
  }

  @Test
  void absentValueOfKafkaIsRefused() {
    assertInstanceOf(Decoded.Refused.class, ObservationDecoder.decode(null));
  }

  @Test
  void unknownFieldsAreSkippedWhateverTheyHold() {
    ObservationRecord observation =
        accepted(
            "{'unit':{'x':[1,{'y':2}]},'interval':60,'open':{'a':1},'closed':'no','stream':'a','time':1,"
                + "'values':{'x':1}}");

    assertEquals(Map.of("x", 1.0), observation.values());
  }

  @Test
  void closedBarIsAnObservationAtItsEnd() {
    ObservationRecord observation = accepted(BAR);

    assertEquals("BTC-USD", observation.stream());
    assertEquals(Instant.parse("2024-01-02T04:00:00Z"), observation.time());
    assertEquals(
        Map.of("open", 42283.58, "high", 42554.57, "low", 41811.10, "close", 42475.23),
        observation.values());
  }

  @Test
  void openBarIsNoNews() {
    assertInstanceOf(Decoded.OpenBar.class, decode(BAR.replace("true", "false")));
  }

  @ParameterizedTest
  @CsvSource({
    "'4h', 'PT4H', ''",
    "'4h', '240m', ''",
    "'4h', '4M', malformed",
    "'4h', '0h', malformed",
    "'4h', '-4h', malformed",
    "'4h', 'h', malformed",
    "'4h', '', malformed",
    "'4h', '999999999999999w', malformed",
    "',\"closed\":true', '', malformed",
    "'\"interval\":\"4h\",', '', malformed",
    "'\"42475.23\"', '\"x\"', not-numeric",
    "'41811.10', 'Infinity', non-finite",
    "'41811.10', '{}', not-numeric",
    "'\"close\"', '\"open\"', malformed",
  })
  void barIsCheckedLikeAnObservation(String part, String replacement, String code) {
    String changed = BAR.replace('\'', '"').replace(part, replacement);

    Decoded decoded = ObservationDecoder.decode(changed.getBytes(StandardCharsets.UTF_8));

    if (code.isEmpty()) {
      assertInstanceOf(Decoded.Accepted.class, decoded);
    } else {
      assertEquals(code, assertInstanceOf(Decoded.Refused.class, decoded).rejection().code());
    }
  }

  @Test
  void whatIsWrittenReadsBackTheSame() {
    ObservationRecord observation =
        new ObservationRecord(
            "Zürich \"5\"",
            Instant.parse("2013-01-01T06:51:00.123456789Z"),
            Map.of("x", 0.1 + 0.2));

    byte[] bytes = ObservationJsonV1.write(observation);

    assertEquals(new Decoded.Accepted(observation), ObservationDecoder.decode(bytes));
  }

  @Test
  void onlyWhatIsAskedForCanSpoilARecord() {
    byte[] record =
        "{\"stream\":\"a\",\"time\":1,\"values\":{\"v\":1,\"w\":\"unavailable\",\"x\":[{}],\"y/z\":2,\"u\":3}}"
            .getBytes(StandardCharsets.UTF_8);

    Decoded decoded = ObservationDecoder.decode(record, "v"::equals);

    Map<String, Double> good = Map.of("v", 1.0, "u", 3.0);
    assertEquals(good, assertInstanceOf(Decoded.Accepted.class, decoded).observation().values());
    assertEquals(
        good,
        assertInstanceOf(Decoded.Accepted.class, ObservationDecoder.decodeGood(record))
            .observation()
            .values());
    assertInstanceOf(Decoded.Refused.class, ObservationDecoder.decode(record, "w"::equals));
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"V\":1}', no configured variable among [V]",
    "'{}', no configured variable among []",
    "'{\"v\":null}', ''"
  })
  void recordThatSaysNothingIsRefused(String values, String detail) {
    String json = "{\"stream\":\"a\",\"time\":1,\"values\":" + values + "}";

    Decoded decoded = ObservationDecoder.decode(json.getBytes(StandardCharsets.UTF_8), "v"::equals);

    if (detail.isEmpty()) {
      assertInstanceOf(Decoded.Accepted.class, decoded);
    } else {
      Rejection rejection = assertInstanceOf(Decoded.Refused.class, decoded).rejection();
      assertEquals("no-variable", rejection.code());
      assertEquals(detail, rejection.detail());
    }
  }

  @Test
  void frameOfARegistryIsNamed() {
    byte[] json = "{\"stream\":\"a\",\"time\":1,\"values\":{}}".getBytes(StandardCharsets.UTF_8);
    byte[] framed = new byte[5 + json.length];
    framed[4] = 0x0c;
    System.arraycopy(json, 0, framed, 5, json.length);

    Rejection rejection =
        assertInstanceOf(Decoded.Refused.class, ObservationDecoder.decode(framed)).rejection();

    assertEquals("malformed", rejection.code());
    assertEquals(
        "begins with 00 00 00 00 0c: a schema registry's frame, not JSON", rejection.detail());
  }

  @Test
  void noBytesMakeItThrow() {
    long seed = 7;
    Random random = new Random(seed);
    List<String> bases =
        List.of(BAR, "{'stream':'a','time':1,'values':{'x':1.5,'y':null,'z':'-2'}}");
    int accepted = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = bases.get(i % 2).replace('\'', '"').getBytes(StandardCharsets.UTF_8);
      for (int k = random.nextInt(4); k >= 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Decoded decoded = ObservationDecoder.decode(bytes);
      if (decoded instanceof Decoded.Refused refused) {
        assertNotNull(refused.rejection().detail(), "seed " + seed);
      } else {
        accepted++;
      }
    }
    assertTrue(accepted > 100 && accepted < 25_000, accepted + " accepted");
  }

  private static ObservationRecord accepted(String json) {
    return assertInstanceOf(Decoded.Accepted.class, decode(json)).observation();
  }

  private static Rejection refused(String json) {
    return assertInstanceOf(Decoded.Refused.class, decode(json)).rejection();
  }

  private static Decoded decode(String json) {
    return ObservationDecoder.decode(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }
}
