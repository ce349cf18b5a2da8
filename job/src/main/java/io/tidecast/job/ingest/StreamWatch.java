package io.tidecast.job.ingest;

import io.tidecast.model.Grid;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How the event times of each stream stand to the times at which its records were appended: whether
 * its clock or its zone is off, and whether it has fallen silent. For people: nothing here changes
 * what comes out, and nothing outlives the task.
 *
 * <p>A clock is off if event times lie ahead of or behind append times by one step, and by {@link
 * #LEAST}, or more, and always by as much, within a step, for eight steps of both. So neither a
 * past that is read, whose distance shrinks, nor what is delivered in lots is taken for it; what is
 * always delivered that late is, and said to be possible.
 *
 * <p>The first {@value #MAX_STREAMS} streams of a subtask are watched. {@link #observed} belongs to
 * one thread, the counts to any.
 */
final class StreamWatch {
  private static final int MAX_STREAMS = 10_000;
  private static final int STEPS = 8;
  private static final int RECORDS = 4;
  private static final int SILENT_STEPS = 3;

  /** Zones differ by quarters of an hour. */
  private static final Duration LEAST = Duration.ofMinutes(15);

  private final Grid grid;
  private final long step;
  private final Map<String, Clock> streams = new ConcurrentHashMap<>();

  StreamWatch(Grid grid) {
    this.grid = grid;
    this.step = grid.spacing().toMillis();
  }

  /**
   * Takes in a record, one that is refused as too far ahead included.
   *
   * @param time event time, milliseconds
   * @param appended milliseconds
   * @return what is to be said of the stream's clock, where that has changed
   */
  Optional<String> observed(String stream, long time, long appended) {
    Clock clock = streams.get(stream);
    if (clock == null) {
      if (streams.size() < MAX_STREAMS) {
        streams.put(stream, new Clock(time, appended));
      }
      return Optional.empty();
    }
    boolean wasOff = clock.isOff;
    clock.add(time, appended);
    return wasOff == clock.isOff
        ? Optional.empty()
        : Optional.of("stream " + stream + ": " + clock.words());
  }

  /** Streams whose clock is off now. */
  long off() {
    return streams.values().stream().filter(clock -> clock.isOff).count();
  }

  /** Streams of which nothing was appended for three steps. */
  long silent(long nowMillis) {
    long now = grid.indexOf(nowMillis);
    return streams.values().stream()
        .filter(clock -> now - grid.indexOf(clock.appended) > SILENT_STEPS)
        .count();
  }

  /** One stream: least and largest distance since it was last judged. */
  private final class Clock {
    private volatile boolean isOff;
    private long offset;
    private volatile long appended;
    private long firstTime;
    private long firstAppended;
    private long least;
    private long most;
    private int records;

    Clock(long time, long appended) {
      begin(time, appended);
    }

    private void begin(long time, long when) {
      appended = when;
      firstTime = time;
      firstAppended = when;
      least = time - when;
      most = least;
      records = 0;
    }

    void add(long time, long when) {
      appended = Math.max(appended, when);
      least = Math.min(least, time - when);
      most = Math.max(most, time - when);
      records++;
      if (most - least > step) {
        isOff = false;
        begin(time, when);
      } else if (records >= RECORDS
          && Math.min(time - firstTime, when - firstAppended) >= STEPS * step) {
        offset = least > 0 ? least : Math.min(0, most);
        isOff = Math.abs(offset) >= Math.max(step, LEAST.toMillis());
        begin(time, when);
      }
    }

    String words() {
      if (!isOff) {
        return "its clock is off no more";
      }
      String distance =
          Duration.ofMillis(Math.abs(offset)).truncatedTo(ChronoUnit.SECONDS).toString();
      return "its clock or zone is off: its times always lie "
          + distance
          + (offset > 0
              ? " ahead of the present"
              : " behind the present; or they name the begin of an interval, or come that late");
    }
  }
}
