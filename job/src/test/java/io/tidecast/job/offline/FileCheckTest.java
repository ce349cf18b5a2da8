package io.tidecast.job.offline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.SeriesStep;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileCheckTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        // what the file says | its first observation | step
        "time,s,v;2025-01-01T00:00:00Z,a,1;2025-01-01T01:00:00Z,a,2;2025-01-01T02:00:00Z,a,3|2025-01-01T00:00:00Z a {v=1.0}|PT1H",
        "date,load;2025-01-01 00:00,1;2025-01-01 00:30,2;2025-01-01 01:00,3|2025-01-01T00:00:00Z data {load=1.0}|PT30M",
        "year,month,day,hour,TEMP,wind;2025,1,2,3,-1,NW;2025,1,2,4,NA,SE;2025,1,2,5,2,SE|2025-01-02T03:00:00Z data {TEMP=-1.0}|PT1H",
        "20250102 09:00,5,6;20250102 10:00,6,7;20250102 11:00,6,7|2025-01-02T09:00:00Z data {c2=5.0, c3=6.0}|PT1H",
        "ts,x;1735689600000,1;1735689660000,2;1735689720000,3|2025-01-01T00:00:00Z data {x=1.0}|PT1M",
        "ts,x;1735689600.25,1;1735689660.25,2;1735689720.25,3|2025-01-01T00:00:00.250Z data {x=1.0}|PT1M",
        "month,x;1990-01,1;1990-02,2;1990-03,3;1990-04,4|1990-01-01T00:00:00Z data {x=1.0}|P1M",
        "month,x;1990-01,1;1990-02,2;1990-03,3|1990-01-01T00:00:00Z data {x=1.0}|P1M",
        "1;2;3|2000-01-01T00:00:00Z data {c1=1.0}|P1D",
        "lat,lon;50,8;;time,t (C);2025-06-01T00:00,6.5;2025-06-01T01:00,6;2025-06-01T02:00,5|2025-06-01T00:00:00Z data {t=6.5}|PT1H",
        "time,v;2025-01-31 23:00,1;2025-01-31 24:00,2;2025-02-01 01:00,3|2025-01-31T23:00:00Z data {v=1.0}|PT1H",
        "start,v;2025-01-01T00:00:00Z,1;2025-01-01T01:00:00Z,2;2025-01-01T02:00:00Z,3|2025-01-01T01:00:00Z data {v=1.0}|PT1H",
        "{'hourly':{'time':['2025-06-01T00:00','2025-06-01T01:00','2025-06-01T02:00'],'t':[6.5,null,6]}}|2025-06-01T00:00:00Z data {t=6.5}|PT1H",
        "{'stream':'a','time':'2025-03-01T00:01:00Z','values':{'v':1}};{'stream':'a','time':'2025-03-01T00:02:00Z','values':{'v':1}}|2025-03-01T00:01:00Z a {v=1.0}|PT1M",
        "[[1735689600000,'1.5'],[1735693200000,'2.5'],[1735696800000,'2.5']]|2025-01-01T00:00:00Z data {c2=1.5}|PT1H",
        "quarter,x;1990Q1,1;1990Q2,2;1990Q3,3;1990Q4,3|1990-01-01T00:00:00Z data {x=1.0}|P3M",
        "ym,x;199001,1;199002,2;199003,3|1990-01-01T00:00:00Z data {x=1.0}|P1M",
        "year,x;1900,1;1901,2;1902,3|1900-01-01T00:00:00Z data {x=1.0}|P1Y",
        "YY  MM DD hh mm  WSPD;2025 01 02 03 00   5.0;2025 01 02 04 00  -5.0;2025 01 02 05 00   6.0|2025-01-02T03:00:00Z data {WSPD=5.0}|PT1H",
        "date time v;2025-01-02 03:00 1;2025-01-02 04:00  2;2025-01-02 05:00 3|2025-01-02T03:00:00Z data {v=1.0}|PT1H",
        "Date,Hour Ending,v;01/13/2025,23,1;01/13/2025,24,2;01/14/2025,1,3|2025-01-13T23:00:00Z data {v=1.0}|PT1H",
        "MTU,v;13.01.2025 00:00 - 13.01.2025 01:00,1;13.01.2025 01:00 - 13.01.2025 02:00,2;13.01.2025 02:00 - 13.01.2025 03:00,2|2025-01-13T00:00:00Z data {v=1.0}|PT1H",
        "time,v;2025-01-02 01:00:00 Europe/Berlin,1;2025-01-02 02:00:00 Europe/Berlin,2;2025-01-02 03:00:00 Europe/Berlin,2|2025-01-02T00:00:00Z data {v=1.0}|PT1H",
        "time,v;2016-12-31T23:59:59Z,1;2016-12-31T23:59:60Z,2;2017-01-01T00:00:01Z,3|2016-12-31T23:59:59Z data {v=1.0}|PT1S",
        "time,v;-2208988800,1;-2208985200,2;-2208981600,3|1900-01-01T00:00:00Z data {v=1.0}|PT1H",
        "date,v;2025-01-01,$1.50;2025-01-02,$2.50;2025-01-03,$3.50|2025-01-01T00:00:00Z data {v=1.5}|P1D",
        "date,v;2025-01-01,1.5 kW;2025-01-02,2.5 kW;2025-01-03,3 kW|2025-01-01T00:00:00Z data {v=1.5}|P1D",
        "date,v;2025-01-01,'1,010.50';2025-01-02,'1,020';2025-01-03,'1,030.50'|2025-01-01T00:00:00Z data {v=1010.5}|P1D",
        "[{'time':'2025-01-01T00:00:00Z','v':NaN},{'time':'2025-01-01T01:00:00Z','v':2},{'time':'2025-01-01T02:00:00Z','v':2}]|2025-01-01T00:00:00Z data {}|PT1H",
        "{'a':{'rows':[{'time':'2025-01-01T00:00:00Z','v':1},{'time':'2025-01-01T01:00:00Z','v':2}]}}|2025-01-01T00:00:00Z data {v=1.0}|PT1H",
        "{'data':{'result':[{'metric':{},'values':[[1735689600,'1'],[1735693200,'2'],[1735696800,'3']]}]}}|2025-01-01T00:00:00Z data {c2=1.0}|PT1H",
        "{'meta':1,'daily':{'2025-01-01':{'close':'1'},'2025-01-02':{'close':'2'},'2025-01-03':{'close':'3'}}}|2025-01-01T00:00:00Z data {close=1.0}|P1D",
        "{'2025-01-01':1.5,'2025-01-02':2,'2025-01-03':3}|2025-01-01T00:00:00Z data {value=1.5}|P1D",
        "time,v;2025-01-01T00:00:00Z,-999;2025-01-01T01:00:00Z,NaN;2025-01-01T02:00:00Z,3|2025-01-01T00:00:00Z data {}|PT1H",
        "week,v;2024-W05,1;2024-W06,2;2024-W07,3|2024-01-29T00:00:00Z data {v=1.0}|P1W",
        "date,v;2024-W05-3,1;2024-W05-4,2;2024-W05-5,3|2024-01-31T00:00:00Z data {v=1.0}|P1D",
        "Jahr,KW,v;2024,5,1;2024,6,2;2024,7,3|2024-01-29T00:00:00Z data {v=1.0}|P1W",
        "date,v;2024-123,1;2024-124,2;2024-125,3|2024-05-02T00:00:00Z data {v=1.0}|P1D",
        "year,doy,hour,v;2024,123,0,1;2024,123,1,2;2024,123,2,3|2024-05-02T00:00:00Z data {v=1.0}|PT1H",
        "year,month,v;2024,Jan,1;2024,Feb,2;2024,Mar,3|2024-01-01T00:00:00Z data {v=1.0}|P1M",
        "year,quarter,v;2023,1,1;2023,2,2;2023,3,3;2023,4,3|2023-01-01T00:00:00Z data {v=1.0}|P3M",
        "date,v;1/31/25,1;2/1/25,2;2/2/25,3|2025-01-31T00:00:00Z data {v=1.0}|P1D",
        "date,v;1/1/25 0:00,1;1/1/25 12:00,2;1/2/25 0:00,3;1/2/25 12:00,3|2025-01-01T00:00:00Z data {v=1.0}|PT12H",
        "time,v;01/13/2025 12:00 a.m.,1;01/13/2025 1:00 a.m.,2;01/13/2025 2:00 a.m.,3|2025-01-13T00:00:00Z data {v=1.0}|PT1H",
        "Datum,v;27. Februar 2025,1;28. Februar 2025,2;1. März 2025,3|2025-02-27T00:00:00Z data {v=1.0}|P1D",
        "time,v;45658.000000,1;45658.041667,2;45658.083333,3|2025-01-01T00:00:00Z data {v=1.0}|PT1H",
        "date,HE,v;03/01/2025,23,1;03/01/2025,24,2;03/02/2025,1,3|2025-03-01T23:00:00Z data {v=1.0}|PT1H",
        "date,v;01-03-2025,1;02-03-2025,2;03-03-2025,3|2025-03-01T00:00:00Z data {v=1.0}|P1D",
        "date,v;2025M01,1;2025M02,2;2025M03,3|2025-01-01T00:00:00Z data {v=1.0}|P1M",
        "time,v;2025-03-01T00:00:00+01:00[Europe/Paris],1;2025-03-01T01:00:00+01:00[Europe/Paris],2;2025-03-01T02:00:00+01:00[Europe/Paris],3|2025-02-28T23:00:00Z data {v=1.0}|PT1H",
        "time,v;01 Mar 2025 00:00 EST,1;01 Mar 2025 01:00 EST,2;01 Mar 2025 02:00 EST,3|2025-03-01T05:00:00Z data {v=1.0}|PT1H",
        "[{'date':{'year':2025,'month':3,'day':1},'v':1},{'date':{'year':2025,'month':3,'day':2},'v':2},{'date':{'year':2025,'month':3,'day':3},'v':3}]|2025-03-01T00:00:00Z data {v=1.0}|P1D",
        "date,v;2025-01-01,−1.5;2025-01-02,−2;2025-01-03,−2|2025-01-01T00:00:00Z data {v=-1.5}|P1D",
        "date,v;2025-01-01,'1 000,5';2025-01-02,'1 000,5';2025-01-03,'1 000,5'|2025-01-01T00:00:00Z data {v=1000.5}|P1D",
        "date,v;2025-01-01,5*;2025-01-02,6;2025-01-03,7|2025-01-01T00:00:00Z data {v=5.0}|P1D",
        "date,on;2025-01-01,no;2025-01-02,Yes;2025-01-03,no|2025-01-01T00:00:00Z data {on=0.0}|P1D",
        "date,v;2025-01-01,9999;2025-01-02,1;2025-01-03,2;2025-01-04,9999;2025-01-05,1|2025-01-01T00:00:00Z data {}|P1D",
        "date,v,v;2025-01-01,1,2;2025-01-02,1,2;2025-01-03,1,2|2025-01-01T00:00:00Z data {v=1.0, v_2=2.0}|P1D",
        "date,v,w;2025-01-01,1;2025-01-02,1,2;2025-01-03,1,2|2025-01-01T00:00:00Z data {v=1.0}|P1D",
        "date,s,v;2025-01-01,'a \\'x\\' b',1;2025-01-02,'a \\'x\\' b',2;2025-01-03,'a \\'x\\' b',3|2025-01-01T00:00:00Z a \"x\" b {v=1.0}|P1D",
        "'TOA5','CR1000','x','y';'TIMESTAMP','RECORD','Temp','RH';'TS','RN','C','%';'','','Avg','Avg';'2025-01-01 00:00:00',1,2.5,50;'2025-01-01 01:00:00',2,'NAN',51;'2025-01-01 02:00:00',3,4.5,52|2025-01-01T00:00:00Z data {Temp=2.5, RH=50.0}|PT1H",
        "#YY MM DD hh mm T;#yr mo dy hr mn C;2025 01 02 03 00 5.0;2025 01 02 04 00 6.0;2025 01 02 05 00 6.0|2025-01-02T03:00:00Z data {T=5.0}|PT1H",
        "s,time,what,value;a,2025-01-01,t,1;a,2025-01-01,h,2;a,2025-01-02,t,3;a,2025-01-02,h,4;a,2025-01-03,t,5;a,2025-01-03,h,6|2025-01-01T00:00:00Z a {h=2.0, t=1.0}|P1D",
        "TIMESTAMP_START,TIMESTAMP_END,NEE;202501010000,202501010100,1;202501010100,202501010200,2;202501010200,202501010300,3|2025-01-01T01:00:00Z data {NEE=1.0}|PT1H",
        "{'data':{'result':[{'metric':{'i':'a'},'values':[[1735689600,'1'],[1735693200,'2']]},{'metric':{'i':'b'},'values':[[1735689600,'3'],[1735693200,'4']]}]}}|2025-01-01T00:00:00Z a {c2=1.0}|PT1H",
        "{'chart':{'result':[{'meta':{'symbol':'A'},'timestamp':[1735689600,1735776000,1735862400],'indicators':{'quote':[{'open':[1,2,3],'close':[4,5,6]}]}}]}}|2025-01-01T00:00:00Z data {open=1.0, close=4.0}|P1D",
        "{'a':[{'t':'2025-01-01T00:00:00Z','v':1},{'t':'2025-01-01T01:00:00Z','v':2}],'b':[{'t':'2025-01-01T00:00:00Z','v':3},{'t':'2025-01-01T01:00:00Z','v':4}]}|2025-01-01T00:00:00Z a {v=1.0}|PT1H",
        "[{'target':'x','datapoints':[[1,1735689600],[2,1735693200]]},{'target':'y','datapoints':[[3,1735689600],[null,1735693200]]}]|2025-01-01T00:00:00Z x {c1=1.0}|PT1H"
      })
  void configurationIsWrittenByLookingAtTheFile(String lines, String first, String step) {
    String text = check(lines.replace("'", "\"").replace(";", "\n") + "\n", StandardCharsets.UTF_8);

    JobConfig config = ConfigFile.parse(text, Map.of()).job();
    ObservationRecord row = config.fileFeed().observations().get(0);
    assertEquals(first, row.time() + " " + row.stream() + " " + row.values());
    assertEquals(step, config.series().step().toString());
    assertTrue(text.startsWith("# data.txt: ") && text.contains("\n# spacing: "), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // rows, unit between them, the first | step | steps of a season | horizon | holidays
        "400|MONTHS|1990-01-01|P1M|12|12|0",
        "60|MONTHS|2020-01-01|P1M|12|12|0",
        "400|WEEKS|2000-01-03|P1W|52|24|0",
        "400|WEEKS|2000-01-02|P1W|52|24|0",
        "400|DAYS|2000-01-03|P1D|7|7|0",
        "400|WORKING|2000-01-03|P1D|5|5|1",
        "400|HOURS|2000-01-03|PT1H|24|24|0"
      })
  void whatIsWrittenCanBeTrainedAndTestedOn(
      int rows, String unit, String first, String step, int season, int horizon, int holidays)
      throws IOException {
    StringBuilder text = new StringBuilder("date,v\n");
    LocalDateTime time = LocalDate.parse(first).atStartOfDay();
    boolean isWorking = unit.equals("WORKING");
    for (int i = 0; i < rows; i++) {
      boolean isLeftOut = isWorking && (time.getDayOfWeek().getValue() > 5 || i == 102);
      if (!isLeftOut) {
        text.append(time).append(',').append(i % 7 + i % 12).append('\n');
      }
      time = time.plus(1, isWorking ? ChronoUnit.DAYS : ChronoUnit.valueOf(unit));
    }

    ConfigFile written = ConfigFile.parse(check(text.toString(), StandardCharsets.UTF_8), Map.of());

    JobConfig config = written.job();
    assertEquals(step, config.series().step().toString());
    assertEquals(season, config.series().seasonSteps());
    assertEquals(horizon, config.forecast().horizon());
    assertEquals(holidays, isWorking ? config.series().sessions().holidays().size() : holidays);
    List<SeriesStep> steps = SeriesHistory.byGroup(config).get("v").get(0).steps();
    assertEquals(config.fileFeed().observations().size(), steps.size());
    assertEquals(
        steps.size() - 1, steps.get(steps.size() - 1).step().index() - steps.get(0).step().index());
    List<GroupResult> results =
        new BacktestRun(
                new BacktestRun.Options(
                    written.with("model.cell", "none"),
                    null,
                    BacktestRun.Mode.FROZEN,
                    EnumSet.noneOf(Part.class)),
                Phases.SILENT)
            .results();
    assertEquals("tidecast", results.get(0).methods().get(0).total().method());
    assertEquals(
        rows == 60, results.get(0).remarks().toString().contains("it forecasts without a model"));
  }

  @Test
  void hoursOfTradingAreSessions() throws IOException {
    StringBuilder text = new StringBuilder("time,close\n");
    LocalDate first = LocalDate.parse("2025-01-06");
    int rows = 0;
    for (int day = 0; day < 70; day++) {
      // the fourth Thursday is a holiday
      boolean isOpen = first.plusDays(day).getDayOfWeek().getValue() <= 5 && day != 24;
      for (int hour = 9; isOpen && hour < 16; hour++) {
        String time = first.plusDays(day).atTime(hour, 0) + ":00";
        text.append(time).append(',').append(50 + hour % 5 + day % 3).append('\n');
        rows++;
      }
    }

    String written = check(text.toString(), StandardCharsets.UTF_8);

    JobConfig config = ConfigFile.parse(written, Map.of()).job();
    assertEquals("08:00", config.series().sessions().open(), written);
    assertEquals("15:00", config.series().sessions().close());
    assertEquals(List.of("2025-01-30"), config.series().sessions().holidays());
    assertEquals(7, config.series().seasonSteps());
    assertEquals(7, config.forecast().horizon());
    assertTrue(written.contains("# look at: rows come from 09:00 to 15:00 alone"), written);
    List<SeriesStep> steps = SeriesHistory.byGroup(config).get("close").get(0).steps();
    assertEquals(rows, steps.size());
    assertEquals(rows - 1, steps.get(rows - 1).step().index() - steps.get(0).step().index());
  }

  @Test
  void tableOfALoggerIsUnderstood() {
    String text =
        check(
            "Datum;Zeit;Temp (°C);;\n06.01.2025;00:00;4,8;;\n06.01.2025;01:00;5,5;;\n;;;;\n",
            Charset.forName("windows-1252"));

    assertTrue(text.contains("encoding: windows-1252"), text);
    assertTrue(text.contains("decimal: \",\""), text);
    assertTrue(text.contains("{Temp=4.8}"), text);
    assertTrue(text.contains("1 blank rows"), text);
  }

  @Test
  void streamsOfPricesGetWhatSuitsThem() {
    String rows =
        IntStream.range(0, 1_000)
            .mapToObj(i -> Instant.parse("2025-01-01T00:00:00Z").plusSeconds(3600L * (i / 2)))
            .map(time -> time + ",")
            .collect(Collectors.joining("\n"));
    StringBuilder text = new StringBuilder("time,symbol,open,high,low,close\n");
    int i = 0;
    for (String row : rows.split("\n")) {
      text.append(row).append(i++ % 2 == 0 ? "AAA" : "BBB").append(",1,2,1,1.5\n");
    }

    JobConfig config =
        ConfigFile.parse(check(text.toString(), StandardCharsets.UTF_8), Map.of()).job();

    assertEquals(List.of("close"), config.series().targets());
    assertEquals("log-return", config.series().transform().toString());
    assertEquals(24, config.series().seasonSteps());
    assertEquals(24, config.forecast().horizon());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "time,s,v;1735682400000,a,1;1735689600000000,a,3|column [time] is epoch-millis in 50 % of its rows",
        "time,s,v;2025-01-01T00:00:00Z,a,one;2025-01-01T01:00:00Z,a,two|v holds 'one'",
        "time,s,v;2025-01-01T00:00:00Z,a,12,5;2025-01-01T01:00:00Z,a,13,5|row 1: 4 fields, the header 3",
        "time,s,v;2025-01-01T00:00:00Z,a,1;2025-01-01T01:00:00Z,\"a,2|line 3: a quote",
        "week,v;FY25 W01,1;FY25 W02,2|no column reads as a time; [week] holds 'FY25 W01'",
        "time,v;2460676.5,1;2460677.5,2|no column reads as a time; [time] holds '2460676.5'",
        "year,Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec;2000,1,2,3,4,5,6,7,8,9,9,9,9;2001,1,2,3,4,5,6,7,8,9,9,9,9|times side by side",
        "time,v;2025-01-01,-999;2025-01-02,-999.0;2025-01-03,-999.00|data.txt: no number in any of 3 rows; accepted: at least one that is not among feed.missing",
        "{\"a\":1|JSON",
        ";|empty"
      })
  void whyNotIsSaidInOneLine(String lines, String words) {
    String text = lines.replace(";", "\n") + "\n";

    String refusal =
        assertThrows(IllegalArgumentException.class, () -> check(text, StandardCharsets.UTF_8))
            .getMessage();

    assertTrue(refusal.contains(words), refusal);
  }

  @ParameterizedTest
  @CsvSource({"2000-01-01T00:00:00Z, earliest", "2106-02-07T06:28:15Z, latest"})
  void rowsOfAWrongClockAreNamedAndRefusedOffline(String wrong, String key) {
    StringBuilder text = new StringBuilder("time,s,v\n" + wrong + ",a,20\n");
    for (int i = 0; i < 700; i++) {
      text.append(Instant.parse("2025-01-01T00:00:00Z").plusSeconds(3600L * i)).append(",a,1\n");
    }

    String written = check(text.toString(), StandardCharsets.UTF_8);

    assertTrue(written.contains("# look at: left out: 1 of 701 observations lie"), written);
    assertTrue(written.contains("    " + key + ": "), written);
    JobConfig config = ConfigFile.parse(written, Map.of()).job();
    assertEquals(700, config.fileFeed().read().observations().size());
    assertEquals(1, SeriesHistory.byGroup(config).get("v").size());
    JobConfig without =
        ConfigFile.parse(written.replaceAll("    " + key + ": .*\\n", ""), Map.of()).job();
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> SeriesHistory.byGroup(without))
            .getMessage();
    assertTrue(refusal.contains("data.txt: 1 of 701 observations lie"), refusal);
  }

  @Test
  void rowsOfWrongClocksAtBothEndsAreLeftOut() {
    StringBuilder text = new StringBuilder("time,v\n1970-01-01T00:00:10Z,1\n");
    for (int i = 0; i < 300; i++) {
      text.append(Instant.parse("2025-01-01T00:00:00Z").plusSeconds(3600L * i)).append(",1\n");
    }

    String written = check(text + "2038-01-19T03:14:07Z,7\n", StandardCharsets.UTF_8);

    JobConfig config = ConfigFile.parse(written, Map.of()).job();
    assertEquals(300, SeriesHistory.byGroup(config).get("v").get(0).steps().size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // what stands there | of row i, as this times i more | what is said
        "seconds|0|10|[seconds] rises from row to row, as time that has passed does, and is read as a variable; feed.time.origin",
        "gps_time|1419724818|3600|all times lie 18 s after a full minute, as numbers of GPS do that are taken as counted from 1970: feed.time.origin: 1980-01-05T23:59:42Z",
        "time|174078720000|360000|numbers that are times of 1975-07-08T19:12:00Z as epoch-millis",
        "time|638763840000000000|36000000000|numbers that are times of 1990-03-30T02:24:00Z as epoch-nanos"
      })
  void numbersThatMayBeOtherTimesAreNamed(String name, long first, long more, String words) {
    StringBuilder text = new StringBuilder(name + ",v\n");
    for (int i = 0; i < 40; i++) {
      text.append(first + more * i).append(',').append(i % 5).append('\n');
    }

    String written = check(text.toString(), StandardCharsets.UTF_8);

    assertTrue(written.contains("# look at: " + words), written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        // as of Markdown, with and without outer marks, of two databases' shells, of plain tables
        "| time | v |;|------|---|;| 2025-01-01 | 1.5 |;| 2025-01-02 | 2 |;| 2025-01-03 | 3 |",
        "| time | v |;| :--- | ---: |;| 2025-01-01 | 1.5 |;| 2025-01-02 | 2 |;| 2025-01-03 | 3 |",
        "time | v;--- | ---;2025-01-01 | 1.5;2025-01-02 | 2;2025-01-03 | 3",
        " time | v;------+---; 2025-01-01 | 1.5; 2025-01-02 | 2; 2025-01-03 | 3",
        "+------+---+;| time | v |;+------+---+;| 2025-01-01 | 1.5 |;| 2025-01-02 | 2 |;| 2025-01-03 | 3 |",
        "time,v;----,---;2025-01-01,1.5;2025-01-02,2;2025-01-03,3"
      })
  void rulesBelowNamesAreNoNames(String lines) {
    String text = check(lines.replace(";", "\n") + "\n", StandardCharsets.UTF_8);

    JobConfig config = ConfigFile.parse(text, Map.of()).job();
    List<ObservationRecord> rows = config.fileFeed().observations();
    assertEquals(3, rows.size(), text);
    assertEquals(Map.of("v", 1.5), rows.get(0).values(), text);
    assertEquals(Instant.parse("2025-01-01T00:00:00Z"), rows.get(0).time());
  }

  @Test
  void seasonThatIsLongerThanTheUsualHistoryIsKept() {
    StringBuilder text = new StringBuilder("time,s,v\n");
    for (int i = 0; i < 5_000; i++) {
      text.append(Instant.parse("2025-01-01T00:00:00Z").plusSeconds(60L * i)).append(",a,1\n");
    }

    JobConfig config =
        ConfigFile.parse(check(text.toString(), StandardCharsets.UTF_8), Map.of()).job();

    assertEquals(1_440, config.series().seasonSteps());
    assertEquals(1_440, config.series().history());
  }

  @Test
  void valuesOfOurOwnRecordsKeepTheirNames() {
    String text =
        check(
            """
            {"stream":"a","time":"2025-01-01T00:00:00Z","values":{"v":1,"w":2}}
            {"stream":"a","time":"2025-01-01T01:00:00Z","values":{"v":1,"w":3}}
            """,
            StandardCharsets.UTF_8);

    assertTrue(text.contains("v: /values/v") && text.contains("w: /values/w"), text);
    assertTrue(text.contains("# v: 1.0 to 1.0"), text);
  }

  private String check(String text, Charset encoding) {
    try {
      return FileCheck.of(Files.write(directory.resolve("data.txt"), text.getBytes(encoding)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
