package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records as others write them: what is right for each kind. */
class MappedRecordsTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();
  private static final String POINTS =
      "'time':{'column':'ts','format':'epoch-millis'},'stream':'id','values':{'v':'v'}";

  @Test
  void pathsAndUnitsOfACurrentWeatherServiceAreRead() {
    assertEquals(
        List.of("2025-06-01T12:00:00Z Oslo {temperature=10.0, pressure=1013.25, wind=4.1}"),
        read(
            "'time':{'column':'dt','format':'epoch-seconds'},'stream':'name','values':{"
                + "'temperature':{'column':'/main/temp','unit':'K'},"
                + "'pressure':{'column':'/main/pressure','unit':'Pa'},'wind':'/wind/speed'}",
            "{'dt':1748779200,'name':'Oslo','main':{'temp':283.15,'pressure':101325,'humidity':70},"
                + "'wind':{'speed':4.1,'deg':220},'weather':[{'id':800}]}"));
  }

  @ParameterizedTest
  @CsvSource({
    "F, 50, 10.0",
    "K, 283.15, 10.0",
    "kn, 10, 5.14444444",
    "mph, 10, 4.4704",
    "km/h, 36, 10.0",
    "inHg, 29.92, 1013.20759",
    "mmHg, 760, 1013.25024",
    "kPa, 101.3, 1013.0",
    "Pa, 101300, 1013.0",
    "in, 1, 25.4",
    "mi, 1, 1609.344",
    "ft, 100, 30.48"
  })
  void unitsAreThoseThatFilesHave(String unit, String written, String value) {
    assertEquals(
        List.of("1970-01-01T00:00:00Z a {v=" + value + "}"),
        read(
            "'time':{'column':'ts'},'stream':'id','values':{'v':{'column':'v','unit':'"
                + unit
                + "'}}",
            "{'id':'a','ts':'1970-01-01T00:00:00Z','v':'" + written + "'}"));
  }

  @Test
  void columnsOfArraysAreRowsInOrderOfTime() {
    assertEquals(
        List.of(
            "2025-06-01T00:00:00Z b {v=6.5}",
            "2025-06-01T01:00:00Z b {}",
            "2025-06-01T02:00:00Z b {v=6.0}"),
        read(
            "'array':'/hourly','time':{'column':'time','format':'iso'},"
                + "'streams':{'b':{'v':'temperature_2m'}}",
            "{'latitude':52.5,'hourly':{'time':['2025-06-01T02:00','2025-06-01T00:00',"
                + "'2025-06-01T01:00'],'temperature_2m':[6,6.5,null]}}"));
  }

  @Test
  void elementsOfAStarNameTheirRows() {
    assertEquals(
        List.of("2025-01-01T00:00:00Z a {v=1.0}", "2025-01-01T00:00:00Z b {v=2.0}"),
        read(
            "'array':'/result/*/values','header':['t','v'],'stream':'{*}/metric/host',"
                + "'time':{'column':'t','format':'epoch-seconds'},'values':{'v':'v'}",
            "{'result':[{'metric':{'host':'a'},'values':[[1735689600,'1']]},"
                + "{'metric':{'host':'b'},'values':[[1735689600,'2']]}]}"));
  }

  @Test
  void recordWithOneValueNamesItsVariable() {
    String mapping =
        "'time':{'column':'t'},'stream':'id','variable':'what',"
            + "'values':{'temp':{'column':'value','named':'t °C'}}";

    assertEquals(
        List.of("2025-01-01T00:00:00Z a {temp=3.0}"),
        read(mapping, "{'id':'a','t':'2025-01-01T00:00:00Z','what':'t °C','value':3}"));
    assertTrue(
        read(mapping, "{'id':'a','t':'2025-01-01T00:00:00Z','what':'rh','value':3}")
            .toString()
            .contains("temp"));
  }

  @Test
  void arraysOfArraysAreNamedByTheirPlaces() {
    assertEquals(
        List.of("2025-01-01T04:00:00Z BTC {close=42475.23}"),
        read(
            "'header':['open time','open','high','low','close'],'interval':'PT4H',"
                + "'time':{'column':'open time','format':'epoch-millis'},'stream':'{key}',"
                + "'values':{'close':'close'}",
            "[[1735689600000,'42283.58','42554.57','41811.10','42475.23']]",
            "BTC"));
  }

  @Test
  void keyTopicHeaderAndTimestampAreColumns() {
    assertEquals(
        List.of("2025-01-01T00:00:00Z k-1 {v=1.0}"),
        read(
            "'time':{'column':'{timestamp}','format':'epoch-millis'},'stream':'{key}',"
                + "'values':{'v':'v'}",
            "{'v':1}",
            "k-1"));
    assertEquals(
        List.of("2025-01-01T00:00:00Z plant/hall/pump {v=1.0}"),
        read(
            "'time':{'column':'{timestamp}','format':'epoch-millis'},'stream':'{topic}',"
                + "'values':{'v':''}".replace("'v':''", "'v':'/state/v'"),
            "{'state':{'v':1}}",
            null));
    assertEquals(
        List.of("1970-01-01T00:00:00.005Z device 7 {v=1.0}"),
        read(
            "'time':{'column':'ts','format':'epoch-millis','earliest':'1970-01-01T00:00:00Z'},"
                + "'stream':'{header:device}','values':{'v':'v'}",
            "{'ts':5,'v':1}",
            null));
  }

  @Test
  void everyFieldCanBeAStream() {
    assertEquals(
        List.of("2025-01-01T00:00:00Z a {t=1.0}", "2025-01-01T00:00:00Z b {t=2.5}"),
        read("'time':{'column':'at'},'wide':'t'", "{'at':'2025-01-01T00:00:00Z','a':1,'b':'2.5'}"));
  }

  @Test
  void whatIsAbsentIsMissingAndWhatIsNotReadSpoilsNothing() {
    String two = POINTS.replace("{'v':'v'}", "{'v':'v','w':'w'}");

    assertEquals(
        List.of("2025-01-01T00:00:00Z a {w=2.0}"),
        read(two, "{'id':'a','ts':1735689600000,'w':2,'state':'unavailable','x':[1]}"));
    assertEquals(
        List.of("2025-01-01T00:00:00Z a {}"), read(two, "{'id':'a','ts':1735689600000,'w':null}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'id':'a','ts':1735689600000,'v':'on'}; not-numeric; v: 'on'",
        "{'id':'a','ts':1735689600000,'v':'NaN'}; not-numeric; v: 'NaN'",
        "{'id':'a','ts':1735689600000,'v':1e39}; not-numeric; v: '1E+39'",
        "{'id':'a','ts':1735689600000,'v':{'x':1}}; malformed; v: an object",
        "{'id':'a','ts':1735689600000,'u':1}; no-variable; [v]",
        "{'id':'a','ts':1735689600,'v':1}; no-time; looks like epoch-seconds",
        "{'id':'a','ts':'yesterday','v':1}; no-time; source.json.time.column: 'yesterday'",
        "{'id':'a','v':1}; no-time; 'ts' absent",
        "{'ts':1735689600000,'v':1}; no-stream; ''",
        "{'id':{'x':1},'ts':1735689600000,'v':1}; malformed; id: an object",
        "{'id':'a','ts':1735689600000,'v':1,'v':2}; malformed; 'v' twice",
        "{'id':'a','ts':17356896; malformed; cut off",
        "[]; malformed; no rows",
        "7; malformed; accepted: JSON Pointer",
        "hello; malformed; Unrecognized token"
      })
  void aFlawIsTheRefusalOfTheRecord(String value, String code, String words) {
    List<Decoded> decoded = decode(POINTS, value, null);

    assertEquals(1, decoded.size());
    var refused = (Decoded.Refused) decoded.get(0);
    assertEquals(code, refused.rejection().code());
    assertTrue(refused.rejection().detail().contains(words), refused.rejection().detail());
  }

  @Test
  void rowsThatAreGoodStandBesideOneThatIsNot() {
    List<Decoded> decoded =
        decode(
            POINTS,
            "[{'id':'a','ts':1735693200000,'v':2},{'id':'a','ts':1735689600000,'v':'x'},"
                + "{'id':'a','ts':1735689600000,'v':1},{'id':'a','ts':'y','v':1}]",
            null);

    assertEquals(3, decoded.size());
    assertEquals("2025-01-01T00:00:00Z a {v=1.0}", words(decoded.get(0)));
    assertEquals("2025-01-01T01:00:00Z a {v=2.0}", words(decoded.get(1)));
    assertEquals("not-numeric", ((Decoded.Refused) decoded.get(2)).rejection().code());
  }

  @Test
  void tombstonesAndFramesAreNamed() {
    MappedRecords records = new MappedRecords(mapping(POINTS));

    Decoded none = records.read(new RawRecord("t", 0, 0, 0, null, null)).get(0);
    Decoded framed =
        records
            .read(new RawRecord("t", 0, 0, 0, null, new byte[] {0, 0, 0, 0, 12, '{', '}'}))
            .get(0);

    assertEquals("no value", ((Decoded.Refused) none).rejection().detail());
    assertTrue(
        ((Decoded.Refused) framed).rejection().detail().contains("schema registry"),
        framed.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'stream':'id','values':{'v':'v'}; feed.time",
        "'time':{'column':'t'}; one of stream",
        "'time':{'start':'2025-01-01T00:00:00Z','step':'PT1H'},'stream':'id','values':{'v':'v'}; a column",
        "'time':{'column':'{header:a}'},'stream':'{header:b}','values':{'v':'v'}; one header",
        "'time':{'column':'t'},'stream':'id','values':{'v':{'column':'v','unit':'C'}}; unit",
        "'time':{'column':'t'},'stream':'id','values':{'a/b':'v'}; a/b"
      })
  void settingsThatCannotBeAreRefused(String settings, String words) {
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> mapping(settings)).getMessage();

    assertTrue(refusal.contains(words), refusal);
  }

  @Test
  void ofAProducersClockThatIsAheadTheReadersCounts() {
    long before = System.currentTimeMillis();
    long ahead = Instant.parse("2036-02-07T06:28:16Z").toEpochMilli();

    RawRecord made = RawRecord.of(record(ahead, TimestampType.CREATE_TIME), "device");
    RawRecord appended = RawRecord.of(record(ahead, TimestampType.LOG_APPEND_TIME), "");
    RawRecord past = RawRecord.of(record(5, TimestampType.CREATE_TIME), "");
    RawRecord none = RawRecord.of(record(-1, TimestampType.NO_TIMESTAMP_TYPE), "");

    assertTrue(made.appended() >= before && made.isTooFarAhead(ahead, 600_000), made.toString());
    assertEquals("device 7", new String(made.header(), StandardCharsets.UTF_8));
    assertEquals(ahead, appended.appended());
    assertEquals(5, past.appended());
    assertTrue(none.appended() >= before, none.toString());
  }

  private static ConsumerRecord<byte[], byte[]> record(long stamp, TimestampType type) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("device", "device 7".getBytes(StandardCharsets.UTF_8));
    return new ConsumerRecord<>(
        "t", 0, 0, stamp, type, 0, 0, null, new byte[0], headers, java.util.Optional.empty());
  }

  private static List<String> read(String settings, String value) {
    return read(settings, value, null);
  }

  private static List<String> read(String settings, String value, String key) {
    return decode(settings, value, key).stream().map(MappedRecordsTest::words).toList();
  }

  private static String words(Decoded decoded) {
    if (decoded instanceof Decoded.Accepted accepted) {
      var seen = accepted.observation();
      return seen.time() + " " + seen.stream() + " " + seen.values();
    }
    return decoded.toString();
  }

  /** By a copy that has been on the wire, as that of a task has. */
  private static List<Decoded> decode(String settings, String value, String key) {
    MappedRecords reader = copied(new MappedRecords(mapping(settings)));
    RawRecord record =
        new RawRecord(
            "plant/hall/pump",
            0,
            0,
            Instant.parse("2025-01-01T00:00:00Z").toEpochMilli(),
            key == null ? null : key.getBytes(StandardCharsets.UTF_8),
            value.replace('\'', '"').getBytes(StandardCharsets.UTF_8),
            "device 7".getBytes(StandardCharsets.UTF_8));
    List<Decoded> first = reader.read(record);
    assertEquals(first, new ArrayList<>(reader.read(record)), "and again the same");
    return first;
  }

  static RecordMapping mapping(String settings) {
    try {
      return JSON.readValue("{" + settings.replace('\'', '"') + "}", RecordMapping.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static MappedRecords copied(MappedRecords records) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      new ObjectOutputStream(bytes).writeObject(records);
      return (MappedRecords)
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
