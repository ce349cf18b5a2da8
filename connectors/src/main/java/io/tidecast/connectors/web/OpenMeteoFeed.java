package io.tidecast.connectors.web;

import static io.tidecast.connectors.record.Require.inRange;
import static io.tidecast.connectors.record.Require.orElse;
import static io.tidecast.connectors.record.Require.positive;
import static io.tidecast.connectors.record.Require.that;

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.LiveFeed;
import io.tidecast.connectors.record.Names;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hourly weather of places, by the interface of Open-Meteo: of the past from its archive, of the
 * last days, which the archive does not have yet, and from then on each hour, from its forecast
 * service, which knows the hours that have passed. An hour in which a place has no value is left
 * out.
 *
 * @param locations by stream, {@code [latitude, longitude]} in degrees; 1 to 100
 * @param variables as the service calls them, such as {@code temperature_2m}; at least one
 * @param start first hour; absent: 30 days before the first start
 * @param end first hour that is not read; absent: goes on with the clock
 * @param archive address of the archive; default that of Open-Meteo
 * @param forecast address of the forecast service; default that of Open-Meteo
 * @param archiveDelay from what age on an hour is looked for in the archive, PT0S to P90D; default
 *     P7D
 * @param apiKey of a customer; default none
 * @param requestsPerMinute at most, 1 to 10000; default 60
 * @param attempts after a request that failed, 0 to 1000; default 10
 * @param backOff pause before the first of them, doubled each time up to 64 of it; default PT1S
 */
@JsonTypeName("open-meteo")
public record OpenMeteoFeed(
    Map<String, List<Double>> locations,
    List<String> variables,
    Instant start,
    Instant end,
    URI archive,
    URI forecast,
    Duration archiveDelay,
    String apiKey,
    Integer requestsPerMinute,
    Integer attempts,
    Duration backOff)
    implements LiveFeed {
  private static final int MOST = 100;
  private static final Duration BACKFILL = Duration.ofDays(30);

  public OpenMeteoFeed {
    locations =
        locations == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(locations));
    that(
        !locations.isEmpty() && locations.size() <= MOST,
        "feed.locations",
        locations,
        "1 to 100 streams with [latitude, longitude]");
    locations.forEach(OpenMeteoFeed::check);
    variables = variables == null ? List.of() : List.copyOf(variables);
    that(!variables.isEmpty(), "feed.variables", variables, "at least one");
    variables.forEach(name -> Names.variable("feed.variables", name));
    start = start == null ? null : start.truncatedTo(ChronoUnit.HOURS);
    archive = orElse(archive, URI.create("https://archive-api.open-meteo.com/v1/archive"));
    forecast = orElse(forecast, URI.create("https://api.open-meteo.com/v1/forecast"));
    archiveDelay = orElse(archiveDelay, Duration.ofDays(7));
    that(
        !archiveDelay.isNegative() && archiveDelay.toDays() <= 90,
        "feed.archiveDelay",
        archiveDelay,
        "PT0S to P90D");
    apiKey = orElse(apiKey, "");
    requestsPerMinute = orElse(requestsPerMinute, 60);
    attempts = orElse(attempts, 10);
    backOff = orElse(backOff, Duration.ofSeconds(1));
    inRange("feed.requestsPerMinute", requestsPerMinute, 1, 10_000);
    inRange("feed.attempts", attempts, 0, 1_000);
    positive("feed.backOff", backOff);
  }

  private static void check(String stream, List<Double> place) {
    Names.stream("feed.locations", stream);
    that(
        place.size() == 2 && Math.abs(place.get(0)) <= 90 && Math.abs(place.get(1)) <= 180,
        "feed.locations." + stream,
        place,
        "[latitude, longitude] in degrees");
  }

  @Override
  public Feed anchored(Instant now) {
    return start != null
        ? this
        : new OpenMeteoFeed(
            locations,
            variables,
            now.minus(BACKFILL),
            end,
            archive,
            forecast,
            archiveDelay,
            apiKey,
            requestsPerMinute,
            attempts,
            backOff);
  }

  @Override
  public Rows rowsAfter(Place last, Clock clock) {
    return new OpenMeteoRows(this, last, clock);
  }

  WebRequests.Retry retry() {
    return new WebRequests.Retry(requestsPerMinute, attempts, backOff);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "OpenMeteoFeed[" + locations.keySet() + ", " + variables + "]";
  }
}
