package io.tidecast.connectors.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ObservationRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows of JSON, however they stand in it, and refusals in one line. */
class FileJsonTest extends MappedFiles {
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
}
