package io.tidecast.connectors.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.LiveFeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Weather of a service that answers, fails, and answers again. */
class OpenMeteoFeedTest {
  private static final Instant START = Instant.parse("2025-03-01T05:00:00Z");
  private static final Instant NOW = Instant.parse("2025-05-10T07:30:00Z");
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final Moving clock = new Moving();
  private LocalService service;

  @BeforeEach
  void start() throws IOException {
    service = new LocalService(OpenMeteoFeedTest::answer);
  }

  @AfterEach
  void stop() {
    service.close();
  }

  /** As the service has it: days that are whole, seconds since 1970, an array of places. */
  private static String answer(String path, Map<String, String> query) {
    if (query.get("hourly").contains("nonsense")) {
      return "400 {\"error\":true,\"reason\":\"Cannot initialize WeatherVariable nonsense\"}";
    }
    List<Long> hours = new ArrayList<>();
    for (LocalDate day = LocalDate.parse(query.get("start_date"));
        !day.isAfter(LocalDate.parse(query.get("end_date")));
        day = day.plusDays(1)) {
      for (int hour = 0; hour < 24; hour++) {
        hours.add(day.atTime(hour, 0).toEpochSecond(ZoneOffset.UTC));
      }
    }
    String[] places = query.get("latitude").split(",");
    String all =
        Arrays.stream(places)
            .map(
                latitude ->
                    "{\"hourly\":{\"time\":%s,\"temperature_2m\":%s,\"rain\":%s}}"
                        .formatted(
                            hours,
                            hours.stream()
                                .map(hour -> value(Double.parseDouble(latitude), hour))
                                .toList(),
                            hours.stream().map(hour -> "null").toList()))
            .collect(Collectors.joining(","));
    return places.length == 1 ? all : "[" + all + "]";
  }

  private static double value(double latitude, long seconds) {
    return latitude + seconds / 3600 % 1000 / 10.0;
  }

  private OpenMeteoFeed feed(Instant end, String... variables) {
    Map<String, List<Double>> places = new LinkedHashMap<>();
    places.put("oslo", List.of(59.91, 10.75));
    places.put("berlin", List.of(52.52, 13.41));
    return new OpenMeteoFeed(
        places,
        variables.length == 0 ? List.of("temperature_2m", "rain") : List.of(variables),
        START,
        end,
        service.at("/v1/archive"),
        service.at("/v1/forecast"),
        null,
        "a secret",
        10_000,
        3,
        Duration.ofMillis(1));
  }

  private List<String> rows(OpenMeteoFeed feed, LiveFeed.Place from) {
    List<String> rows = new ArrayList<>();
    LiveFeed.Rows open = feed.rowsAfter(from, clock);
    while (!open.isEnded()) {
      FeedRow row = open.poll(WAIT);
      if (row != null) {
        rows.add(words(row));
      }
    }
    return rows;
  }

  private static String words(FeedRow row) {
    var seen = row.observation();
    return seen.time() + " " + seen.stream() + " " + seen.values();
  }

  private static List<String> expected(Instant end) {
    List<String> rows = new ArrayList<>();
    for (Instant hour = START; hour.isBefore(end); hour = hour.plusSeconds(3600)) {
      for (Map.Entry<String, Double> place :
          List.of(Map.entry("berlin", 52.52), Map.entry("oslo", 59.91))) {
        rows.add(
            "%s %s {temperature_2m=%s}"
                .formatted(hour, place.getKey(), value(place.getValue(), hour.getEpochSecond())));
      }
    }
    return rows;
  }

  @Test
  void historyComesFromTheArchiveAndTheLastDaysFromTheForecast() {
    Instant end = Instant.parse("2025-05-10T07:00:00Z");

    assertEquals(expected(end), rows(feed(end), LiveFeed.Place.START));

    assertTrue(
        service.asked().get(0).startsWith("/v1/archive?latitude=59.91"), service.asked().get(0));
    assertTrue(service.asked().stream().allMatch(asked -> asked.contains("apikey=a+secret")));
    String last = service.asked().get(service.asked().size() - 1);
    assertTrue(last.startsWith("/v1/forecast") && last.contains("start_date=2025-05-03"), last);
    assertEquals(4, service.asked().size(), service.asked().toString());
    assertFalse(feed(end).toString().contains("secret"), feed(end).toString());
  }

  @Test
  void answerThatBreaksOffIsAskedForAgain() {
    Instant end = Instant.parse("2025-03-03T00:00:00Z");
    String day = "{\"hourly\":{\"time\":[1740873600],\"temperature_2m\":[1.5],\"rain\":[null]}}";
    service.answerNext("[" + day + "," + day + "]");

    assertEquals(expected(end), rows(feed(end), LiveFeed.Place.START));
    assertEquals(2, service.asked().size());
  }

  @Test
  void whatPassesIsAskedAgain() {
    Instant end = Instant.parse("2025-04-20T00:00:00Z");
    service.failNext(
        List.of(
            LocalService.Failure.TOO_MANY, LocalService.Failure.BROKEN, LocalService.Failure.CUT));

    List<String> rows = rows(feed(end), LiveFeed.Place.START);
    service.failNext(
        List.of(
            LocalService.Failure.NO_JSON,
            LocalService.Failure.OTHER_FORM,
            LocalService.Failure.EMPTY));
    List<String> again = rows(feed(end), LiveFeed.Place.START);

    assertEquals(expected(end), rows);
    assertEquals(expected(end), again);
  }

  @Test
  void everyPlaceIsOneToGoOnFrom() {
    Instant end = START.plus(Duration.ofHours(30));
    OpenMeteoFeed feed = feed(end);
    List<String> all = expected(end);

    for (int i = 0; i < all.size(); i++) {
      String[] row = all.get(i).split(" ");
      LiveFeed.Place last = new LiveFeed.Place(Instant.parse(row[0]), row[1]);
      assertEquals(all.subList(i + 1, all.size()), rows(feed, last), all.get(i));
    }
  }

  @Test
  void whatWillNotPassIsRefusedWithTheServicesReason() {
    String refusal =
        assertThrows(
                IllegalArgumentException.class,
                () -> rows(feed(null, "nonsense"), LiveFeed.Place.START))
            .getMessage();

    assertEquals(
        "feed: 127.0.0.1/v1/archive says 400 'Cannot initialize WeatherVariable nonsense'",
        refusal);
  }

  @Test
  void serviceThatStaysAwayEndsTheFeedWithoutItsKey() {
    service.failNext(Collections.nCopies(4, LocalService.Failure.BROKEN));

    String words =
        assertThrows(UncheckedIOException.class, () -> rows(feed(NOW), LiveFeed.Place.START))
            .getMessage();

    assertTrue(words.contains("127.0.0.1/v1/archive: 503, 4 times"), words);
    assertFalse(words.contains("secret"), words);
  }

  @Test
  void hourComesWhenItHasBegun() {
    LiveFeed.Place seven = new LiveFeed.Place(Instant.parse("2025-05-10T07:00:00Z"), "oslo");
    LiveFeed.Rows open = feed(null).rowsAfter(seven, clock);

    assertNull(open.poll(WAIT), "seven o'clock again has no new row");
    assertNull(open.poll(Duration.ZERO));
    assertNull(open.poll(Duration.ofMillis(1)), "it is half past seven");
    clock.now = Instant.parse("2025-05-10T08:00:00Z");
    assertEquals("2025-05-10T08:00:00Z", open.poll(WAIT).observation().time().toString());
    assertEquals("oslo", open.poll(Duration.ZERO).observation().stream());
    assertNull(open.poll(Duration.ofMillis(1)));
    open.close();
    assertTrue(open.isEnded());
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new OpenMeteoFeed(
                Map.of("pole", List.of(91.0, 0.0)),
                List.of("rain"),
                START,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null));
    assertThrows(
        IllegalStateException.class,
        () ->
            new OpenMeteoFeed(
                    Map.of("pole", List.of(90.0, 0.0)),
                    List.of("rain"),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null)
                .rowsAfter(LiveFeed.Place.START, clock));
  }

  private static final class Moving extends Clock {
    private Instant now = NOW;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
