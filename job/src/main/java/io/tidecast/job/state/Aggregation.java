package io.tidecast.job.state;

import java.util.Locale;

/** What several observations in one step become. */
public enum Aggregation {
  /** The one with the latest event time. */
  LAST,
  /** Their arithmetic mean. */
  MEAN,
  /** Their sum. */
  SUM;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
