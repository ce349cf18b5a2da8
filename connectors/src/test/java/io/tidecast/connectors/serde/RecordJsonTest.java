package io.tidecast.connectors.serde;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.EvaluationRecord;
import io.tidecast.connectors.record.ForecastRecord;
import io.tidecast.connectors.record.ModelRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordJsonTest {
  private static final String FORECAST =
      "{\"series\":\"JFK/temperature_2m\",\"origin\":\"2013-01-01T07:00:00Z\",\"step\":\"PT1H\","
          + "\"horizon\":2,\"levels\":[0.05,0.5,0.95],\"quantiles\":[[0.1,-1.5],[3.9,1.5],[4,2.5]],"
          + "\"model\":\"t-12-9f3a61c0\",\"quality\":\"model\"}";
  private static final String EVALUATION =
      "{\"series\":\"JFK/t\",\"time\":\"2013-01-01T08:00:00Z\",\"period\":\"PT1H\",\"step\":\"PT10M\","
          + "\"model\":\"\",\"levels\":[0.05,0.5,0.95],\"count\":[3,0],\"absoluteError\":[0.1,0.0],"
          + "\"squaredError\":[0.3,0.0],\"pinball\":[0.25,0.0],\"inside\":[[2,0]],\"width\":[[1.5,0.0]],"
          + "\"naiveAbsoluteError\":[0.4,0.0],\"naivePinball\":[0.5,0.0],\"persistenceAbsoluteError\":[0.6,0.0],"
          + "\"absoluteTarget\":[6.5,0.0]}";
  private static final String MODEL =
      "{\"group\":\"t\",\"boundary\":\"2013-01-08T00:00:00Z\",\"validFrom\":\"2013-01-08T00:10:00Z\","
          + "\"decision\":\"promoted\",\"version\":\"t-1-9f3a61c0\",\"parent\":\"\",\"reason\":\"schedule\","
          + "\"windows\":12,\"series\":3,\"dataFrom\":\"2013-01-01T00:00:00Z\","
          + "\"dataTo\":\"2013-01-07T23:00:00Z\",\"observed\":504,\"leftOut\":9,\"pinball\":0.25,\"championPinball\":null,\"naivePinball\":0.5,"
          + "\"artifact\":\"AQIDBA==\"}";

  private static final ControlRecord RETRAIN =
      new ControlRecord(
          "g",
          ControlRecord.Action.RETRAIN,
          Instant.parse("2024-01-02T00:00:00Z"),
          "",
          false,
          new byte[0]);

  @Test
  void forecastIsWrittenAsDocumented() {
    ForecastRecord forecast =
        new ForecastRecord(
            "JFK/temperature_2m",
            Instant.parse("2013-01-01T07:00:00Z"),
            Duration.ofHours(1),
            2,
            List.of(0.05, 0.5, 0.95),
            new float[][] {{0.1f, -1.5f}, {3.9f, 1.5f}, {4f, 2.5f}},
            "t-12-9f3a61c0",
            "model");

    assertEquals(FORECAST, text(ForecastJsonV1.write(forecast)));
    assertEquals("JFK/temperature_2m", forecast.key());
  }

  @Test
  void forecastReadsBackTheSame() {
    assertEquals(FORECAST, text(ForecastJsonV1.write(ForecastJsonV1.read(bytes(FORECAST)))));
  }

  @Test
  void everyFloatIsWrittenToSevenDigitsAndReadsBackAsWritten() {
    Random random = new Random(11);
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      values[i] = Float.isFinite(value) ? value : i;
    }

    float[] read = ForecastJsonV1.read(ForecastJsonV1.write(forecast(values))).quantiles()[0];

    for (int i = 0; i < values.length; i++) {
      // half a unit of the seventh digit and of the float, or what a float so small can hold
      assertEquals(values[i], read[i], 5.6e-7 * Math.abs(values[i]) + Float.MIN_VALUE);
    }
    for (String decimal : List.of("0", "7", "-0.05", "100", "1230.5", "-42283.58", "0.001")) {
      assertEquals(decimal, oneNumber(Float.parseFloat(decimal)));
    }
    // 2.0E-44 is where the JDK before 19 prints two digits too many: 1.96E-44
    assertEquals("2.0E-44", oneNumber(2e-44f));
    assertEquals("42283.58", oneNumber(42283.58f));
  }

  @Test
  void quantilesAreWrittenToWhatTheirIntervalSays() {
    float[][] given = {{49.123456f, 40.98765f}, {50.123456f, 50.98765f}, {51.5f, 61.23456f}};

    String json = text(ForecastJsonV1.write(forecast(given)));

    // widths 2.4 and 20.2: hundredths and tenths, and none beyond the given ones
    assertTrue(json.contains("[[49.12,41],[50.12,51],[51.5,61.2]]"), json);
  }

  @Test
  void roundedQuantilesKeepOrderRangeAndPrecision() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      float[][] given = fan(random);

      float[][] read = ForecastJsonV1.read(ForecastJsonV1.write(forecast(given))).quantiles();

      float width = given[2][0] - given[0][0];
      for (int j = 0; j < 3; j++) {
        double accepted = Math.max(width / 400, 5.6e-7 * (Math.abs(given[2][0]) + width));
        assertEquals(given[j][0], read[j][0], 1.0001 * accepted);
        assertTrue(read[j][0] >= given[0][0] && read[j][0] <= given[2][0]);
        assertTrue(j == 0 || read[j][0] >= read[j - 1][0]);
      }
    }
  }

  private static float[][] fan(Random random) {
    double low = random.nextGaussian() * Math.pow(10, random.nextInt(9) - 4);
    double width = random.nextDouble() * Math.pow(10, random.nextInt(9) - 4);
    float middle = (float) (low + random.nextDouble() * width);
    return new float[][] {
      {Math.min((float) low, middle)}, {middle}, {Math.max(middle, (float) (low + width))}
    };
  }

  @Test
  void sumsAreWrittenToSevenDigits() {
    String exact = EVALUATION.replace("[0.1,0.0]", "[1234.56789123,0.0]");

    EvaluationRecord read =
        EvaluationJsonV1.read(EvaluationJsonV1.write(EvaluationJsonV1.read(bytes(exact))));

    assertArrayEquals(new double[] {1234.568, 0}, read.absoluteError());
  }

  @Test
  void evaluationReadsBackTheSame() {
    EvaluationRecord evaluation = EvaluationJsonV1.read(bytes(EVALUATION));

    assertEquals(2, evaluation.horizon());
    assertEquals("JFK/t", evaluation.key());
    assertEquals(EVALUATION, text(EvaluationJsonV1.write(evaluation)));
  }

  @Test
  void evaluationOfBeforeTargetsWereSummedUpDoesNotKnowThem() {
    String older = EVALUATION.replace(",\"absoluteTarget\":[6.5,0.0]", "");

    EvaluationRecord evaluation = EvaluationJsonV1.read(bytes(older));

    assertEquals(0, evaluation.absoluteTarget().length);
    assertEquals(older, text(EvaluationJsonV1.write(evaluation)));
    String shorter = EVALUATION.replace("[6.5,0.0]", "[6.5]");
    assertThrows(IllegalArgumentException.class, () -> EvaluationJsonV1.read(bytes(shorter)));
    String without = EVALUATION.replace(",\"naivePinball\":[0.5,0.0]", "");
    assertThrows(IllegalArgumentException.class, () -> EvaluationJsonV1.read(bytes(without)));
  }

  @Test
  void modelReadsBackTheSameAndNamesItsKeys() {
    ModelRecord model = ModelJsonV1.read(bytes(MODEL));

    assertArrayEquals(new byte[] {1, 2, 3, 4}, model.artifact());
    assertEquals("t", model.championKey());
    assertEquals("t/t-1-9f3a61c0", model.versionKey());
    assertEquals("t@2013-01-08T00:00:00Z", model.decisionKey());
    assertEquals(MODEL, text(ModelJsonV1.write(model)));
    assertEquals(
        MODEL.replace("\"AQIDBA==\"", "null"), text(ModelJsonV1.write(model.withoutArtifact())));
    assertEquals(0, ModelJsonV1.read(ModelJsonV1.write(model.withoutArtifact())).artifact().length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'\"quality\":\"model\"'; '\"quality\":\"good\"'; quality",
        "',\"quality\":\"model\"'; ''; quality",
        "'\"quality\":\"model\"'; '\"quality\":\"model\",\"unit\":1'; unit",
        "'\"quality\":\"model\"'; '\"quality\":\"model\",\"quality\":\"model\"'; quality",
        "'\"horizon\":2'; '\"horizon\":3'; quantiles",
        "'\"horizon\":2'; '\"horizon\":\"2\"'; horizon",
        "'\"horizon\":2'; '\"horizon\":2.5'; horizon",
        "'\"horizon\":2'; '\"horizon\":null'; horizon",
        "'-1.5'; 'null'; quantiles",
        "'-1.5'; '1e999'; quantiles",
        "'-1.5'; 'NaN'; NaN",
        "'0.05,0.5'; '0.5,0.05'; levels",
        "'PT1H'; 'PT-1H'; step",
        "'PT1H'; '1h'; step",
        "'2013-01-01T07:00:00Z'; '2013-01-01'; origin",
        "'\"JFK/temperature_2m\"'; 'null'; series",
        "'[3.9,1.5],'; ''; quantiles",
        "'\"model\"}'; '\"model\"}{}'; trailing"
      })
  void forecastThatIsNotOneIsRefused(String part, String replacement, String named) {
    String changed = FORECAST.replace(part, replacement == null ? "" : replacement);
    assertTrue(!changed.equals(FORECAST));

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> ForecastJsonV1.read(bytes(changed)), changed);

    assertTrue(e.getMessage().toLowerCase().contains(named.toLowerCase()), e.getMessage());
  }

  @Test
  void refusalOfAForecastNamesTheRecord() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ForecastJsonV1.read(bytes("null")));

    assertEquals("bytes are no ForecastRecord: null; accepted: an object", e.getMessage());
  }

  @Test
  void evaluationOfUnequalLengthsIsRefused() {
    String changed = EVALUATION.replace("\"pinball\":[0.25,0.0]", "\"pinball\":[0.25]");

    assertThrows(IllegalArgumentException.class, () -> EvaluationJsonV1.read(bytes(changed)));
  }

  @Test
  void whatADecisionTookIsNoPartOfItsBytes() {
    ModelRecord model = ModelJsonV1.read(bytes(MODEL), bytes("1.25"));

    assertEquals(1.25, model.seconds());
    assertEquals("1.25", text(model.secondsHeader()));
    assertEquals(1.25, model.withoutArtifact().seconds());
    assertEquals(MODEL, text(ModelJsonV1.write(model)));
    for (String none : List.of("", "soon", "NaN")) {
      assertNull(ModelJsonV1.read(bytes(MODEL), bytes(none)).seconds(), none);
    }
    assertNull(ModelJsonV1.read(bytes(MODEL)).secondsHeader());
  }

  /** The topic is compacted, and what lies in it was written by whatever version ran then. */
  @Test
  void modelOfAnEarlierOrLaterVersionIsRead() {
    String earlier = MODEL.replaceAll("\"dataFrom.*\"leftOut\":9,", "");
    String later = MODEL.replace("\"series\":3", "\"series\":3,\"mood\":{\"good\":[1]}");

    assertNull(ModelJsonV1.read(bytes(earlier)).dataFrom());
    assertNull(ModelJsonV1.read(bytes(earlier)).leftOut());
    assertEquals(12, ModelJsonV1.read(bytes(earlier)).windows());
    assertEquals(MODEL, text(ModelJsonV1.write(ModelJsonV1.read(bytes(later)))));
  }

  @Test
  void modelWithAnUnknownDecisionIsRefused() {
    String changed = MODEL.replace("promoted", "perhaps");

    assertThrows(IllegalArgumentException.class, () -> ModelJsonV1.read(bytes(changed)));
  }

  private static final List<Function<byte[], Object>> READERS =
      List.of(
          ForecastJsonV1::read,
          EvaluationJsonV1::read,
          AnomalyJsonV1::read,
          ModelJsonV1::read,
          ControlJsonV1::read);

  @ParameterizedTest
  @ValueSource(strings = {"null", " null ", "true", "0", "\"\"", "[]", "[null]", "{}"})
  void valueThatIsNoObjectIsRefused(String json) {
    for (Function<byte[], Object> reader : READERS) {
      assertThrows(IllegalArgumentException.class, () -> reader.apply(bytes(json)));
    }
  }

  /** Readers compute with their milliseconds, and with steps and epochs beside. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "+1000000000-12-31T23:59:59.999999999Z",
        "-1000000000-01-01T00:00:00Z",
        "+292278994-08-17T07:12:55.807Z",
        "+10000-01-01T00:00:00Z",
        "-0001-12-31T23:59:59Z"
      })
  void timeBeyondAllYearsIsRefused(String time) {
    String control = text(ControlJsonV1.write(RETRAIN));
    for (String valid : List.of(FORECAST, EVALUATION, MODEL, control)) {
      String json = valid.replaceFirst("\"20[^\"]*Z\"", '"' + time + '"');
      for (Function<byte[], Object> reader : READERS) {
        assertThrows(IllegalArgumentException.class, () -> reader.apply(bytes(json)));
      }
    }
  }

  private static ForecastRecord forecast(float[]... quantiles) {
    return new ForecastRecord(
        "a/b",
        Instant.EPOCH,
        Duration.ofHours(1),
        quantiles[0].length,
        quantiles.length == 1 ? List.of(0.5) : List.of(0.05, 0.5, 0.95),
        quantiles,
        "",
        "naive");
  }

  private static String oneNumber(float value) {
    String json = text(ForecastJsonV1.write(forecast(new float[] {value})));
    return json.substring(json.indexOf("[[") + 2, json.indexOf("]]"));
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
