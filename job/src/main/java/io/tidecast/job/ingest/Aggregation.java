package io.tidecast.job.ingest;

/** What several observations in one step become. */
public enum Aggregation {
  /** The one with the latest event time; of equal times the one that arrived last. */
  LAST,
  /** Their arithmetic mean. */
  MEAN,
  /** Their sum. */
  SUM;

  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
