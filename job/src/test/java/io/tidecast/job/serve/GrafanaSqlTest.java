package io.tidecast.job.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrafanaSqlTest {
  private static final GrafanaSql SQL =
      new GrafanaSql(
          Instant.parse("2018-04-12T18:00:00Z"),
          Instant.parse("2018-04-12T18:05:00.500Z"),
          Duration.ofMinutes(10),
          Map.of("series", "O'Hare/\"t\"", "lead", "3", "__searchFilter", "a%"));

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "$__time(c) => c AS \"time\"",
        "$__timeEpoch(c) => extract(epoch from c) as \"time\"",
        "WHERE $__timeFilter(f.c) => WHERE f.c BETWEEN '2018-04-12T18:00:00Z' AND"
            + " '2018-04-12T18:05:00.5Z'",
        "$__timeFrom() => '2018-04-12T18:00:00Z'",
        "$__timeTo() => '2018-04-12T18:05:00.5Z'",
        "GROUP BY $__timeGroup(c,'5m') => GROUP BY floor(extract(epoch from c)/300)*300",
        "GROUP BY $__timeGroup( c , '5m' ) => GROUP BY floor(extract(epoch from c)/300)*300",
        "$__timeGroup(c,'5m'), x => floor(extract(epoch from c)/300)*300 AS \"time\", x",
        "$__timeGroupAlias(c,'1h') => floor(extract(epoch from c)/3600)*3600 AS \"time\"",
        "$__timeGroup(c,'$__interval') => floor(extract(epoch from c)/600)*600",
        "$__interval $__interval_ms => 10m 600000",
        "$__unixEpochFrom() $__unixEpochTo() => 1523556000 1523556300",
        "$__unixEpochFilter(c) => c >= 1523556000 AND c <= 1523556300",
        "$__unixEpochGroup(c,'5m') => floor((c)/300)*300",
        "$__unixEpochGroupAlias(c,'5m') => floor((c)/300)*300 AS \"time\"",
      })
  void macrosBecomeWhatGrafanaMakesOfThem(String macro, String expected) {
    assertEquals(expected, SQL.expand(macro));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "$lead ${lead} [[lead]] => 3 3 3",
        "${lead:csv} [[lead:raw]] => 3 3",
        "series = ${series:sqlstring} => series = 'O''Hare/\\\"t\\\"'",
        "s = d('${series:percentencode}') => s = d('O%27Hare%2F%22t%22')",
        "ILIKE '%' || ${__searchFilter:sqlstring} => ILIKE '%' || 'a%'",
        "${__from} $__to => 1523556000000 1523556300500",
      })
  void variablesAreInsertedAsGrafanaInsertsThem(String text, String expected) {
    assertEquals(expected, SQL.expand(text));
  }

  @Test
  void aMacroTakesNoNestedCall() {
    assertEquals(
        "lower(c BETWEEN '2018-04-12T18:00:00Z' AND '2018-04-12T18:05:00.5Z')",
        SQL.expand("lower($__timeFilter(c))"));
    // the argument ends at the first bracket
    assertEquals("to_timestamp(c AS \"time\")", SQL.expand("$__time(to_timestamp(c))"));
  }

  @ParameterizedTest
  @CsvSource({"$__timeFliter(c)", "$serie", "${lead:nothing}", "'$__timeGroup(c)'"})
  void aMisspellingIsRefusedByName(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> SQL.expand(text));

    String name = text.replaceAll("['${}]|[:(].*", "");
    assertTrue(refused.getMessage().contains(name), refused.getMessage());
  }
}
