package io.tidecast.connectors.serde;

import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.Decoded;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever a record holds, the decoder gives finite values or a reason. */
class ObservationDecoderFuzzTest {
  private static final byte[] VALID =
      bytes(
          "{\"type\":\"bar\",\"stream\":\"a/b\",\"time\":\"2024-01-02T00:00:00Z\",\"interval\":\"4h\","
              + "\"open\":\"42283.58\",\"high\":1e4,\"low\":-3.5,\"close\":\"7\",\"volume\":null,"
              + "\"closed\":true}");
  private static final byte[] VALUES =
      bytes(
          "{\"stream\":\"JFK\",\"time\":1357023060,\"values\":{\"t\":3.9,\"d\":\"-3.3e0\",\"w\":null}}");

  @Property(seed = "1")
  void anyBytes(@ForAll byte[] bytes) {
    check(bytes);
  }

  @Property(seed = "1")
  void aValidRecordWithSomethingElseWritten(
      @ForAll boolean bar,
      @ForAll @IntRange(min = 0, max = 999) int permille,
      @ForAll byte[] other) {
    byte[] damaged = (bar ? VALID : VALUES).clone();
    int at = permille * damaged.length / 1000;
    System.arraycopy(other, 0, damaged, at, Math.min(other.length, damaged.length - at));
    check(damaged);
  }

  @Property(seed = "1")
  void anyTextAsNameTimeAndNumber(
      @ForAll String stream, @ForAll String time, @ForAll String number, @ForAll double value) {
    String quoted = "\"%s\"".formatted(number.replace("\\", "\\\\").replace("\"", "\\\""));
    check(
        bytes(
            "{\"stream\":\"%s\",\"time\":\"%s\",\"values\":{\"a\":%s,\"b\":%s}}"
                .formatted(stream, time, quoted, value)));
  }

  @Example
  void tenMegabytesOfText() {
    check(bytes("{\"stream\":\"" + "a".repeat(10_000_000) + "\",\"time\":1,\"values\":{}}"));
    check(
        bytes(
            "{\"stream\":\"a\",\"time\":1,\"values\":{\"v\":\"" + "9".repeat(10_000_000) + "\"}}"));
  }

  @Example
  void aHundredThousandLevels() {
    check(bytes("[".repeat(100_000)));
    check(bytes("{\"stream\":\"a\",\"time\":1,\"values\":" + "{\"v\":".repeat(100_000)));
  }

  @Example
  void aMillionFields() {
    StringBuilder text = new StringBuilder("{\"stream\":\"a\",\"time\":1,\"values\":{");
    for (int field = 0; field < 1_000_000; field++) {
      text.append(field == 0 ? "\"f" : ",\"f").append(field).append("\":1");
    }
    check(bytes(text.append("}}").toString()));
  }

  private static void check(byte[] bytes) {
    Decoded decoded = assertTimeout(Duration.ofSeconds(30), () -> ObservationDecoder.decode(bytes));
    if (decoded instanceof Decoded.Accepted accepted) {
      accepted.observation().values().values().forEach(v -> assertTrue(Double.isFinite(v), "" + v));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
