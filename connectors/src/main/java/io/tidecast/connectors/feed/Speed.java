package io.tidecast.connectors.feed;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.tidecast.connectors.record.Require;
import java.time.Duration;
import java.time.Instant;

/** When each row of a feed is published. */
public sealed interface Speed {

  /**
   * The moment a row is due.
   *
   * @param row number of the row, counted from the start of this run
   * @param time event time of the row
   * @param begun wall clock at the start of this run
   * @param first event time of the first row of this run
   */
  Instant due(long row, Instant time, Instant begun, Instant first);

  /** As fast as the broker takes it. */
  record Max() implements Speed {
    @Override
    public Instant due(long row, Instant time, Instant begun, Instant first) {
      return Instant.MIN;
    }
  }

  /** Each row when its event time has come; rows of the past at once: backfill, then live. */
  record Live() implements Speed {
    @Override
    public Instant due(long row, Instant time, Instant begun, Instant first) {
      return time;
    }
  }

  /** An even number of rows per second. */
  record PerSecond(double rows) implements Speed {
    public PerSecond {
      Require.that(rows > 0 && rows <= 1e9, "speed", rows + "/s", "above 0, up to 1e9");
    }

    @Override
    public Instant due(long row, Instant time, Instant begun, Instant first) {
      return begun.plusMillis((long) (row * 1000 / rows));
    }
  }

  /** Event time runs as many times faster than the wall clock. */
  record TimesRealTime(double factor) implements Speed {
    public TimesRealTime {
      Require.that(factor > 0 && factor <= 1e9, "speed", factor + "x", "above 0, up to 1e9");
    }

    @Override
    public Instant due(long row, Instant time, Instant begun, Instant first) {
      return begun.plusMillis((long) (Duration.between(first, time).toMillis() / factor));
    }
  }

  /**
   * Reads {@code max}, {@code live}, {@code 500/s} (rows per second) or {@code 60x} (times real
   * time).
   *
   * @throws IllegalArgumentException naming what is accepted
   */
  @JsonCreator
  static Speed parse(String text) {
    try {
      if (text.equals("max")) {
        return new Max();
      } else if (text.equals("live")) {
        return new Live();
      } else if (text.endsWith("/s")) {
        return new PerSecond(Double.parseDouble(text.substring(0, text.length() - 2)));
      } else if (text.endsWith("x")) {
        return new TimesRealTime(Double.parseDouble(text.substring(0, text.length() - 1)));
      }
    } catch (NumberFormatException e) {
      // falls to the refusal below
    }
    throw new IllegalArgumentException(
        "speed: '" + text + "'; accepted: max, live, rows per second as 500/s, or 60x");
  }
}
