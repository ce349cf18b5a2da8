package io.tidecast.connectors.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @ParameterizedTest
  @ValueSource(strings = {"KJFK", "plant/hall 2/pump", "50% 'quoted' \"twice\"", "気温", "🌊"})
  void streamsAreTheUsersWords(String name) {
    assertTrue(Names.isStream(name));
    assertEquals(name.indexOf('/') < 0, Names.isVariable(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " a", "a ", "a\tb", "a\u0000"})
  void edgesAndControlCharactersAreRefused(String name) {
    assertFalse(Names.isStream(name));
    assertFalse(Names.isVariable(name));
  }

  @Test
  void lengthIsBounded() {
    assertTrue(Names.isStream("x".repeat(200)));
    assertFalse(Names.isStream("x".repeat(201)));
  }

  @Test
  void groupsAndDomainsAreOurs() {
    assertTrue(Names.isGroup("pm2.5_Ug-1"));
    assertFalse(Names.isGroup("PM2.5 (ug)"));
    assertFalse(Names.isGroup("a/b"));
    assertTrue(Names.isDomain("weather-2"));
    assertFalse(Names.isDomain("Weather"));
  }

  @Test
  void refusalNamesKeyNameAndWhatIsAccepted() {
    String refusal =
        assertThrows(
                IllegalArgumentException.class,
                () -> Names.group("series.variables.PM2.5 (ug).group", "PM2.5 (ug)"))
            .getMessage();

    assertEquals(
        "series.variables.PM2.5 (ug).group: 'PM2.5 (ug)'; accepted: 1 to 200 of the letters a to z,"
            + " digits, '.', '_' and '-'",
        refusal);
  }

  @Test
  void keyOfSeriesIsCutAtItsLastSlash() {
    SeriesKey key = new SeriesKey("plant/hall 2/pump", "flow");

    assertEquals("plant/hall 2/pump/flow", key.toString());
    assertEquals(key, SeriesKey.parse(key.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "flow", "/flow", "pump/"})
  void whatIsNoKeyIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> SeriesKey.parse(text));
  }
}
