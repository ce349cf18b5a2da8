package io.tidecast.connectors.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpeedTest {
  private static final Instant BEGUN = Instant.parse("2024-01-01T00:00:00Z");
  private static final Instant FIRST = Instant.parse("2013-01-01T00:00:00Z");

  @Test
  void eachSpeedHasItsDueTimes() {
    Instant time = FIRST.plusSeconds(600);

    assertTrue(due("max", 7, time).isBefore(FIRST));
    assertEquals(time, due("live", 7, time));
    assertEquals(BEGUN.plusMillis(14), due("500/s", 7, time));
    assertEquals(BEGUN.plusSeconds(10), due("60x", 7, time));
    assertEquals(BEGUN.plusSeconds(1200), due("0.5x", 7, time));
  }

  @Test
  void configurationNamesItByItsText() throws JsonProcessingException {
    assertEquals(new Speed.TimesRealTime(60), new ObjectMapper().readValue("\"60x\"", Speed.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fast", "0/s", "-1x", "NaNx", "x", "5", "1e10/s"})
  void otherTextsAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> Speed.parse(text));
  }

  private static Instant due(String speed, long row, Instant time) {
    return Speed.parse(speed).due(row, time, BEGUN, FIRST);
  }
}
