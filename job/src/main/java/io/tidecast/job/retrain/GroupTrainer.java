package io.tidecast.job.retrain;

import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import java.io.Serializable;
import java.util.List;

/**
 * Trains a challenger for a group and holds it against the champion. Called on a thread of its own;
 * an interrupt ends it with {@link InterruptedException}. The outcome depends on the request alone.
 */
public interface GroupTrainer extends Serializable {

  /** What came of it: never {@link Outcome.NotTriggered}. */
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
}
