package io.tidecast.connectors.serde;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  @Test
  void everyInstantOfYears1To9999ReadsBackTheSame() {
    long first = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
    long end = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      long second = first + (long) (random.nextDouble() * (end - first));
      Instant time = Instant.ofEpochSecond(second, i % 2 * random.nextInt(1_000_000_000));

      assertEquals(time, Times.rfc3339(time.toString()));
      assertEquals(time.toString(), Times.text(time));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2013-02-29T00:00:00Z",
        "2013-13-01T00:00:00Z",
        "2013-01-01T24:00:00Z",
        "2013-01-01T00:00:60Z",
        "2013-01-01T00-00:00Z",
        "2013/01/01T00:00:00Z",
        "2013-01-0١T00:00:00Z",
        "+013-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2013-01-01T00:00:00",
        "2013-01-01T00:00:00.Z",
        "2013-01-01T00:00:00+25:00",
        "2013-01-01"
      })
  void whatIsNoInstantIsRefused(String text) {
    assertThrows(DateTimeException.class, () -> Times.rfc3339(text));
  }
}
