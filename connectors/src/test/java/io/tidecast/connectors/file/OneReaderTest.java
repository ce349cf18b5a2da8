package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import io.tidecast.connectors.record.ObservationRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a time and a number mean does not depend on the door: a row of a CSV, an object of a JSON
 * file and a Kafka record under the same settings are the same observation, or are refused in the
 * same words.
 */
class OneReaderTest extends MappedFiles {
  private static final String GOOD = "2025-01-01T00:00:00Z";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // settings of the time | what stands there | its time, or words of the refusal
        "'format':'epoch-millis'|1735689600000|2025-01-01T00:00:00Z",
        "'format':'epoch-millis'|'1735689600000'|2025-01-01T00:00:00Z",
        "'format':'epoch-millis'|1.7356896e12|2025-01-01T00:00:00Z",
        "'format':'epoch-millis'|1735689600000.5|2025-01-01T00:00:00.000500Z",
        "'format':'epoch-millis'|1735689600000000|looks like epoch-micros, 2025-01-01T00:00:00Z",
        "'format':'epoch-millis'|'1735689600'|looks like epoch-seconds, 2025-01-01T00:00:00Z",
        "'format':'epoch-seconds'|1735689600000|looks like epoch-millis, 2025-01-01T00:00:00Z",
        "'format':'epoch-seconds'|1735689600.123456789|2025-01-01T00:00:00.123456789Z",
        "'format':'epoch-seconds'|'1735689600.123456789'|2025-01-01T00:00:00.123456789Z",
        "'format':'epoch-seconds'|' 1735689600 '|2025-01-01T00:00:00Z",
        "'format':'epoch-seconds'|'1,735,689,600'|not a number of up to 20 digits",
        "'format':'epoch-seconds'|true|not a number of up to 20 digits",
        "'format':'epoch-micros'|1735689600000001|2025-01-01T00:00:00.000001Z",
        "'format':'epoch-nanos'|1735689600000000001|2025-01-01T00:00:00.000000001Z",
        "'format':'epoch-nanos'|1.735689600000000001e18|2025-01-01T00:00:00.000000001Z",
        "'format':'epoch-seconds','origin':'2025-01-01T00:00:00Z'|90.5|2025-01-01T00:01:30.500Z",
        "'format':'epoch-seconds','origin':'2025-01-01T00:00:00Z'|-60|2024-12-31T23:59:00Z",
        "'format':'epoch-millis','origin':'2025-01-01T00:00:00Z'|1735689600|2025-01-21T02:08:09.600Z",
        "'format':'epoch-seconds','origin':'2001-01-01T00:00:00Z'|757382400|2025-01-01T00:00:00Z",
        "'format':'epoch-seconds','origin':'1980-01-05T23:59:42Z'|1419724818|2025-01-01T00:00:00Z",
        "'format':'epoch-seconds','origin':'2025-01-01T00:00:00Z'|1735689600000|accepted: 1800 to 2199",
        "'format':'rfc3339'|'2025-01-01T01:00:00+0100'|2025-01-01T00:00:00Z",
        "'format':'rfc3339'|'2025-01-01T01:00:00+01'|2025-01-01T00:00:00Z",
        "'format':'rfc3339'|'2025-01-01 01:00 +01:00'|2025-01-01T00:00:00Z",
        "'format':'rfc3339'|'2024-12-31T24:00:00Z'|time.hour24: next-day",
        "'format':'rfc3339','hour24':'next-day'|'2024-12-31T24:00:00Z'|2025-01-01T00:00:00Z",
        "'format':'dd.MM.yyyy HH:mm','hour24':'next-day'|'31.12.2024 24:00'|2025-01-01T00:00:00Z",
        "'format':'dd.MM.yyyy HH:mm'|'31.12.2024 24:00'|time.hour24: next-day",
        "'format':'dd.MM.yyyy kk:mm'|'31.12.2024 24:00'|2025-01-01T00:00:00Z",
        "'format':'yyyy-MM-dd HH:mmxx'|'2025-01-01 01:00+0100'|2025-01-01T00:00:00Z",
        "'format':'yyyy-MM-dd HH:mmXXX'|'2025-01-01 01:00+0100'|accepted: yyyy-MM-dd HH:mmXXX",
        "'format':'yyyy-MM-dd HH:mm VV'|'2025-01-01 01:00 Europe/Berlin'|2025-01-01T00:00:00Z",
        "'format':'rfc3339'|'2025-01-01T00:00:00'|not such as",
        "'format':'rfc3339'|1735689600|not such as",
        "'format':'rfc3339'|'9999-12-31T23:59:59Z'|year 9999; accepted: 1800 to 2199",
        "'format':'rfc3339'|'0001-01-01T00:00:00Z'|year 1; accepted: 1800 to 2199",
        "'format':'iso','zone':'Europe/Berlin'|'2025-03-30T02:30'|skipped in Europe/Berlin",
        "'format':'iso'|'2025-01'|2025-01-01T00:00:00Z",
        "'format':'MM/yyyy'|'01/2025'|2025-01-01T00:00:00Z",
        "'format':'yyyyMMddHH'|2025010113|2025-01-01T13:00:00Z",
        "'format':'excel'|45658.5|2025-01-01T12:00:00Z"
      })
  void timeIsTheSameAtEveryDoor(String settings, String time, String told) {
    String mapping = "'time':{'column':'t'," + settings + "},'stream':'s','values':{'v':'v'}";

    assertAll(mapping, time, "1", told, told.matches("[0-9-]+T[0-9:.]+Z") ? told + " 1.0" : told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // more settings | what stands there | its value, or words of the refusal
        "-|'1,5'|accepted: a number (with FEED.decimal: ',' this is one)",
        "-|'1,234'|(with FEED.grouping: ',' this is one)",
        "'decimal':','|'1,5'|1.5",
        "'decimal':','|'1.5'|a number with a decimal comma",
        "'decimal':',','grouping':'.'|'1.234,5'|1234.5",
        "'decimal':',','grouping':'.'|'1.234'|1234.0",
        "'missing':['-999']|-999.0|missing",
        "'missing':['-999']|'-9.99e2'|missing",
        "'missing':['NaN']|NaN|missing",
        "-|''|missing",
        "-|NaN|'NaN'; accepted: a number, or one of FEED.missing: [NA]; finite as a float",
        "-|1e39|or one of FEED.missing: [NA]; finite as a float",
        "-|true|'true'; accepted: a number",
        "-|'41.5d'|'41.5d'; accepted: a number",
        "-|'0x29'|'0x29'; accepted: a number",
        "-|' 1 '|1.0",
        "-|'−1.5'|-1.5",
        "-|0.1e-400|0.0",
        "-|10000000001.25|1.000000000125E10",
        "-|12345678901234567890|1.2345678901234567E19"
      })
  void numberIsTheSameAtEveryDoor(String settings, String value, String told) {
    String mapping =
        "'time':{'column':'t'},'stream':'s','values':{'v':'v'}"
            + (settings == null ? "" : "," + settings);
    boolean isValue = told.matches("-?[0-9.E]+|missing");

    assertAll(mapping, "'" + GOOD + "'", value, told, isValue ? GOOD + " " + told : told);
  }

  /** Programs write JSON numbers with a point wherever they run; only its texts are of a place. */
  @Test
  void numbersOfJsonHaveNoSpelling() {
    String mapping =
        "'time':{'column':'t','format':'epoch-seconds'},'stream':'s','values':{'v':'v'},"
            + "'decimal':',','grouping':'.'";
    for (String value : List.of("1.234", "1.234e3", "-0.5", "1234567890.125", "3")) {
      String json = json("1735689600.5", value);
      String same = "2025-01-01T00:00:00.500Z " + Double.parseDouble(value);

      assertEquals(same, ofFile(json, mapping + ",'array':''"));
      assertEquals(same, ofRecord(json, mapping));
    }
  }

  @Test
  void bytesOfAnotherEncodingAreRefusedAndAByteOrderMarkIsNone() {
    String mapping = "'time':{'column':'t'},'stream':'s','values':{'v':'v'}";
    String json = json("'" + GOOD + "'", "1").replace("\"a\"", "\"Köln\"");

    Path latin = encoded(json, StandardCharsets.ISO_8859_1);
    String ofFile = refusal(latin, mapping + ",'array':''");
    String ofRecord = ofRecord(json.getBytes(StandardCharsets.ISO_8859_1), mapping);
    String marked = "\uFEFF" + json;

    assertTrue(ofFile.contains("bytes that are not UTF-8"), ofFile);
    assertTrue(ofRecord.contains("bytes that are not UTF-8"), ofRecord);
    assertEquals(GOOD + " 1.0", ofFile(marked, mapping + ",'array':''"));
    assertEquals(GOOD + " 1.0", ofRecord(marked, mapping));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{key}", "{header:device}"})
  void nameOfAnotherEncodingIsNoName(String column) {
    byte[] koeln = "Köln".getBytes(StandardCharsets.ISO_8859_1);
    byte[] json = json("'" + GOOD + "'", "1").getBytes(StandardCharsets.UTF_8);
    String mapping = "'time':{'column':'t'},'stream':'" + column + "','values':{'v':'v'}";
    MappedRecords reader = new MappedRecords(MappedRecordsTest.mapping(mapping));

    Decoded decoded = reader.read(new RawRecord("t", 0, 0, 0, koeln, json, koeln)).get(0);

    String words = ((Decoded.Refused) decoded).rejection().detail();
    assertTrue(words.contains("bytes that are not UTF-8"), words);
  }

  private void assertAll(String mapping, String time, String value, String told, String outcome) {
    List<String> outcomes = new ArrayList<>();
    outcomes.add(ofFile(csv(time, value), mapping + ",'delimiter':';'"));
    outcomes.add(ofFile(json(time, value), mapping + ",'array':''"));
    outcomes.add(ofRecord(json(time, value), mapping));

    if (outcome.startsWith("2")) {
      assertEquals(List.of(outcome, outcome, outcome), outcomes);
      return;
    }
    outcomes.forEach(words -> assertTrue(words.contains(told), words + " without " + told));
  }

  private static String csv(String time, String value) {
    return "s;t;v\na;\"%s\";\"%s\"\n".formatted(time.replace("'", ""), value.replace("'", ""));
  }

  private static String json(String time, String value) {
    return "{'s':'a','t':%s,'v':%s}".formatted(time, value).replace('\'', '"');
  }

  private String ofFile(String text, String mapping) {
    try {
      return words(feed(plain(text), mapping).observations());
    } catch (IllegalArgumentException e) {
      return "refused: " + e.getMessage().replace("feed.", "FEED.");
    }
  }

  private static String ofRecord(String json, String mapping) {
    return ofRecord(json.getBytes(StandardCharsets.UTF_8), mapping);
  }

  private static String ofRecord(byte[] bytes, String mapping) {
    List<Decoded> decoded =
        new MappedRecords(MappedRecordsTest.mapping(mapping))
            .read(new RawRecord("t", 0, 0, 0, null, bytes));
    assertEquals(1, decoded.size());
    return decoded.get(0) instanceof Decoded.Accepted accepted
        ? words(List.of(accepted.observation()))
        : "refused: "
            + ((Decoded.Refused) decoded.get(0))
                .rejection()
                .detail()
                .replace("source.json.", "FEED.");
  }

  private static String words(List<ObservationRecord> rows) {
    return rows.stream()
        .map(row -> row.time() + " " + (row.values().isEmpty() ? "missing" : row.values().get("v")))
        .collect(Collectors.joining(", "));
  }
}
