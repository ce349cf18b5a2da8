package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.ingest.IngestConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Hours of a load, and a sun that is known two hours before. */
class AheadFeedTest {
  private static final IngestConfig CONFIG = config("[sun]");

  private static IngestConfig config(String known) {
    return new JobParts(
            ConfigFile.parse(
                    """
                    domain: plant
                    kafka: {bootstrapServers: "kafka:9092"}
                    series: {step: PT1H, targets: [load], covariates: [sun], knownFuture: %s}
                    forecast: {horizon: 2}
                    """
                        .formatted(known),
                    Map.of())
                .job())
        .ingest();
  }

  @Test
  void whatIsKnownComesBeforeTheFirstRowWhoseForecastsReachIt() {
    List<String> published =
        published(
            row(1, Map.of("load", 10.0, "sun", 1.0)),
            row(2, Map.of("load", 20.0, "sun", 2.0)),
            row(3, Map.of("load", 30.0)),
            row(4, Map.of("load", 40.0, "sun", 4.0)));

    assertEquals(
        List.of(
            "due 1: 1 {sun=1.0}",
            "due 1: 2 {sun=2.0}",
            "due 1: 1 {load=10.0}",
            "due 2: 4 {sun=4.0}",
            "due 2: 2 {load=20.0}",
            "due 3: 3 {load=30.0}",
            "due 4: 4 {load=40.0}"),
        published);
  }

  @Test
  void beyondTheLastRowItComesAtItsOwnTimeAfterTheHorizon() {
    List<String> published =
        published(
            row(1, Map.of("load", 10.0)), row(3, Map.of("sun", 3.0)), row(4, Map.of("sun", 4.0)));

    assertEquals(
        List.of("due 1: 3 {sun=3.0}", "due 1: 1 {load=10.0}", "due 4: 4 {sun=4.0}"), published);
  }

  @Test
  void damagedRowsStayWhole() {
    FeedRow damaged = new FeedRow(record(2, Map.of("load", 2.0, "sun", 2.0)), true);

    Iterator<FeedRow> rows = AheadFeed.of(new Rows(List.of(damaged)), CONFIG).rows();

    assertSame(damaged, rows.next());
  }

  @Test
  void withoutSuchVariablesTheFeedIsAsItIs() {
    Feed feed = new Rows(List.of());
    assertSame(feed, AheadFeed.of(feed, config("[]")));
  }

  private record Rows(List<FeedRow> all) implements Feed {
    @Override
    public Iterator<FeedRow> rows() {
      return all.iterator();
    }

    @Override
    public Feed anchored(Instant now) {
      return this;
    }
  }

  private static List<String> published(FeedRow... rows) {
    List<String> published = new ArrayList<>();
    AheadFeed.of(new Rows(List.of(rows)), CONFIG)
        .rows()
        .forEachRemaining(
            row -> {
              ObservationRecord of = row.observation();
              published.add(
                  "due %d: %d %s".formatted(hour(row.due()), hour(of.time()), of.values()));
            });
    return published;
  }

  private static long hour(Instant time) {
    return Duration.between(Instant.EPOCH, time).toHours();
  }

  private static FeedRow row(long hour, Map<String, Double> values) {
    return FeedRow.of(record(hour, values));
  }

  private static ObservationRecord record(long hour, Map<String, Double> values) {
    return new ObservationRecord("a", Instant.EPOCH.plus(Duration.ofHours(hour)), values);
  }
}
