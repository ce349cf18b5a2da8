package io.tidecast.connectors.serde;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.AnomalyRecord;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.Format;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.connectors.record.Rejection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecordBytesTest {
  private static final ObservationRecord OBSERVATION =
      new ObservationRecord(
          "JFK", Instant.parse("2013-01-01T06:51:00Z"), Map.of("temperature_2m", 3.9));
  private static final ForecastRecord FORECAST =
      new ForecastRecord(
          "JFK/temperature_2m",
          Instant.parse("2013-01-01T07:00:00Z"),
          Duration.ofHours(1),
          2,
          List.of(0.05, 0.5, 0.95),
          new float[][] {{0.1f, -1.5f}, {3.9f, 1.5f}, {4f, 2.5f}},
          "t-12-9f3a61c0",
          "model");
  private static final EvaluationRecord EVALUATION =
      new EvaluationRecord(
          "JFK/t",
          Instant.parse("2013-01-01T08:00:00Z"),
          Duration.ofHours(1),
          Duration.ofMinutes(10),
          "",
          List.of(0.05, 0.5, 0.95),
          new int[] {3, 0},
          new double[] {0.5, 0},
          new double[] {0.25, 0},
          new double[] {0.125, 0},
          new int[][] {{2, 0}},
          new double[][] {{1.5, 0}},
          new double[] {2, 0},
          new double[] {4, 0},
          new double[] {8, 0},
          new double[] {16, 0});

  private static final AnomalyRecord ANOMALY =
      new AnomalyRecord(
          "JFK/t",
          Instant.parse("2013-01-01T08:00:00Z"),
          49.3,
          1.25,
          null,
          null,
          12.5,
          "above",
          2,
          "spike");

  private static ObservationRecord observation(byte[] bytes) {
    return assertInstanceOf(Decoded.Accepted.class, ObservationDecoder.decode(bytes)).observation();
  }

  private static Rejection refusal(byte[] bytes) {
    return assertInstanceOf(Decoded.Refused.class, ObservationDecoder.decode(bytes)).rejection();
  }

  @ParameterizedTest
  @EnumSource
  void recordsReadBackTheSameInEveryFormat(Format format) {
    assertEquals(OBSERVATION, observation(RecordBytes.of(OBSERVATION, format)));
    ForecastRecord forecast = RecordBytes.forecast(RecordBytes.of(FORECAST, format));
    EvaluationRecord evaluation = RecordBytes.evaluation(RecordBytes.of(EVALUATION, format));

    assertEquals(ANOMALY, RecordBytes.anomaly(RecordBytes.of(ANOMALY, format)));
    assertEquals(FORECAST, forecast);
    assertEquals(EVALUATION, evaluation);
    assertEquals(EVALUATION.hashCode(), evaluation.hashCode());
  }

  /** The library's own reader and writer of the encoding, which know none of this code. */
  @Test
  void othersReadAndWriteTheSameBytes() throws IOException {
    Schema forecasts = schema("Forecast");
    GenericRecord read =
        new BinaryMessageDecoder<GenericRecord>(new GenericData(), forecasts)
            .decode(RecordBytes.of(FORECAST, Format.AVRO));
    assertEquals("JFK/temperature_2m", read.get("series").toString());
    assertEquals(List.of(3.9f, 1.5f), ((List<?>) read.get("quantiles")).get(1));

    Schema observations = schema("Observation");
    GenericRecord written = new GenericData.Record(observations);
    written.put("stream", "JFK");
    written.put("time", OBSERVATION.time().toEpochMilli());
    written.put("values", OBSERVATION.values());
    ByteBuffer bytes =
        new BinaryMessageEncoder<GenericRecord>(new GenericData(), observations).encode(written);
    assertEquals(OBSERVATION, observation(Arrays.copyOf(bytes.array(), bytes.remaining())));
  }

  /** By Avro's own rules, as those who know both schemas read. */
  @Test
  void evaluationsOfTheOlderSchemaAreReadAndDoNotKnowTheSizesOfTargets() throws IOException {
    Schema older = schema("OlderEvaluation");
    Schema newer = schema("Evaluation");
    BinaryMessageDecoder<GenericRecord> asOlder =
        new BinaryMessageDecoder<>(new GenericData(), older);
    asOlder.addSchema(newer);
    GenericRecord record = asOlder.decode(RecordBytes.of(EVALUATION, Format.AVRO));
    ByteBuffer buffer =
        new BinaryMessageEncoder<GenericRecord>(new GenericData(), older).encode(record);
    byte[] bytes = Arrays.copyOf(buffer.array(), buffer.remaining());

    EvaluationRecord read = RecordBytes.evaluation(bytes);

    assertEquals(0, read.absoluteTarget().length);
    assertArrayEquals(EVALUATION.persistenceAbsoluteError(), read.persistenceAbsoluteError());
    BinaryMessageDecoder<GenericRecord> asNewer =
        new BinaryMessageDecoder<>(new GenericData(), newer);
    asNewer.addSchema(older);
    assertEquals(List.of(), asNewer.decode(bytes).get("absoluteTarget"));
  }

  private static Schema schema(String name) throws IOException {
    try (InputStream file = AvroV1.class.getResourceAsStream(name + ".avsc")) {
      return new Schema.Parser().parse(file);
    }
  }

  @Test
  void whateverIsCutOrChangedIsRefusedAndTheNextIsRead() {
    byte[] whole = RecordBytes.of(OBSERVATION, Format.AVRO);
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Arrays.copyOf(whole, 3 + random.nextInt(whole.length - 2));
      bytes[2 + random.nextInt(bytes.length - 2)] ^= (byte) (1 << random.nextInt(8));

      ObservationDecoder.decode(bytes); // does not throw
    }

    for (int length = 2; length < whole.length; length++) {
      assertEquals("malformed", refusal(Arrays.copyOf(whole, length)).code());
    }
    assertEquals("malformed", refusal(Arrays.copyOf(whole, whole.length + 1)).code());
    assertEquals(OBSERVATION, observation(whole));
  }

  @Test
  void lengthThatIsNotThereTakesNoMemory() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(Arrays.copyOf(RecordBytes.of(OBSERVATION, Format.AVRO), 10));
    // zigzag of two thousand millions, as length of the stream's name
    bytes.writeBytes(new byte[] {(byte) 0x80, (byte) 0xd0, (byte) 0xac, (byte) 0xf3, 0x0e, 'J'});

    assertEquals("malformed", refusal(bytes.toByteArray()).code());
  }

  @Test
  void valuesAreCheckedAsInJson() {
    ByteBuffer bytes = ByteBuffer.wrap(RecordBytes.of(OBSERVATION, Format.AVRO));
    bytes.order(ByteOrder.LITTLE_ENDIAN).putDouble(bytes.capacity() - 9, Double.NaN);

    assertEquals("non-finite", refusal(bytes.array()).code());
  }

  @Test
  void anotherSchemaIsNamed() {
    byte[] bytes = RecordBytes.of(OBSERVATION, Format.AVRO);

    String refusal =
        assertThrows(IllegalArgumentException.class, () -> RecordBytes.forecast(bytes))
            .getMessage();

    assertEquals("bytes are no Forecast: they are of another schema", refusal);
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void forecastOfTheCalendarTellsItsTargetTimes(Format format) {
    List<Instant> targets =
        List.of(Instant.parse("2024-03-01T00:00:00Z"), Instant.parse("2024-04-01T00:00:00Z"));
    ForecastRecord months =
        new ForecastRecord(
            "a/v",
            Instant.parse("2024-02-01T00:00:00Z"),
            Duration.ofSeconds(2_629_746),
            2,
            targets,
            FORECAST.levels(),
            FORECAST.quantiles(),
            "",
            "naive");

    byte[] bytes = RecordBytes.of(months, format);

    ForecastRecord read = RecordBytes.forecast(bytes);
    assertEquals(targets, read.targets());
    assertEquals(months.levels(), read.levels());
    assertArrayEquals(bytes, RecordBytes.of(read, format));
    assertEquals(List.of(), RecordBytes.forecast(RecordBytes.of(FORECAST, format)).targets());
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void forecastOfACounterHasItsDigits(Format format) {
    float[][] above = {{12.345f, -3.25f}, {60.5f, 117}, {101.25f, 250.125f}};
    ForecastRecord counter = counter(above);

    byte[] bytes = RecordBytes.of(counter, format);

    ForecastRecord read = RecordBytes.forecast(bytes);
    for (int j = 0; j < above.length; j++) {
      for (int lead = 1; lead <= 2; lead++) {
        double accepted = format == Format.AVRO ? 1e-4 : 0.6;
        assertEquals(1.7e9 + above[j][lead - 1], read.quantile(j, lead), accepted);
      }
    }
    assertArrayEquals(bytes, RecordBytes.of(read, format));
    if (format == Format.JSON) {
      String json = new String(bytes, UTF_8);
      // widths 89 and 253: tenths and ones
      assertTrue(
          json.contains("[[1700000012.3,1699999997],[1700000060.5,1700000117],"), () -> json);
    }
  }

  private static ForecastRecord counter(float[][] above) {
    return new ForecastRecord(
        "a/v",
        Instant.EPOCH,
        Duration.ofHours(1),
        2,
        List.of(),
        List.of(0.05, 0.5, 0.95),
        above,
        1.7e9,
        "",
        "naive");
  }

  /** Seven digits are not enough for a float there: 1700001024 is the nearest. */
  @Test
  void counterThatStandsAtARoundNumberHasItInAvro() {
    ForecastRecord stands = counter(new float[][] {{1000, 1000}, {1000, 1000}, {1000, 1000}});

    ForecastRecord read = RecordBytes.forecast(RecordBytes.of(stands, Format.AVRO));

    assertEquals(1_700_001_000, read.quantile(1, 2));
  }

  @Test
  void limitsOfACounterHoldAsItIsRounded() {
    float[][] limited = {{12.4f, 12.4f}, {117, 250.6f}, {250.6f, 250.6f}};
    double[] limits = {1.7e9 + 12.4f, 1.7e9 + 250.6f};

    ForecastRecord read = RecordBytes.forecast(RecordBytes.of(counter(limited), Format.JSON));

    for (int j = 0; j < limited.length; j++) {
      for (int lead = 1; lead <= 2; lead++) {
        double quantile = read.quantile(j, lead);
        assertTrue(quantile >= limits[0] && quantile <= limits[1], () -> "quantile " + quantile);
        assertEquals(1.7e9 + limited[j][lead - 1], quantile, 0.6);
      }
    }
  }

  @Test
  void targetTimesAreOnePerLead() {
    String one =
        new String(RecordBytes.of(FORECAST, Format.JSON), UTF_8)
            .replace("\"levels\"", "\"targets\":[\"2013-01-01T08:00:00Z\"],\"levels\"");

    String refusal =
        assertThrows(
                IllegalArgumentException.class, () -> RecordBytes.forecast(one.getBytes(UTF_8)))
            .getMessage();

    assertTrue(refusal.contains("targets"), refusal);
  }

  @Test
  void avroIsLessThanTwoThirdsOfJson() {
    float[][] quantiles = new float[3][24];
    for (float[] level : quantiles) {
      Arrays.fill(level, 50.12f);
    }
    ForecastRecord day =
        new ForecastRecord(
            "JFK/t",
            Instant.EPOCH,
            Duration.ofHours(1),
            24,
            List.of(0.05, 0.5, 0.95),
            quantiles,
            "",
            "naive");

    assertTrue(
        RecordBytes.of(day, Format.AVRO).length * 3 < RecordBytes.of(day, Format.JSON).length * 2);
  }
}
