package io.tidecast.connectors.serde;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.Format;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever a topic of the job's own holds, it is a record or refused in words. */
class RecordFuzzTest {
  private static final ControlRecord CONTROL =
      new ControlRecord(
          "g", ControlRecord.Action.PROMOTE, Instant.EPOCH, "g-1-00000000", true, new byte[] {1});
  private static final ForecastRecord FORECAST =
      new ForecastRecord(
          "a/b",
          Instant.EPOCH,
          Duration.ofHours(1),
          2,
          List.of(0.1, 0.5),
          new float[][] {{1, 2}, {3, 4}},
          "t-12-9f3a61c0",
          "model");

  private static final List<byte[]> VALID =
      List.of(
          ControlJsonV1.write(CONTROL),
          RecordBytes.of(FORECAST, Format.JSON),
          RecordBytes.of(FORECAST, Format.AVRO));

  private static final List<Function<byte[], Object>> READERS =
      List.of(
          ControlJsonV1::read,
          ModelJsonV1::read,
          RecordBytes::forecast,
          RecordBytes::evaluation,
          RecordBytes::anomaly);

  @Property(seed = "1")
  void anyBytes(@ForAll byte[] bytes) {
    readOrRefuse(bytes);
  }

  @Property(seed = "1")
  void aValidRecordWithSomethingElseWritten(
      @ForAll @IntRange(max = 2) int kind,
      @ForAll @IntRange(max = 999) int permille,
      @ForAll byte[] other) {
    byte[] damaged = VALID.get(kind).clone();
    int at = permille * damaged.length / 1000;
    System.arraycopy(other, 0, damaged, at, Math.min(other.length, damaged.length - at));
    readOrRefuse(damaged);
  }

  @Property(seed = "1")
  void aFieldOfAnotherKind(
      @ForAll @IntRange(max = 1) int kind,
      @ForAll @IntRange(max = 9) int field,
      @ForAll("values") String value) {
    String[] fields = new String(VALID.get(kind), UTF_8).split(",\"");
    int chosen = field % fields.length;
    fields[chosen] = fields[chosen].replaceFirst(":[^}]*", ":" + value.replace("$", "\\$"));
    readOrRefuse(String.join(",\"", fields).getBytes(UTF_8));
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.of(
        "null",
        "true",
        "-1",
        "1e999",
        "NaN",
        "\"\"",
        "\"-PT1H\"",
        "[]",
        "[null]",
        "[[]]",
        "[[null,1]]",
        "{}",
        "\"+1000000000-12-31T23:59:59Z\"",
        "9223372036854775808",
        "[1,0.5]");
  }

  private static void readOrRefuse(byte[] bytes) {
    List<String> silent = new ArrayList<>();
    for (Function<byte[], Object> reader : READERS) {
      try {
        reader.apply(bytes);
      } catch (IllegalArgumentException refused) {
        if (refused.getMessage() == null) {
          silent.add(refused.toString());
        }
      }
    }
    if (!silent.isEmpty()) {
      throw new AssertionError("refused without a word: " + silent);
    }
  }
}
