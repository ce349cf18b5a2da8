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
 * @param newWindows that many windows since the last training are enough for another; 0 for never
 * @param drift whether a group is trained when its champion has come to do worse
 * @param cooldown no training for drift so long after one that did not win, and none that was not
 *     asked for after a rollback
 * @param watch epochs after a promotion in which the champion is held against the version before
 * @param minimumHistory no training before a group has this many steps in its windows
 * @param window steps per training window
 * @param history windows older than this are dropped, event time
 * @param maxSteps of all windows a training of a group reads; of more than that a sample is drawn
 * @param sample fraction of series that are trained on, (0, 1]
 * @param seed of every random choice
 * @param timeLimit a training that takes longer is given up, wall clock
 * @param endLimit all that are under way when a bounded input ends are given up after it, wall
 *     clock: until then nothing can be committed
 * @param trainingShare of a process' processors that train at the same time, (0, 1]
 */
public record RetrainConfig(
    Duration epoch,
    Duration lead,
    Duration every,
    int newWindows,
    boolean drift,
    Duration cooldown,
    int watch,
    int minimumHistory,
    int window,
    Duration history,
    long maxSteps,
    double sample,
    long seed,
    Duration timeLimit,
    Duration endLimit,
    double trainingShare)
    implements Serializable {
  /** Trainings at the same time in one process. */
  int trainingsAtOnce() {
    int processors = Runtime.getRuntime().availableProcessors();
    return Math.max(1, (int) (processors * trainingShare));
  }

  /** The first boundary at or after a time; milliseconds. {@link Long#MIN_VALUE} is itself. */
  long boundaryFrom(long timeMillis) {
    if (timeMillis == Long.MIN_VALUE) {
      return timeMillis;
    }
    long epochMillis = epoch.toMillis();
    return -Math.floorDiv(-timeMillis, epochMillis) * epochMillis;
  }
}
