package io.tidecast.job.retrain;

import io.tidecast.job.state.Decision;
import io.tidecast.job.state.SeriesWindow;
import java.io.Serializable;
import java.util.List;

/**
 * Trains a challenger for a group and holds it against the champion. Called on a thread of its own;
 * an interrupt ends it with {@link InterruptedException}. The outcome depends on the request alone.
 */
public interface GroupTrainer extends Serializable {

  Outcome train(Request request) throws InterruptedException;

  /**
   * One training.
   *
   * @param group model group
   * @param boundary of the decision, milliseconds
   * @param sequence number of this training within the group, from 1
   * @param seed of every random choice
   * @param champion artifact of the serving model; empty if there is none
   * @param windows known at the boundary, by series and end
   */
  record Request(
      String group,
      long boundary,
      int sequence,
      long seed,
      byte[] champion,
      List<SeriesWindow> windows) {}

  /**
   * What came of it.
   *
   * @param kind {@code PROMOTED}, {@code KEPT} or {@code FAILED}
   * @param version of the challenger if it is promoted; else empty
   * @param artifact of the challenger if it is promoted; else empty
   * @param reason in words
   * @param pinball challenger's mean pinball loss over the held-out windows; NaN if it failed
   * @param championPinball the champion's; NaN if there is none
   * @param naivePinball the seasonal naive's; NaN if it failed
   */
  record Outcome(
      Decision.Kind kind,
      String version,
      byte[] artifact,
      String reason,
      double pinball,
      double championPinball,
      double naivePinball) {}
}
