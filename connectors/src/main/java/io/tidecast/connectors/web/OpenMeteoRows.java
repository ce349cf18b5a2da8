package io.tidecast.connectors.web;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.LiveFeed;
import io.tidecast.connectors.record.ObservationRecord;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The rows of an {@link OpenMeteoFeed}: asked for day by day, many days at once. */
final class OpenMeteoRows implements LiveFeed.Rows {
  /** Days of one request: of a hundred places with ten variables a few megabytes. */
  private static final int DAYS = 31;

  private final OpenMeteoFeed feed;
  private final Clock clock;
  private final WebRequests web;
  private final Deque<FeedRow> ready = new ArrayDeque<>();
  private LiveFeed.Place last;
  private Instant next;

  OpenMeteoRows(OpenMeteoFeed feed, LiveFeed.Place last, Clock clock) {
    if (feed.start() == null) {
      throw new IllegalStateException("the feed has no start: anchor it at a moment first");
    }
    this.feed = feed;
    this.clock = clock;
    this.last = last;
    this.web = new WebRequests(feed.retry());
    boolean begun = last.time().isAfter(feed.start());
    this.next = begun ? last.time().truncatedTo(ChronoUnit.HOURS) : feed.start();
  }

  @Override
  public FeedRow poll(Duration wait) {
    if (ready.isEmpty() && !wait.isZero() && !isEnded()) {
      Instant now = clock.instant();
      if (next.isAfter(now)) {
        web.pause(shorter(wait, Duration.between(now, next)));
      } else {
        fetch(now);
      }
    }
    return ready.poll();
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  @Override
  public boolean isEnded() {
    return ready.isEmpty() && (web.isClosed() || feed.end() != null && !next.isBefore(feed.end()));
  }

  @Override
  public void close() {
    web.close();
  }

  /** The hours from the next on that one request gives; their end is the next. */
  private void fetch(Instant now) {
    Instant known = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
    Instant archived = now.minus(feed.archiveDelay()).truncatedTo(ChronoUnit.DAYS);
    boolean old = next.isBefore(archived);
    Instant end = earlier(old ? archived : known, day(next).plus(DAYS, ChronoUnit.DAYS));
    Instant until = feed.end() == null ? end : earlier(end, feed.end());
    take(web.get(uri(old, next, until), answer -> isWhole(answer, until)), until);
    next = until;
  }

  private static Instant day(Instant time) {
    return time.truncatedTo(ChronoUnit.DAYS);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private URI uri(boolean old, Instant from, Instant end) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("latitude", places(0));
    query.put("longitude", places(1));
    query.put("hourly", String.join(",", feed.variables()));
    query.put("timeformat", "unixtime");
    query.put("timezone", "GMT");
    query.put("start_date", date(from));
    query.put("end_date", date(end.minusNanos(1)));
    if (!feed.apiKey().isEmpty()) {
      query.put("apikey", feed.apiKey());
    }
    String text =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return URI.create((old ? feed.archive() : feed.forecast()) + "?" + text);
  }

  private String places(int coordinate) {
    return feed.locations().values().stream()
        .map(place -> String.format(Locale.ROOT, "%.5f", place.get(coordinate)))
        .collect(Collectors.joining(","));
  }

  private static String date(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC).toString();
  }

  /** With all hours that were asked for: one that breaks off would leave them out for good. */
  private boolean isWhole(JsonNode answer, Instant end) {
    for (int place = 0; place < feed.locations().size(); place++) {
      JsonNode hourly = hourly(answer, place);
      int hours = hourly.path("time").size();
      long last = hourly.path("time").path(hours - 1).asLong(Long.MIN_VALUE);
      if (last < end.minusNanos(1).truncatedTo(ChronoUnit.HOURS).getEpochSecond()) {
        return false;
      }
      if (feed.variables().stream().anyMatch(name -> hourly.path(name).size() != hours)) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode hourly(JsonNode answer, int place) {
    return (answer.isArray() ? answer.path(place) : answer).path("hourly");
  }

  /** Several places come as an array, one alone. */
  private void take(JsonNode answer, Instant end) {
    List<ObservationRecord> rows = new ArrayList<>();
    int place = 0;
    for (String stream : feed.locations().keySet()) {
      rows(stream, hourly(answer, place), end, rows);
      place++;
    }
    rows.sort(
        Comparator.comparing(ObservationRecord::time).thenComparing(ObservationRecord::stream));
    rows.forEach(row -> ready.add(FeedRow.of(row)));
    last = rows.isEmpty() ? last : LiveFeed.Place.of(rows.get(rows.size() - 1));
  }

  private void rows(String stream, JsonNode hourly, Instant end, List<ObservationRecord> rows) {
    JsonNode times = hourly.path("time");
    for (int i = 0; i < times.size(); i++) {
      Instant time = Instant.ofEpochSecond(times.get(i).asLong());
      Map<String, Double> values = values(hourly, i);
      boolean isNew = last.compareTo(new LiveFeed.Place(time, stream)) < 0;
      if (isNew && !time.isBefore(feed.start()) && time.isBefore(end) && !values.isEmpty()) {
        rows.add(new ObservationRecord(stream, time, values));
      }
    }
  }

  private Map<String, Double> values(JsonNode hourly, int hour) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (String variable : feed.variables()) {
      JsonNode value = hourly.path(variable).path(hour);
      if (value.isNumber() && ObservationRecord.isValue(value.doubleValue())) {
        values.put(variable, value.doubleValue());
      }
    }
    return values;
  }
}
