package io.tidecast.job;

import io.tidecast.connectors.feed.Feed;
import io.tidecast.connectors.feed.FeedRow;
import io.tidecast.connectors.feed.LiveFeed;
import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.ingest.FutureColumns;
import io.tidecast.job.ingest.IngestConfig;
import io.tidecast.model.Grid;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * A feed whose variables that are known beforehand go out in records of their own, each just before
 * the first row whose forecasts reach so far: what a backtest of the same rows takes to be known is
 * known to a job. Beyond the last row they go out at their own time.
 */
final class AheadFeed implements Feed {
  private final Feed feed;
  private final Grid grid;
  private final FutureColumns columns;

  private AheadFeed(Feed feed, Grid grid, FutureColumns columns) {
    this.feed = feed;
    this.grid = grid;
    this.columns = columns;
  }

  /** The feed itself if nothing is known beforehand, or if its rows are not there yet. */
  static Feed of(Feed feed, IngestConfig config) {
    boolean isAsItIs = config.future().known().isEmpty() || feed instanceof LiveFeed;
    return isAsItIs ? feed : new AheadFeed(feed, config.grid(), config.future());
  }

  @Override
  public Feed anchored(Instant now) {
    return new AheadFeed(feed.anchored(now), grid, columns);
  }

  @Override
  public Iterator<FeedRow> rows() {
    return new Rows(feed.rows());
  }

  private final class Rows implements Iterator<FeedRow> {
    private final Iterator<FeedRow> source;
    private final Deque<FeedRow> ahead = new ArrayDeque<>();
    private final Deque<FeedRow> rest = new ArrayDeque<>();
    private FeedRow read;

    private Rows(Iterator<FeedRow> source) {
      this.source = source;
    }

    @Override
    public boolean hasNext() {
      lookAhead();
      return !ahead.isEmpty() || !rest.isEmpty();
    }

    @Override
    public FeedRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ahead.isEmpty() ? rest.remove() : ahead.remove();
    }

    private void lookAhead() {
      while (ahead.isEmpty() && hasRead() && isReached()) {
        split(read);
        read = null;
      }
    }

    private boolean hasRead() {
      if (read == null && source.hasNext()) {
        read = source.next();
      }
      return read != null;
    }

    private boolean isReached() {
      return rest.isEmpty() || index(read) <= index(rest.peek()) + columns.horizon();
    }

    private long index(FeedRow row) {
      return grid.indexOf(row.observation().time().toEpochMilli());
    }

    private void split(FeedRow row) {
      ObservationRecord all = row.observation();
      Map<String, Double> known = new LinkedHashMap<>(all.values());
      known.keySet().retainAll(columns.known());
      if (row.damaged() || known.isEmpty()) {
        rest.add(row);
        return;
      }
      Instant due = rest.isEmpty() ? row.due() : rest.peek().due();
      ahead.add(new FeedRow(new ObservationRecord(all.stream(), all.time(), known), false, due));
      Map<String, Double> others = new LinkedHashMap<>(all.values());
      others.keySet().removeAll(columns.known());
      if (!others.isEmpty()) {
        rest.add(new FeedRow(new ObservationRecord(all.stream(), all.time(), others), false));
      }
    }
  }
}
