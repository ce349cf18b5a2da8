package io.tidecast.connectors.file;

import io.tidecast.connectors.record.ObservationRecord;
import java.util.AbstractList;
import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.RandomAccess;

/** The rows of all streams in order of (time, stream); each is made when it is asked for. */
final class Observations extends AbstractList<ObservationRecord> implements RandomAccess {
  private final StreamRows[] streams;
  private final int[] streamOf;
  private final int[] rowOf;

  /** One stream, and how far it has come. */
  private static final class Cursor {
    private final StreamRows rows;
    private final int stream;
    private int row;

    private Cursor(StreamRows rows, int stream) {
      this.rows = rows;
      this.stream = stream;
    }

    private long second() {
      return rows.second(row);
    }

    private int nano() {
      return rows.nano(row);
    }

    private String name() {
      return rows.name();
    }
  }

  /**
   * @param sorted each in order of time
   */
  Observations(Collection<StreamRows> sorted) {
    streams = sorted.toArray(StreamRows[]::new);
    PriorityQueue<Cursor> next =
        new PriorityQueue<>(
            Comparator.comparingLong(Cursor::second)
                .thenComparingInt(Cursor::nano)
                .thenComparing(Cursor::name));
    int all = 0;
    for (int i = 0; i < streams.length; i++) {
      all += streams[i].size();
      if (streams[i].size() > 0) {
        next.add(new Cursor(streams[i], i));
      }
    }
    streamOf = new int[all];
    rowOf = new int[all];
    for (int i = 0; i < all; i++) {
      Cursor first = next.remove();
      streamOf[i] = first.stream;
      rowOf[i] = first.row++;
      if (first.row < first.rows.size()) {
        next.add(first);
      }
    }
  }

  @Override
  public ObservationRecord get(int index) {
    return streams[streamOf[index]].observation(rowOf[index]);
  }

  @Override
  public int size() {
    return rowOf.length;
  }
}
