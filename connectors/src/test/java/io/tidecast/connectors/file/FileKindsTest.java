package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.tidecast.connectors.record.ObservationRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them: what is right for each kind, and its refusal in one line. */
class FileKindsTest {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();
  private static final String ROWS = "'time':{'column':'time'},'stream':'s','values':{'v':'v'}";
  private static final String LOGGER =
      """
      'delimiter':';','decimal':',','streams':{'yard':{'v':'Temp (°C)'}},'missing':['-200'],
      'time':{'column':['Date','Hour'],'format':'dd.MM.yyyy HH:mm','zone':'Europe/Berlin'}""";
  private static final String LOGGED =
      "Date;Hour;Temp (°C);;\n06.01.2025;00:00;4,8;;\n06.01.2025;01:00;-200;;\n;;;;\n\n";

  @TempDir private Path directory;

  // time

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "epoch-seconds; 1760000100; 2025-10-09T08:55:00Z",
        "epoch-seconds; 1760000100.584; 2025-10-09T08:55:00.584Z",
        "epoch-seconds; 1.7600001e9; 2025-10-09T08:55:00Z",
        "epoch-millis; 1735682400000; 2024-12-31T22:00:00Z",
        "epoch-millis; -86400000; 1969-12-31T00:00:00Z",
        "epoch-micros; 1735689600000000; 2025-01-01T00:00:00Z",
        "epoch-nanos; 1735689600000000001; 2025-01-01T00:00:00.000000001Z",
        "rfc3339; 2025-01-01T02:00:00+02:00; 2025-01-01T00:00:00Z",
        "rfc3339; 2025-01-01 00:00:00.25Z; 2025-01-01T00:00:00.250Z",
        "rfc3339; 2025-01-01 00:00:00-0130; 2025-01-01T01:30:00Z",
        "rfc3339; 2025-01-01t00:00z; 2025-01-01T00:00:00Z",
        "iso; 2025-01-01T00:00; 2025-01-01T00:00:00Z",
        "iso; 2025-01-01 00:00:00,5; 2025-01-01T00:00:00.500Z",
        "iso; 2025-01-01; 2025-01-01T00:00:00Z",
        "iso; 1990-02; 1990-02-01T00:00:00Z",
        "iso; 2025-01-01T02:00:00+02:00; 2025-01-01T00:00:00Z",
        "yyyy-MM-dd HH:mmXXX; 2025-06-01 12:00+02:00; 2025-06-01T10:00:00Z",
        "yyyy-MM-dd HH:mm xx; 2025-06-01 12:00 -0500; 2025-06-01T17:00:00Z",
        "yyyy-MM-dd HH:mm VV; 2025-06-01 12:00 Asia/Tokyo; 2025-06-01T03:00:00Z",
        "yyyy-MM-dd HH:mm z; 2025-07-01 12:00 EST; 2025-07-01T17:00:00Z",
        "yyyy-MM-dd HH:mm z; 2025-07-01 12:00 EDT; 2025-07-01T16:00:00Z",
        "yyyy-MM-dd HH:mm z; 2025-07-01 12:00 CEST; 2025-07-01T10:00:00Z",
        "dd/MMM/yyyy hh:mm a; 01/Jul/2025 12:30 AM; 2025-07-01T00:30:00Z",
        "yyyy-MM; 1990-02; 1990-02-01T00:00:00Z",
        "yyyy; 1990; 1990-01-01T00:00:00Z",
        "yyyyDDDHH; 202503201; 2025-02-01T01:00:00Z",
        "yyyy-MM-dd kk:mm; 2025-01-31 24:00; 2025-02-01T00:00:00Z",
        "yyyy-MM-dd kk:mm; 2025-01-31 01:00; 2025-01-31T01:00:00Z"
      })
  void timeIsReadAsItIsWritten(String format, String written, String time) {
    List<ObservationRecord> rows =
        read(
            "time,s,v\n\"" + written + "\",a,1\n",
            "'time':{'column':'time','format':'" + format + "'},'stream':'s','values':{'v':'v'}");

    assertEquals(time, rows.get(0).time().toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "epoch-millis; 1735689600000000; looks like epoch-micros, 2025-01-01T00:00:00Z",
        "epoch-millis; 1735689600000000000; looks like epoch-nanos, 2025-01-01T00:00:00Z",
        "epoch-millis; 1735689600; looks like epoch-seconds, 2025-01-01T00:00:00Z",
        "epoch-seconds; 1735689600000; looks like epoch-millis, 2025-01-01T00:00:00Z",
        "epoch-nanos; 1735689600000; looks like epoch-millis, 2025-01-01T00:00:00Z",
        "epoch-seconds; 99999999999; year 5138",
        "epoch-seconds; 0x5f; not a number",
        "epoch-seconds; 1e99; beyond all years",
        "rfc3339; 2025-01-01T00:00:00; not such as",
        "rfc3339; 2025-01-31T24:00:00Z; feed.time.hour24",
        "rfc3339; 9999-12-31T23:59:59Z; year 9999",
        "rfc3339; 0001-01-01T00:00:00Z; year 1",
        "iso; 2025-02-30; Invalid date",
        "yyyy-MM-dd HH:mm; 2025-01-31 24:00; feed.time.hour24",
        "yyyy-MM-dd HH:mm; 2025-02-30 24:00; feed.time.hour24",
        "yyyy-MM-dd HH:mm z; 2025-07-01 12:00 CST; accepted"
      })
  void timeOfAnotherKindIsRefusedWithItsRow(String format, String written, String words) {
    String refusal =
        refusal(
            "time,s,v\n\"" + written + "\",a,1\n",
            "'time':{'column':'time','format':'" + format + "'},'stream':'s','values':{'v':'v'}");

    assertTrue(refusal.contains("data.csv, row 1") && refusal.contains(words), refusal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "YYYY-MM-dd",
        "yyyy-mm-dd",
        "yyyy-MM-dd hh:mm",
        "yyyy-dd",
        "HH:mm",
        "yyyy-'W'ww",
        "nonsense"
      })
  void patternThatIsNoTimeIsRefusedAtTheStart(String pattern) {
    String refusal =
        assertThrows(
                IllegalArgumentException.class,
                () -> new FileTime(List.of("t"), pattern, null, null, null, null, null, null))
            .getMessage();

    assertTrue(refusal.startsWith("feed.time.format: '" + pattern + "'; accepted:"), refusal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "yyyy-MM-dd HH:mm; Europe/Berlin; 2025-01-31 24:00; 2025-01-31T23:00:00Z",
        "yyyy-MM-dd HH:mm; Europe/Berlin; 2025-03-30 02:00; skipped",
        "yyyy-MM-dd kk:mm; Europe/Berlin; 2025-03-30 02:00; 2025-03-30T01:00:00Z",
        "rfc3339; UTC; 2024-02-28T24:00:00Z; 2024-02-29T00:00:00Z",
        "iso; Europe/Berlin; 2025-03-29T24:00; 2025-03-29T23:00:00Z",
        "yyyyMMddHH; UTC; 2025013124; 2025-02-01T00:00:00Z",
        "yyyy-MM-dd HH:mm; UTC; 2025-02-30 24:00; no such date",
        "yyyy-MM-dd HH:mm; UTC; 2025-01-31 24:30; accepted"
      })
  void hour24IsTheNextDayWhereTheSettingsSaySo(
      String format, String zone, String written, String told) {
    String mapping =
        """
        'time':{'column':'time','format':'%s','zone':'%s','hour24':'next-day'},
        'streams':{'a':{'v':'v'}}"""
            .formatted(format, zone);
    String text = "time,v\n" + written + ",1\n";

    if (told.startsWith("2")) {
      assertEquals(told, read(text, mapping).get(0).time().toString());
    } else {
      assertTrue(refusal(text, mapping).contains(told), refusal(text, mapping));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // hourly, each way, and each row twice
        "0100 0200 0200 0300; 23 00 01 02; 0",
        "0300 0200 0200 0100; 02 01 00 23; 0",
        "0100 0200 0200 0200 0200 0300; 23 00 00 01 01 02; 0",
        // half-hourly, each way, and with one row sent again
        "0200 0230 0200 0230 0300; 00 00 01 01 02; 0",
        "0300 0230 0200 0230 0200 0130; 02 01 01 00 00 23; 0",
        "0200 0200 0230 0200 0230 0300; 00 00 00 01 01 02; 0",
        // told by nothing
        "0100 0200 0300; 23 00 02; 1",
        "0130 0200 0215 0230 0245 0300; 23 00 00 00 00 02; 4",
        // a disorder of a minute is no change of the clock
        "0158 0201 0200 0202 0259 0201 0202; 23 00 00 00 00 01 01; 0"
      })
  void hourThatOccursTwiceIsToldByTheLargestStepBack(
      String local, String utcHours, long ambiguous) {
    StringBuilder text = new StringBuilder("t,n\n");
    List<String> times = Arrays.asList(local.split(" "));
    for (int i = 0; i < times.size(); i++) {
      text.append("2025-10-26 ").append(times.get(i)).append(',').append(i).append('\n');
    }
    FileReading reading =
        feed(
                plain(text.toString()),
                """
                'time':{'column':'t','format':'yyyy-MM-dd HHmm','zone':'Europe/Berlin'},
                'streams':{'a':{'n':'n'}}""")
            .read();

    List<String> hours = Arrays.asList(new String[times.size()]);
    reading
        .observations()
        .forEach(
            row ->
                hours.set(
                    row.values().get("n").intValue(), row.time().toString().substring(11, 13)));
    assertEquals(Arrays.asList(utcHours.split(" ")), hours);
    assertEquals(ambiguous, reading.ambiguous());
  }

  @Test
  void rowsOutsideTheYearsWantedAreLeftOutAndCounted() {
    FileReading reading =
        feed(
                plain(
                    """
                    time,s,v
                    0001-01-01T00:00:00Z,a,1
                    2025-01-01T00:00:00Z,a,2
                    2036-02-07T06:28:16Z,a,3
                    """),
                """
                'time':{'column':'time','earliest':'2020-01-01T00:00:00Z','latest':'2026-01-01T00:00:00Z'},
                'stream':'s','values':{'v':'v'}""")
            .read();

    assertEquals(List.of(2.0), values(reading.observations()));
    assertEquals(2, reading.leftOut());
  }

  @Test
  void barEndsWhereTheNextOneBegins() {
    String text =
        """
        time,s,v
        2025-09-30T21:00:00Z,a,100
        2025-09-30T22:00:00Z,a,40
        2025-09-30T22:15:00Z,a,30
        2025-09-30T22:30:00Z,a,20
        2025-09-30T22:45:00Z,a,10
        2025-09-30T23:00:00Z,a,80
        2025-10-01T00:00:00Z,a,70
        2025-10-01T03:00:00Z,a,60
        """;

    FileReading reading = feed(plain(text), ROWS + ",'interval':'PT1H'").read();

    assertEquals(
        List.of("22:00", "22:15", "22:30", "22:45", "23:00", "00:00", "01:00", "04:00"),
        reading.observations().stream()
            .map(row -> row.time().toString().substring(11, 16))
            .toList());
    assertEquals(4, reading.shortened());
  }

  // numbers

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "41.5d; ",
        "41.5f; ",
        "0x1p3; ",
        "1_000; ",
        "1 000; ",
        "12,5; ",
        "+-1; ",
        "١; ",
        "1.234.567; 'grouping':'.','decimal':','",
        "1.5; 'decimal':','",
        "1.23,5; 'decimal':',','grouping':'.'",
        "1e400; ",
        "NaN; ",
        "Infinity; "
      })
  void numberOfAnotherSpellingIsRefused(String written, String setting) {
    String text =
        "time,s,v\n2025-01-01T00:00:00Z,a,1\n2025-01-01T01:00:00Z,a,\"" + written + "\"\n";
    String mapping = ROWS + (setting == null ? "" : "," + setting);
    if (written.equals("1.234.567")) {
      assertEquals(1234567.0, read(text, mapping).get(1).values().get("v"));
      return;
    }

    String refusal = refusal(text, mapping);

    assertTrue(
        refusal.contains("row 2: v: '" + written + "'; accepted: a number")
            && refusal.contains("feed.missing"),
        refusal);
  }

  @Test
  void missingNumberIsMissingInAllItsSpellings() {
    String text =
        "time,v\n-999\n-999.0\n-9.99e2\n-99.9\nNaN\n+Inf\n"
            .replaceAll("(?m)^([-+N])", "2025-01-01,$1");

    List<ObservationRecord> rows =
        read(
            text,
            """
            'time':{'column':'time','format':'iso'},'streams':{'a':{'v':'v'}},
            'missing':['-999','NaN','+Inf']""");

    assertEquals(
        List.of(Map.of(), Map.of(), Map.of(), Map.of("v", -99.9), Map.of(), Map.of()),
        rows.stream().map(ObservationRecord::values).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "F, 32, 0",
    "K, 273.15, 0",
    "kn, 10, 5.14444444",
    "mph, 10, 4.4704",
    "inHg, 29.92, 1013.20759",
    "Pa, 101325, 1013.25",
    "km/h, 36, 10",
    "in, 1, 25.4"
  })
  void unitIsConverted(String unit, String written, double value) {
    List<ObservationRecord> rows =
        read(
            "time,v\n2025-01-01," + written + "\n",
            "'time':{'column':'time','format':'iso'},'streams':{'a':{'v':{'column':'v','unit':'"
                + unit
                + "'}}}");

    assertEquals(value, rows.get(0).values().get("v"));
  }

  // separated fields

  @Test
  void loggersAndSpreadsheetsAreReadWithTheirSettings() throws IOException {
    for (Path file :
        List.of(
            encoded(LOGGED, StandardCharsets.UTF_8),
            encoded("\uFEFF" + LOGGED, StandardCharsets.UTF_8),
            encoded("\uFEFF" + LOGGED, StandardCharsets.UTF_16LE),
            encoded(LOGGED.replace("\n", "\r\n"), StandardCharsets.UTF_8))) {
      assertLogged(feed(file, LOGGER).read());
    }
    Path latin = encoded(LOGGED, StandardCharsets.ISO_8859_1);
    assertLogged(feed(latin, LOGGER + ",'encoding':'iso-8859-1'").read());
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> feed(latin, LOGGER).read()).getMessage();
    assertTrue(refusal.contains("feed.encoding"), refusal);
  }

  private static void assertLogged(FileReading reading) {
    assertEquals(
        List.of("2025-01-05T23:00:00Z {v=4.8}", "2025-01-06T00:00:00Z {}"),
        reading.observations().stream().map(row -> row.time() + " " + row.values()).toList());
    assertEquals(1, reading.blank());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "time,s,v,\n2025-01-01T00:00:00Z,a,1,\n",
        "time,s,v\n2025-01-01T00:00:00Z,a,1\n\n",
        "time,s,v\n2025-01-01T00:00:00Z,a,1,,,\n",
        "\n\ntime,s,v\n\n2025-01-01T00:00:00Z,a,1\n  \n",
        "Station 7\nmade,by,hand\ntime,s,v\n2025-01-01T00:00:00Z,a,1\n",
        "time,s,v\r2025-01-01T00:00:00Z,a,1\r",
        "time,s,v\n2025-01-01T00:00:00Z,a,1",
        "\"time\",\"s\",\"v\"\n\"2025-01-01T00:00:00Z\",\"a\",\"1\"\n",
        " time , s , v \n 2025-01-01T00:00:00Z , a , 1 \n",
        ",time,s,v,,\n0,2025-01-01T00:00:00Z,a,1,,\n"
      })
  void whatStandsAroundTheRowsDoesNoHarm(String text) {
    assertEquals(List.of(1.0), values(read(text, ROWS)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "time,s,v;2025-01-01T00:00:00Z,a,12,5|row 1: 4 fields, the header 3",
        "time,s,v;2025-01-01T00:00:00Z,a|row 1: 2 fields, the header 3",
        "time,s,v,v;2025-01-01T00:00:00Z,a,1,999|column 'v' twice",
        "time,s,v;2025-01-01T00:00:00Z,a,1;2025-01-01T01:00:00Z,\"a,2|data.csv, line 3: a quote",
        "time,s,v;2025-01-01T00:00:00Z,a,1;2025-01-01T01:00:00Z,\"a\"b,2|data.csv, line 3: a quote",
        "time,s,w;2025-01-01T00:00:00Z,a,1|no column [v] in a header; accepted: columns of [time, s, w]",
        "|no column [s, time, v]",
        "time,s,v;2025-01-01T00:00:00Z,,1|row 1: stream: ''"
      })
  void flawIsRefusedInOneLine(String lines, String words) {
    String refusal = refusal(lines == null ? "" : lines.replace(";", "\n"), ROWS);

    assertTrue(refusal.contains(words) && refusal.startsWith("data.csv"), refusal);
    assertFalse(refusal.contains("\n"), refusal);
  }

  @Test
  void badRowsAreSkippedAndCountedWhereTheSettingsSaySo() {
    FileReading reading =
        feed(
                plain(
                    """
                    time,s,v
                    2025-01-01T00:00:00Z,a,1
                    2025-01-01T01:00:00Z,a,error
                    2025-01-01T02:00:00Z,a,error
                    yesterday,a,4
                    2025-01-01T03:00:00Z,a
                    """),
                ROWS + ",'badRows':'skip'")
            .read();

    assertEquals(List.of(1.0), values(reading.observations()));
    assertEquals(5, reading.rows());
    assertEquals(4, reading.refusedRows());
    assertEquals(3, reading.refused().size());
    assertTrue(reading.notes().contains("4 rows refused"), reading.notes());
  }

  @Test
  void linesToSkipCommentsAndQuotesAreSettings() {
    assertEquals(
        List.of(1.0),
        values(
            read(
                "time,s,v\n# made by hand\ntime|s|v\n2025-01-01T00:00:00Z|'a|b'|1\n",
                ROWS + ",'skip':1,'comment':'#','delimiter':'|','quote':'\\u0027'")));
    assertEquals(
        "12\" pipe",
        read(
            "time\ts\tv\n2025-01-01T00:00:00Z\t12\" pipe\t1\n",
            ROWS + ",'delimiter':'\\t','quote':''")
            .get(0)
            .stream());
  }

  @Test
  void wideTableIsAStreamForEachColumn() {
    List<ObservationRecord> rows =
        read(
            "time,north,south\n2025-01-01,1,2\n2025-01-02,,4\n",
            "'time':{'column':'time','format':'iso'},'wide':'load'");

    assertEquals(
        List.of("north {load=1.0}", "south {load=2.0}", "north {}", "south {load=4.0}"),
        rows.stream().map(row -> row.stream() + " " + row.values()).toList());
  }

  // files

  @Test
  void patternOrFolderIsAllItsFilesAndEachCanBeAStream() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    Files.writeString(data.resolve("b.csv"), "time,v\n2025-01-01,2\n");
    Files.writeString(data.resolve("a.csv"), "v,time\n1,2025-01-01\n");
    Files.writeString(data.resolve(".hidden"), "no table");
    String mapping = "'time':{'column':'time','format':'iso'},'stream':'{file}','values':{'v':'v'}";

    for (Path named : List.of(data, data.resolve("*.csv"), data.resolve("?.csv"))) {
      assertEquals(
          List.of("a {v=1.0}", "b {v=2.0}"),
          feed(named, mapping).observations().stream()
              .map(row -> row.stream() + " " + row.values())
              .toList());
    }
    String refusal =
        assertThrows(
                IllegalArgumentException.class,
                () -> feed(data.resolve("*.txt"), mapping).observations())
            .getMessage();
    assertTrue(refusal.startsWith("feed.file: "), refusal);
  }

  @Test
  void zipHasOneMemberOrSaysWhich() throws IOException {
    String rows = "time,s,v\n2025-01-01T00:00:00Z,a,";
    Path folder = zip("folder/", "", "folder/data.csv", rows + "2\n", "__MACOSX/._data.csv", "x");
    Path two = zip("2024.csv", rows + "1\n", "2025.csv", rows.replace("2025", "2026") + "2\n");
    Path book = zip("[Content_Types].xml", "x", "xl/workbook.xml", "x");

    assertEquals(List.of(2.0), values(feed(folder, ROWS).observations()));
    assertTrue(refusal(two, ROWS).contains("a zip with one member"), refusal(two, ROWS));
    assertEquals(List.of(1.0, 2.0), values(feed(two, ROWS + ",'member':'*.csv'").observations()));
    assertEquals(List.of(2.0), values(feed(two, ROWS + ",'member':'2025.csv'").observations()));
    assertTrue(
        refusal(two, ROWS + ",'member':'x'").startsWith("feed.member: 'x'; accepted: one of"));
    assertTrue(refusal(book, ROWS).contains("saved as CSV"), refusal(book, ROWS));
  }

  @Test
  void gzipIsToldByItsBytesAndACutOneIsRefused() throws IOException {
    StringBuilder text = new StringBuilder("time,s,v\n");
    for (int i = 0; i < 5_000; i++) {
      text.append("2025-01-01T00:00:00Z,a,").append(i * 7919 % 1000).append('\n');
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    Path whole = Files.write(directory.resolve("data.csv"), bytes.toByteArray());
    Path cut =
        Files.write(
            directory.resolve("cut.csv.gz"), Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
    Path zstd =
        Files.write(
            directory.resolve("data.zst"), new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0});

    assertEquals(5_000, feed(whole, ROWS).observations().size());
    assertTrue(
        refusal(cut, ROWS).matches("cut.csv.gz(, after row \\d+)?: cut off; accepted: .*"),
        refusal(cut, ROWS));
    assertTrue(refusal(zstd, ROWS).contains("zstd"), refusal(zstd, ROWS));
  }

  // JSON

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':1},{'time':'2025-01-01T01:00:00Z','s':'a','v':2}]",
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':1}]\n[{'time':'2025-01-01T01:00:00Z','s':'a','v':'2'}]\n",
        "{'time':'2025-01-01T00:00:00Z','s':'a','v':1}\n{'time':'2025-01-01T01:00:00Z','s':'a','v':2}\n",
        "{'time':['2025-01-01T00:00:00Z','2025-01-01T01:00:00Z'],'s':'a','v':[1,2]}"
      })
  void rowsOfJsonStandInAnArrayInLinesOrInColumns(String json) {
    assertEquals(List.of(1.0, 2.0), values(read(json.replace('\'', '"'), ROWS + ",'array':''")));
  }

  @Test
  void columnsOfJsonAreRows() {
    List<ObservationRecord> rows =
        read(
            "{\"hourly\":{\"time\":[\"2025-06-01T00:00\",\"2025-06-01T01:00\"],\"t\":[6.5,null]}}",
            "'array':'/hourly','time':{'column':'time','format':'iso'},'streams':{'b':{'v':'t'}}");

    assertEquals(
        List.of(Map.of("v", 6.5), Map.of()), rows.stream().map(ObservationRecord::values).toList());
  }

  @Test
  void arraysOfArraysAndFieldsDeepInAnObjectHaveNames() {
    List<ObservationRecord> bars =
        read(
            "[[1735689600000,\"1.5\"],[1735693200000,\"2.5\"]]",
            """
            'array':'','header':['opened','close'],'time':{'column':'opened','format':'epoch-millis'},
            'streams':{'BTC':{'close':'close'}},'interval':'PT1H'""");
    List<ObservationRecord> deep =
        read(
            "{\"list\":[{\"dt\":1735689600,\"main\":{\"temp\":280.15}}]}",
            """
            'array':'/list','time':{'column':'dt','format':'epoch-seconds'},
            'streams':{'x':{'t':{'column':'/main/temp','unit':'K'}}}""");

    assertEquals(
        List.of("2025-01-01T01:00:00Z", "2025-01-01T02:00:00Z"),
        bars.stream().map(row -> row.time().toString()).toList());
    assertEquals(Map.of("t", 7.0), deep.get(0).values());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':{'value':1}}]|row 1: v: an object; accepted: a number",
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':[1]}]|row 1: v: an array; accepted: a number",
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':true}]|row 1: v: 'true'; accepted: a number",
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':1,'v':2}]|'v' twice",
        "[{'time':'2025-01-01T00:00:00Z','s':'a'}]|row 1: no field 'v'",
        "[{'time':'2025-01-01T00:00:00Z','s':'a','v':1}|cut off",
        "7|feed.array",
        "{'time':['2025-01-01T00:00:00Z'],'s':'a','v':[1,2]}|columns of one length"
      })
  void flawOfJsonIsRefusedInOneLine(String json, String words) {
    String refusal = refusal(json.replace('\'', '"'), ROWS + ",'array':''");

    assertTrue(
        refusal.contains(words.replace("'v' twice", "'v' twice")) && refusal.startsWith("data.csv"),
        refusal);
    assertFalse(refusal.contains("\n"), refusal);
  }

  private static List<Double> values(List<ObservationRecord> rows) {
    return rows.stream().map(row -> row.values().get("v")).toList();
  }

  private List<ObservationRecord> read(String text, String mapping) {
    return feed(plain(text), mapping).observations();
  }

  private String refusal(String text, String mapping) {
    return refusal(plain(text), mapping);
  }

  private static String refusal(Path file, String mapping) {
    return assertThrows(IllegalArgumentException.class, () -> feed(file, mapping).observations())
        .getMessage();
  }

  private static FileFeed feed(Path file, String mapping) {
    String json = "{'type':'file','file':'%s',%s}".formatted(file, mapping).replace('\'', '"');
    try {
      return JSON.readValue(json, FileFeed.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private Path plain(String text) {
    return encoded(text, StandardCharsets.UTF_8);
  }

  private Path encoded(String text, Charset encoding) {
    try {
      return Files.write(directory.resolve("data.csv"), text.getBytes(encoding));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Names and contents by turns. */
  private Path zip(String... members) throws IOException {
    Path file = Files.createTempFile(directory, "data", ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < members.length; i += 2) {
        out.putNextEntry(new ZipEntry(members[i]));
        out.write(members[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return file;
  }
}
