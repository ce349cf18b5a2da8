package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.Grid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamWatchTest {
  private static final long STEP = Duration.ofHours(1).toMillis();
  private static final long NOW = Instant.parse("2025-06-01T00:00:00Z").toEpochMilli();

  private final StreamWatch watch = new StreamWatch(Grid.of(Duration.ofMillis(STEP)));
  private final List<String> said = new ArrayList<>();

  private void observed(String stream, long time, long appended) {
    watch.observed(stream, time, appended).ifPresent(said::add);
  }

  @ParameterizedTest
  @CsvSource({
    "PT5H30M, its times always lie PT5H30M behind",
    "PT-2H, its times always lie PT1H59M59S ahead of",
    "PT1H, its times always lie PT1H behind",
    "P9000D, its times always lie PT216000H behind"
  })
  void clockThatIsAlwaysOffByAsMuchIsNamedOnce(Duration behind, String words) {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      long time = NOW + i * STEP - behind.toMillis();
      observed("off", time, NOW + i * STEP + random.nextInt(999));
      observed("right", NOW + i * STEP, NOW + i * STEP + random.nextInt(1_000_000));
    }

    assertEquals(1, said.size(), said::toString);
    assertTrue(
        said.get(0).startsWith("stream off: ") && said.get(0).contains(words), said::toString);
    assertEquals(1, watch.off());
  }

  @Test
  void pastThatIsReadOrDeliveredInLotsIsNoClock() {
    for (int i = 0; i < 2_000; i++) {
      long time = NOW - 3_000 * STEP + i * STEP;
      observed("replayed", time, NOW + i);
      observed("twice as fast", time, NOW + i * STEP / 2);
      observed("daily lots", time, NOW - 3_000 * STEP + (i / 24 + 2) * 24 * STEP);
    }

    assertEquals(List.of(), said);
  }

  @Test
  void clockThatIsSetRightIsSaidToBeAndCountsNoMore() {
    for (int i = 0; i < 60; i++) {
      long off = i < 30 ? -6 * STEP : 0;
      observed("a", NOW + i * STEP + off, NOW + i * STEP);
    }

    assertEquals(2, said.size(), said::toString);
    assertTrue(said.get(1).contains("off no more"), said::toString);
    assertEquals(0, watch.off());
  }

  @Test
  void streamOfWhichNothingComesIsSilent() {
    observed("a", NOW, NOW);
    observed("b", NOW + 3 * STEP, NOW + 3 * STEP);

    assertEquals(0, watch.silent(NOW + 3 * STEP));
    assertEquals(1, watch.silent(NOW + 4 * STEP));
    assertEquals(2, watch.silent(NOW + 7 * STEP));
  }
}
