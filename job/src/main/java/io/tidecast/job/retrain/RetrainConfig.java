package io.tidecast.job.retrain;

import java.io.Serializable;
import java.time.Duration;

/**
 * When groups are retrained, and on what.
 *
 * @param epoch spacing of the boundaries at which retraining is decided, event time
 * @param lead from boundary to the first origin its decision holds for; longer than a training
 *     takes, so that a live stream never waits, and shorter than the epoch
 * @param every at least this long between two trainings of a group, event time
 * @param minimumHistory no training before a group has this many steps in its windows
 * @param window steps per training window
 * @param history windows older than this are dropped, event time
 * @param sample fraction of series that are trained on, (0, 1]
 * @param seed of every random choice
 */
public record RetrainConfig(
    Duration epoch,
    Duration lead,
    Duration every,
    int minimumHistory,
    int window,
    Duration history,
    double sample,
    long seed)
    implements Serializable {
  /** The first boundary at or after a time; milliseconds. */
  long boundaryFrom(long timeMillis) {
    long epochMillis = epoch.toMillis();
    return -Math.floorDiv(-timeMillis, epochMillis) * epochMillis;
  }
}
