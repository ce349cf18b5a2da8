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
  public RetrainConfig {
    require(!epoch.isNegative() && !epoch.isZero(), "epoch", epoch, "a positive duration");
    require(
        !lead.isNegative() && lead.compareTo(epoch) < 0,
        "lead",
        lead,
        "from PT0S to below retrain.epoch, " + epoch);
    require(!every.isNegative(), "every", every, "PT0S or longer");
    require(minimumHistory >= 1, "minimumHistory", minimumHistory, "1 or more steps");
    require(window >= 1, "window", window, "1 or more steps");
    require(
        history.compareTo(epoch) >= 0, "history", history, "retrain.epoch, " + epoch + ", or more");
    require(sample > 0 && sample <= 1, "sample", sample, "above 0, at most 1");
  }

  private static void require(boolean condition, String key, Object value, String accepted) {
    if (!condition) {
      throw new IllegalArgumentException(
          "retrain." + key + ": " + value + "; accepted: " + accepted);
    }
  }

  /** The first boundary at or after a time; milliseconds. */
  long boundaryFrom(long timeMillis) {
    long epochMillis = epoch.toMillis();
    return -Math.floorDiv(-timeMillis, epochMillis) * epochMillis;
  }
}
