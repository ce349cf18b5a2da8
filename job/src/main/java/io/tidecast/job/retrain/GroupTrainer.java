package io.tidecast.job.retrain;

import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * Looks after the model of a group at a boundary: watches over the one that serves, trains a
 * challenger and holds it against the champion. Called on a thread of its own; an interrupt ends it
 * with {@link InterruptedException}. The result depends on the request alone.
 */
public interface GroupTrainer extends Serializable {

  /** What came of it. */
  Result train(Request request) throws InterruptedException;

  /** What is to be done at a boundary. */
  sealed interface Errand extends Serializable {
    /** In words: why, or why not. */
    String reason();

    /** Nothing at all. */
    record None(String reason) implements Errand {}

    /** To look whether the champion still does well; to train if it has drifted. */
    record Look(String reason) implements Errand {}

    /** To look, and to train if it is to stay. */
    record Train(String reason) implements Errand {}

    /**
     * To hold a model that was brought against the champion.
     *
     * @param force to promote it without
     */
    record Judge(String reason, ModelFile model, boolean force) implements Errand {}

    /** To go back to the version before the champion. */
    record GoBack(String reason) implements Errand {}
  }

  /**
   * One call.
   *
   * @param group model group
   * @param boundary of the decision, milliseconds
   * @param sequence number of a training now within the group, from 1
   * @param seed of every random choice
   * @param now where the group stands
   * @param windows known at the boundary, by series and end
   * @param errand to look, to train or to judge
   */
  record Request(
      String group,
      long boundary,
      int sequence,
      long seed,
      GroupProgress now,
      List<SeriesWindow> windows,
      Errand errand) {}

  /**
   * What came of a call.
   *
   * @param trained whether a challenger was trained, or was meant to be
   * @param besideSchedule whether that was for drift alone and came to nothing: what is due at its
   *     time stays due then
   * @param cooldown for so long nothing shall be trained for drift or, after a model was given up,
   *     at all that is not asked for, and no shorter than the configuration says; zero if there is
   *     no need
   * @param drift of the model that serves next
   * @param observed targets in the windows
   * @param leftOut of these, as stuck or thrown far off
   */
  record Result(
      Outcome outcome,
      boolean trained,
      boolean besideSchedule,
      Duration cooldown,
      DriftTest drift,
      long observed,
      long leftOut) {
    /** As long as the configuration says. */
    static final Duration USUAL = Duration.ofMillis(1);

    /** Of what it was read from nothing is known. */
    Result(Outcome outcome, boolean trained, Duration cooldown, DriftTest drift) {
      this(outcome, trained, false, cooldown, drift, 0, 0);
    }

    /** The same, with what it was read from. */
    Result from(long observed, long leftOut) {
      return new Result(outcome, trained, besideSchedule, cooldown, drift, observed, leftOut);
    }

    /** The same, of a training for drift alone that came to nothing. */
    Result ofDriftAlone() {
      return new Result(outcome, trained, true, cooldown, drift, observed, leftOut);
    }

    /** Of a training that was asked for, without a look at the champion. */
    public static Result ofTraining(Outcome outcome) {
      return new Result(outcome, true, Duration.ZERO, DriftTest.NONE);
    }

    /** Of a call that came to nothing. */
    static Result failed(Request request, String reason) {
      return new Result(
          new Outcome.Failed(reason),
          !(request.errand() instanceof Errand.Look),
          Duration.ZERO,
          request.now().drift());
    }
  }
}
