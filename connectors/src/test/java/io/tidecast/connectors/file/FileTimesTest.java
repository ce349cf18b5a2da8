package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times as files have them: what is right for each kind, and its refusal in one line. */
class FileTimesTest extends MappedFiles {
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
                () ->
                    new FileTime(
                        List.of("t"), pattern, null, null, null, null, null, null, null, null))
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
}
