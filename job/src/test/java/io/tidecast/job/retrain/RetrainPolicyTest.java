package io.tidecast.job.retrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A day an epoch, windows of four steps, eight steps of history at the least. */
class RetrainPolicyTest {
  private static final long DAY = Duration.ofDays(1).toMillis();

  /** Trained on the second day, served by g-1 since. */
  private static final GroupProgress TRAINED =
      new GroupProgress(
          2 * DAY,
          1,
          "g-1",
          new byte[1],
          GroupProgress.Watch.NONE,
          Long.MIN_VALUE,
          Long.MIN_VALUE,
          DriftTest.NONE);

  private static RetrainPolicy policy(int newWindows, boolean drift) {
    return new RetrainPolicy(
        new RetrainConfig(
            Duration.ofDays(1),
            Duration.ofHours(1),
            Duration.ofDays(7),
            newWindows,
            drift,
            Duration.ofDays(2),
            2,
            8,
            4,
            Duration.ofDays(365),
            1_000,
            1,
            1,
            Duration.ofHours(1),
            Duration.ofHours(1),
            1));
  }

  private static List<SeriesWindow> windows(long... days) {
    return LongStream.of(days)
        .mapToObj(day -> new SeriesWindow("g", "s", day, day * DAY, 1, 1, new float[4], false))
        .toList();
  }

  private static String errand(
      RetrainPolicy policy, long day, GroupProgress now, GroupControl control, long... days) {
    GroupTrainer.Errand errand = policy.errand(day * DAY, now, windows(days), control);
    return errand.getClass().getSimpleName() + ": " + errand.reason();
  }

  private static GroupControl asked(ControlRecord.Action action, String version) {
    return new GroupControl(
        0, action, "g", Long.MIN_VALUE, new ModelFile(version, new byte[0]), false);
  }

  @Test
  void aGroupIsTrainedOnceThereIsEnoughToLearnFromAndThenAtItsTime() {
    RetrainPolicy policy = policy(0, false);

    assertEquals(
        "None: 4 of 8 steps of history",
        errand(policy, 1, GroupProgress.NONE, GroupControl.NONE, 1));
    assertEquals(
        "Train: first training", errand(policy, 2, GroupProgress.NONE, GroupControl.NONE, 1, 2));
    assertEquals(
        "None: trained less than PT168H ago", errand(policy, 8, TRAINED, GroupControl.NONE, 1, 2));
    assertEquals(
        "Train: trained PT168H ago or longer", errand(policy, 9, TRAINED, GroupControl.NONE, 1, 2));
  }

  @Test
  void soManyNewWindowsAreEnoughBeforeThat() {
    RetrainPolicy policy = policy(3, false);

    assertEquals(
        "None: trained less than PT168H ago",
        errand(policy, 4, TRAINED, GroupControl.NONE, 1, 2, 3, 4, 5));
    assertEquals(
        "Train: 3 windows since the last training",
        errand(policy, 5, TRAINED, GroupControl.NONE, 1, 2, 3, 4, 5));
  }

  @Test
  void aChampionIsLookedAtWhereItIsTestedForDriftOrWatched() {
    GroupProgress watched =
        new GroupProgress(
            2 * DAY,
            1,
            "g-1",
            new byte[1],
            new GroupProgress.Watch(2 * DAY, 4 * DAY, "g-0", new byte[1]),
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            DriftTest.NONE);

    assertEquals(
        "Look: trained less than PT168H ago",
        errand(policy(0, true), 8, TRAINED, GroupControl.NONE, 1, 2));
    assertEquals(
        "Look: trained less than PT168H ago",
        errand(policy(0, false), 4, watched, GroupControl.NONE, 1, 2));
    assertEquals(
        "None: trained less than PT168H ago",
        errand(policy(0, false), 5, watched, GroupControl.NONE, 1, 2));
  }

  @Test
  void afterAModelWasGivenUpNothingIsTrainedThatIsNotAskedFor() {
    RetrainPolicy policy = policy(1, false);
    GroupTrainer.Result result =
        new GroupTrainer.Result(
            new Outcome.RolledBack("g-0", new byte[1], "worse", Outcome.Losses.NONE),
            false,
            GroupTrainer.Result.USUAL,
            DriftTest.NONE);
    GroupProgress quiet = policy.after(3 * DAY, TRAINED, result);

    assertEquals(
        "None: no training before 1970-01-06T00:00:00Z",
        errand(policy, 4, quiet, GroupControl.NONE, 1, 2, 4));
    assertEquals(
        "Train: asked to retrain",
        errand(policy, 4, quiet, asked(ControlRecord.Action.RETRAIN, ""), 1, 2, 4));
    assertEquals(
        "Train: 1 windows since the last training",
        errand(policy, 5, quiet, GroupControl.NONE, 1, 2, 4));
  }

  @Test
  void aTrainingForDriftThatDoesNotWinPutsOffWhatIsDueAtItsTimeByNothing() {
    RetrainPolicy policy = policy(0, true);
    GroupTrainer.Result lost =
        new GroupTrainer.Result(
            new Outcome.Kept("drift", Outcome.Losses.NONE),
            true,
            Duration.ofDays(4),
            DriftTest.NONE);
    GroupProgress beside = policy.after(8 * DAY, TRAINED, lost.ofDriftAlone());
    GroupProgress both = policy.after(9 * DAY, TRAINED, lost);

    assertEquals(2, beside.trainings());
    assertEquals(12 * DAY, beside.driftQuietUntil());
    assertEquals(
        "Train: trained PT168H ago or longer", errand(policy, 9, beside, GroupControl.NONE, 1, 2));
    assertEquals(13 * DAY, both.driftQuietUntil());
    assertEquals(
        "Look: trained less than PT168H ago", errand(policy, 15, both, GroupControl.NONE, 1, 2));
    assertEquals(
        "Train: trained PT168H ago or longer", errand(policy, 16, both, GroupControl.NONE, 1, 2));
  }

  /** Else whoever asks for what cannot be at every boundary would keep a group from learning. */
  @Test
  void whatIsRefusedTakesNoTrainingAway() {
    RetrainPolicy policy = policy(0, true);

    assertEquals(
        "Train: refused to go back to the version before: there is none to go back to; trained"
            + " PT168H ago or longer",
        errand(policy, 9, TRAINED, asked(ControlRecord.Action.ROLLBACK, ""), 1, 2));
    assertEquals(
        "Look: refused to go back to g-7: there is none to go back to; trained less than PT168H"
            + " ago",
        errand(policy, 4, TRAINED, asked(ControlRecord.Action.ROLLBACK, "g-7"), 1, 2));
    assertEquals(
        "Train: asked to promote the model that serves; trained PT168H ago or longer",
        errand(policy, 9, TRAINED, asked(ControlRecord.Action.PROMOTE, "g-1"), 1, 2));
  }
}
