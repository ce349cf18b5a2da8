package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tidecast.connectors.record.ObservationRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileFeedTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();
  private static final String WEATHER =
      """
      origin,hour,temp,gust,time_hour
      JFK,1,39.02,NA,2013-01-01T06:00:00Z
      JFK,2,41,12.5,2013-01-01T07:00:00Z
      EWR,1,32,,2013-01-01T06:00:00Z
      """;
  private static final String WEATHER_MAPPING =
      """
      'time':{'column':'time_hour'},'stream':'origin','values':{
        'temperature_2m':{'column':'temp','multiply':0.5555555555555556,'add':-17.77777777777778},
        'wind_gusts_10m':'gust'}""";

  @TempDir private Path directory;

  @Test
  void rowsAreSortedConvertedAndMissingIsLeftOut() {
    List<ObservationRecord> rows = observations(plain(WEATHER), WEATHER_MAPPING);

    assertEquals(
        List.of(
            observation("EWR", "2013-01-01T06:00:00Z", Map.of("temperature_2m", 0.0)),
            observation("JFK", "2013-01-01T06:00:00Z", Map.of("temperature_2m", 3.9)),
            observation(
                "JFK",
                "2013-01-01T07:00:00Z",
                Map.of("temperature_2m", 5.0, "wind_gusts_10m", 12.5))),
        rows);
  }

  @Test
  void wordsStandForNumbers() {
    String mapping =
        """
        'time':{'column':'time'},'stream':'city','values':{
          'u':{'column':'wind','words':{'NW':0.7,'SE':-0.7},'multiply':2}}""";
    String rows = "city,time,wind\nX,2013-01-01T06:00:00Z,NW\nX,2013-01-01T07:00:00Z,";

    assertEquals(
        List.of(
            observation("X", "2013-01-01T06:00:00Z", Map.of("u", 1.4)),
            observation("X", "2013-01-01T07:00:00Z", Map.of("u", -1.4))),
        observations(plain(rows + "SE\n"), mapping));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> observations(plain(rows + "NE\n"), mapping));
    assertTrue(
        refused
            .getMessage()
            .contains("row 2: wind: 'NE'; accepted: a number, one of words: [NW, SE]"),
        refused.getMessage());
  }

  @Test
  void compressedFilesGiveTheSameRows() throws IOException {
    List<ObservationRecord> plain = observations(plain(WEATHER), WEATHER_MAPPING);

    assertEquals(plain, observations(gzipped(WEATHER), WEATHER_MAPPING));
    assertEquals(plain, observations(zipped(WEATHER), WEATHER_MAPPING));
    assertEquals(plain, observations(plain("\uFEFF" + WEATHER), WEATHER_MAPPING));
  }

  @Test
  void columnsWithoutHeaderOrTimesBecomeStreams() {
    List<ObservationRecord> rows =
        observations(
            plain("0.78;1.61\n0.79;1.62\n"),
            """
            'delimiter':';','header':['aud','gbp'],'time':{'start':'1990-01-01T00:00:00Z','step':'P1D'},
            'streams':{'GBP':{'rate':'gbp'},'AUD':{'rate':'aud'}}""");

    assertEquals(
        List.of(
            observation("AUD", "1990-01-01T00:00:00Z", Map.of("rate", 0.78)),
            observation("GBP", "1990-01-01T00:00:00Z", Map.of("rate", 1.61)),
            observation("AUD", "1990-01-02T00:00:00Z", Map.of("rate", 0.79)),
            observation("GBP", "1990-01-02T00:00:00Z", Map.of("rate", 1.62))),
        rows);
  }

  @Test
  void candlesInJsonBecomeBarsAtTheirEnd() {
    List<ObservationRecord> rows =
        observations(
            plain("{\"candles\":[{\"start\":\"1463544000\",\"close\":\"454.5\",\"volume\":null}]}"),
            """
            'array':'/candles','time':{'column':'start','format':'epoch-seconds'},'interval':'PT4H',
            'streams':{'BTC-USD':{'close':'close','volume':'volume'}}""");

    assertEquals(
        List.of(observation("BTC-USD", "2016-05-18T08:00:00Z", Map.of("close", 454.5))), rows);
  }

  @Test
  void severalColumnsMakeOneTime() {
    List<ObservationRecord> rows =
        observations(
            plain("year,month,day,hour,TEMP\n2010,1,2,13,-4\n"),
            """
            'time':{'column':['year','month','day','hour'],'format':'y M d H','zone':'Asia/Shanghai'},
            'streams':{'beijing':{'temperature_2m':'TEMP'}}""");

    assertEquals(
        List.of(observation("beijing", "2010-01-02T05:00:00Z", Map.of("temperature_2m", -4.0))),
        rows);
  }

  @Test
  void dateAloneIsItsMidnight() {
    List<ObservationRecord> rows =
        observations(
            plain("d,x\n2010-01-02,1\n"),
            "'time':{'column':'d','format':'yyyy-MM-dd'},'streams':{'a':{'x':'x'}}");

    assertEquals(Instant.parse("2010-01-02T00:00:00Z"), rows.get(0).time());
  }

  @Test
  void hourThatOccursTwiceIsToldByTheOrderOfTheRows() {
    List<ObservationRecord> rows =
        observations(
            plain(
                "t,s,x\n00:30,a,1\n01:30,a,2\n01:30,a,3\n02:30,a,4\n01:30,b,5\n"
                    .replaceAll("(?m)^(\\d)", "2013-11-03 $1")),
            """
            'time':{'column':'t','format':'yyyy-MM-dd HH:mm','zone':'America/New_York'},
            'stream':'s','values':{'x':'x'}""");

    assertEquals(
        List.of("04:30", "05:30", "05:30", "06:30", "07:30"),
        rows.stream().map(r -> r.time().toString().substring(11, 16)).toList());
    assertEquals(
        List.of(1.0, 2.0, 5.0, 3.0, 4.0), rows.stream().map(r -> r.values().get("x")).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "2013-03-10 02:30; skipped",
        "2013-02-30 00:30; time",
        "2013-02-28; time",
        "NA; time"
      })
  void timeThatDoesNotExistRefusesTheFileWithItsRow(String time, String named) {
    Path file = plain("t,x\n2013-01-01 00:00,1\n" + time + ",1\n");

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                observations(
                    file,
                    """
                    'time':{'column':'t','format':'yyyy-MM-dd HH:mm','zone':'America/New_York'},
                    'streams':{'a':{'x':'x'}}"""));

    assertTrue(e.getMessage().contains("row 2") && e.getMessage().contains(named), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"M, temp", "NaN, temp", "1e99, finite", "'1,5', temp"})
  void valueThatIsNoneRefusesTheFileWithItsRow(String value, String named) {
    Path file = plain(WEATHER.replace("39.02", '"' + value + '"'));

    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> observations(file, WEATHER_MAPPING), value);

    assertTrue(e.getMessage().contains("row 1") && e.getMessage().contains(named), e.getMessage());
  }

  @Test
  void markersOfMissingValuesAreSettings() {
    List<ObservationRecord> rows =
        observations(
            plain(WEATHER.replace("39.02", "M")), WEATHER_MAPPING + ",'missing':['NA','M']");

    assertEquals(Map.of(), rows.get(1).values());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "'stream':'origin'; feed.values",
        "'values':{'x':'temp'}; feed.streams",
        "'stream':'origin','values':{'x':'temp'},'streams':{'a':{'x':'temp'}}; feed.streams",
        "'stream':'origin','values':{'x':'temp'},'unit':'F'; unit",
        "'stream':'origin','values':{'x':{'column':'temp','factor':2}}; factor",
        "'stream':'origin','values':{'x':{'column':'temp','multiply':0}}; multiply",
        "'stream':'origin','values':{'x':'temp'},'delimiter':'::'; feed.delimiter",
        "'stream':'origin','values':{'x':'temp'},'interval':'PT-1H'; feed.interval",
        "'stream':'origin','values':{'x':'absent'}; absent"
      })
  void settingThatIsNoneIsRefusedByItsKey(String mapping, String named) {
    Path file = plain(WEATHER);

    Exception e =
        assertThrows(
            Exception.class, () -> observations(file, "'time':{'column':'time_hour'}," + mapping));

    assertTrue(e.getMessage().contains(named), e.getMessage());
  }

  @Test
  void fileThatIsNotThereIsRefused() {
    Path file = directory.resolve("absent.csv");

    assertThrows(IllegalArgumentException.class, () -> observations(file, WEATHER_MAPPING));
  }

  private static ObservationRecord observation(
      String stream, String time, Map<String, Double> values) {
    return new ObservationRecord(stream, Instant.parse(time), values);
  }

  private static List<ObservationRecord> observations(Path file, String mapping) {
    String json = "{'type':'file','file':'%s',%s}".formatted(file, mapping).replace('\'', '"');
    try {
      return JSON.readValue(json, FileFeed.class).observations();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private Path plain(String text) {
    return write("data.csv", text.getBytes(StandardCharsets.UTF_8));
  }

  private Path gzipped(String text) throws IOException {
    Path file = directory.resolve("data.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private Path zipped(String text) throws IOException {
    Path file = directory.resolve("data.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      out.putNextEntry(new ZipEntry("data.csv"));
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return file;
  }

  private Path write(String name, byte[] bytes) {
    try {
      return Files.write(directory.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
