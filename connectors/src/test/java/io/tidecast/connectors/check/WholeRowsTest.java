package io.tidecast.connectors.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeRowsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[{'v':1},{'v':2},{'v':|[{'v':1},{'v':2}]",
        "{'a':{'rows':[[1,2],[3,4],[5|{'a':{'rows':[[1,2],[3,4]]}}",
        "[{'n':'a}]\\'{','v':1},{'n':'|[{'n':'a}]\\'{','v':1}]",
        "{'v':1};{'v':2};{'v|{'v':1};{'v':2};",
        "[;{'v':1},;{'v':2},;{'v':|[;{'v':1},;{'v':2}]",
        "time,v;2025-01-01,1;2025-01|time,v;2025-01-01,1;"
      })
  void whatBreaksOffEndsWithItsLastWholeRow(String cut, String whole) {
    assertEquals(text(whole), WholeRows.of(text(cut)));
  }

  private static String text(String written) {
    return written.replace('\'', '"').replace(';', '\n');
  }
}
