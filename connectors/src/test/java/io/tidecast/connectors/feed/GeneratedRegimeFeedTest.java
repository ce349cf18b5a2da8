package io.tidecast.connectors.feed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratedRegimeFeedTest {
  private static GeneratedRegimeFeed feed(long corruptedSteps, long changeAt) {
    return new GeneratedRegimeFeed(
        3,
        Duration.ofMinutes(1),
        24,
        15,
        Instant.EPOCH,
        0,
        200L,
        50L,
        corruptedSteps,
        changeAt,
        7L);
  }

  /** Values of one pump. */
  private static List<Double> loads(GeneratedRegimeFeed feed, int pump) {
    List<Double> loads = new ArrayList<>();
    feed.rows()
        .forEachRemaining(
            row -> {
              if (row.observation().stream().equals("pump-" + pump)) {
                loads.add(row.observation().values().get("load"));
              }
            });
    return loads;
  }

  @Test
  void rowsFollowFromTheSettings() {
    assertEquals(loads(feed(20, 100), 2), loads(feed(20, 100), 2));
    assertEquals(200, loads(feed(0, 100), 1).size());
  }

  @Test
  void corruptionHidesTheValuesAndChangesNothingElse() {
    List<Double> clean = loads(feed(0, 100), 1);
    List<Double> stuck = loads(feed(20, 100), 1);

    assertEquals(1, stuck.subList(49, 70).stream().distinct().count());
    assertEquals(clean.subList(70, 200), stuck.subList(70, 200));
    assertEquals(
        List.of(0.0), loads(feed(20, 100), 2).subList(50, 70).stream().distinct().toList());
    assertEquals(2, loads(feed(20, 100), 3).stream().filter(value -> value > 9_000).count());
  }

  @Test
  void levelIsAnotherAfterTheChange() {
    List<Double> loads = loads(feed(0, 100), 1);

    assertTrue(loads.subList(0, 100).stream().allMatch(value -> value < 65));
    assertTrue(
        loads.subList(100, 200).stream().mapToDouble(value -> value).average().orElse(0) > 70);
  }

  @Test
  void settingsOutOfRangeAreRefusedByTheirKey() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new GeneratedRegimeFeed(0, null, null, null, null, null, null, null, null, null, null));
  }
}
