package io.tidecast.job.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Holidays;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holidays as a file asks for them. */
class HolidaysInFilesTest {
  @ParameterizedTest
  @CsvSource({
    "DE, 2025-10-03, true",
    "DE, 2025-11-01, false",
    "DE-BY, 2025-11-01, true",
    "de-by, 2025-11-01, true",
    "US, 2014-11-27, true",
    "NO, 2025-05-17, true",
    "DE, 2025-12-24, false",
    "2025-12-24, 2025-12-24, true"
  })
  void aCountryOrADateTellsOfThem(String name, LocalDate date, boolean expected) {
    assertEquals(expected, holidays("[" + name + "]").contains(date));
  }

  @Test
  void severalAreTakenTogether() {
    Holidays all = holidays("[FR, 2025-12-24, DE]");

    assertTrue(all.contains(LocalDate.of(2025, 7, 14)));
    assertTrue(all.contains(LocalDate.of(2025, 10, 3)));
    assertTrue(all.contains(LocalDate.of(2025, 12, 24)));
    assertFalse(all.contains(LocalDate.of(2025, 12, 23)));
  }

  @ParameterizedTest
  @CsvSource({"XX", "DE-XX", "Germany", "24.12.", "2025-02-30", "-", "DE-"})
  void whatNamesNoneIsRefused(String name) {
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> holidays("['" + name + "']"))
            .getMessage();

    assertTrue(refusal.startsWith("series.holidays: " + name + "; accepted: a date"), refusal);
  }

  @Test
  void stepsOfWeeksHaveNone() {
    String refusal =
        assertThrows(IllegalArgumentException.class, () -> config("P1W", "[DE]")).getMessage();

    assertEquals(
        "series.holidays: [DE]; accepted: none with a series.step of a week or more", refusal);
  }

  @Test
  void otherDatesLeaveTheModelAndNoneAtAllDoNot() {
    ForecasterConfig german = config("PT1H", "[DE]").forecaster("load");

    assertTrue(german.sharesWeightsWith(config("PT1H", "[DE, 2026-01-02]").forecaster("load")));
    assertFalse(german.sharesWeightsWith(config("PT1H", "[]").forecaster("load")));
  }

  private static Holidays holidays(String names) {
    return config("PT1H", names).forecaster("load").calendar().holidays();
  }

  private static JobConfig config(String step, String names) {
    String yaml =
        """
        domain: load
        series: {step: %s, targets: [load], holidays: %s}
        forecast: {horizon: 6}
        ingest: {ttl: P2000D}
        """;
    return ConfigFile.parse(yaml.formatted(step, names), Map.of()).job();
  }
}
