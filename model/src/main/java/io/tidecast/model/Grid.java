package io.tidecast.model;

import java.time.Duration;

/**
 * The fixed grid of event time a series lives on: step k covers ((k - 1) * step, k * step].
 *
 * @param stepMillis spacing in milliseconds, positive
 */
public record Grid(long stepMillis) implements java.io.Serializable {
  public static Grid of(Duration step) {
    return new Grid(step.toMillis());
  }

  /** Index of the step that covers a time. */
  public long indexOf(long timeMillis) {
    return -Math.floorDiv(-timeMillis, stepMillis);
  }

  /** Index of the last step that is over at a time. */
  public long lastEndedBy(long timeMillis) {
    return indexOf(timeMillis + 1) - 1;
  }

  /** End of a step, milliseconds: the event time at which its observations are known. */
  public long end(long index) {
    return index * stepMillis;
  }
}
