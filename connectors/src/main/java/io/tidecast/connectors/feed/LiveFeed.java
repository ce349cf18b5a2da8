package io.tidecast.connectors.feed;

import io.tidecast.connectors.record.ObservationRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A feed that goes on with the clock: rows come as they are known. It is found again by the last
 * row, not by a count, as rows are in order of (time, stream): what lies behind it was not
 * published yet.
 */
public interface LiveFeed extends Feed {
  /** Place of a row. */
  record Place(Instant time, String stream) implements Comparable<Place> {
    /** Before every row. */
    public static final Place START = new Place(Instant.MIN, "");

    public static Place of(ObservationRecord row) {
      return new Place(row.time(), row.stream());
    }

    @Override
    public int compareTo(Place other) {
      int order = time.compareTo(other.time);
      return order == 0 ? stream.compareTo(other.stream) : order;
    }
  }

  /** Rows in their order. For one thread; {@link #close} may come from any. */
  interface Rows extends AutoCloseable {
    /**
     * The next row, or null if none has come.
     *
     * @param wait how long to wait for it, about; zero: at once, without asking anybody
     * @throws java.io.UncheckedIOException if the source stays away
     */
    FeedRow poll(Duration wait);

    /** Whether no row will come any more. */
    boolean isEnded();

    /** Ends all waiting. */
    @Override
    void close();
  }

  /** All rows behind a place, as they come. */
  Rows rowsAfter(Place last, Clock clock);

  /** All rows there are and will be; waits for them. */
  @Override
  default Iterator<FeedRow> rows() {
    Rows rows = rowsAfter(Place.START, Clock.systemUTC());
    return new Iterator<>() {
      private FeedRow next;

      @Override
      public boolean hasNext() {
        while (next == null && !rows.isEnded()) {
          next = rows.poll(Duration.ofSeconds(1));
        }
        return next != null;
      }

      @Override
      public FeedRow next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        FeedRow row = next;
        next = null;
        return row;
      }
    };
  }
}
