package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them: what is right for each kind, and its refusal in one line. */
class FileKindsTest extends MappedFiles {
  private static final String LOGGER =
      """
      'delimiter':';','decimal':',','streams':{'yard':{'v':'Temp (°C)'}},'missing':['-200'],
      'time':{'column':['Date','Hour'],'format':'dd.MM.yyyy HH:mm','zone':'Europe/Berlin'}""";
  private static final String LOGGED =
      "Date;Hour;Temp (°C);;\n06.01.2025;00:00;4,8;;\n06.01.2025;01:00;-200;;\n;;;;\n\n";

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
}
