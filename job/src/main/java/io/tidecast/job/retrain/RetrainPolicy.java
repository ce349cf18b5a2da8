package io.tidecast.job.retrain;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is decided at a boundary, as a function of the group's windows and progress: whether to
 * train, on what, and what follows from the outcome. The stream and offline replays ask the same.
 */
public final class RetrainPolicy implements Serializable {
  private static final long serialVersionUID = 1;

  private final RetrainConfig config;

  public RetrainPolicy(RetrainConfig config) {
    this.config = config;
  }

  /** The first boundary that sees a window; milliseconds. */
  public long boundaryOf(SeriesWindow window) {
    return config.boundaryFrom(window.knownAt());
  }

  /** The first boundary that a watermark has not passed; milliseconds. */
  public long boundaryAfter(long watermark) {
    return config.boundaryFrom(watermark + 1);
  }

  /** First origin that a decision at a boundary holds for; milliseconds. */
  public long validFrom(long boundary) {
    return boundary + config.lead().toMillis();
  }

  /** Whether no boundary from this one on trains on a window. */
  public boolean isTooOld(SeriesWindow window, long boundary) {
    return window.knownAt() <= boundary - config.history().toMillis();
  }

  /** Most steps that a training reads. */
  long maxSteps() {
    return config.maxSteps();
  }

  /**
   * Where a window stands in the draw for the sample, evenly spread over [0, 1): by its series and
   * end alone, so that what is drawn does not depend on what arrived when, and is fair over series
   * and mixed over age.
   */
  double rank(SeriesWindow window) {
    return Hashing.unit(window.series() + '@' + window.end(), config.seed());
  }

  /**
   * The bound on ranks with which the windows known at a boundary keep within the limit on steps.
   *
   * @param known at the boundary, with ranks below {@code before}
   * @param before the bound so far; it never rises, or windows would be missed that are gone
   */
  public double rankBound(Collection<SeriesWindow> known, double before) {
    if (known.stream().mapToLong(SeriesWindow::steps).sum() <= config.maxSteps()) {
      return before;
    }
    List<Ranked> drawn = new ArrayList<>(known.size());
    known.forEach(window -> drawn.add(new Ranked(rank(window), window.steps())));
    drawn.sort(Comparator.comparingDouble(Ranked::rank));
    long steps = 0;
    for (Ranked window : drawn) {
      steps += window.steps();
      if (steps > config.maxSteps()) {
        return window.rank();
      }
    }
    return before;
  }

  private record Ranked(double rank, int steps) {}

  /** Whether a window is in the sample. */
  public boolean isDrawn(SeriesWindow window, double rankBound) {
    return rankBound >= 1 || rank(window) < rankBound;
  }

  /** First boundary at or after which something that is asked for can be decided; milliseconds. */
  public long boundaryFrom(long timeMillis) {
    return config.boundaryFrom(timeMillis);
  }

  /**
   * What is to be done for a group at a boundary.
   *
   * @param control the last that was asked for
   */
  public GroupTrainer.Errand errand(
      long boundary, GroupProgress now, Iterable<SeriesWindow> windows, GroupControl control) {
    long steps = 0;
    long fresh = 0;
    for (SeriesWindow window : windows) {
      steps += window.knownAt() <= boundary ? window.steps() : 0;
      fresh += window.knownAt() <= boundary && window.knownAt() > now.lastTraining() ? 1 : 0;
    }
    if (control.isGood() && control.action() == ControlRecord.Action.PROMOTE) {
      return judge(boundary, now, control, steps, fresh);
    }
    if (control.isGood() && control.action() == ControlRecord.Action.ROLLBACK) {
      return goBack(boundary, now, control, steps, fresh);
    }
    return usual(boundary, now, control.isGood(), steps, fresh);
  }

  private GroupTrainer.Errand judge(
      long boundary, GroupProgress now, GroupControl control, long steps, long fresh) {
    return control.model().version().equals(now.version())
        ? after("asked to promote the model that serves", usual(boundary, now, false, steps, fresh))
        : new GroupTrainer.Errand.Judge(
            "asked to promote " + control.model().version(), control.model(), control.force());
  }

  private GroupTrainer.Errand goBack(
      long boundary, GroupProgress now, GroupControl control, long steps, long fresh) {
    String wanted = control.model().version();
    String before = now.watch().version();
    if (before.isEmpty() || !wanted.isEmpty() && !wanted.equals(before)) {
      String refused =
          "refused to go back to "
              + (wanted.isEmpty() ? "the version before" : wanted)
              + ": "
              + (before.isEmpty() ? "there is none to go back to" : "the one before is " + before);
      return after(refused, usual(boundary, now, false, steps, fresh));
    }
    return new GroupTrainer.Errand.GoBack("asked to go back to " + before);
  }

  /** What comes to nothing changes nothing else: the boundary is as any other. */
  private static GroupTrainer.Errand after(String words, GroupTrainer.Errand usual) {
    String reason = words + "; " + usual.reason();
    if (usual instanceof GroupTrainer.Errand.Train) {
      return new GroupTrainer.Errand.Train(reason);
    }
    return usual instanceof GroupTrainer.Errand.Look
        ? new GroupTrainer.Errand.Look(reason)
        : new GroupTrainer.Errand.None(reason);
  }

  private GroupTrainer.Errand usual(
      long boundary, GroupProgress now, boolean asked, long steps, long fresh) {
    if (steps < config.minimumHistory()) {
      return new GroupTrainer.Errand.None(
          steps + " of " + config.minimumHistory() + " steps of history");
    }
    if (asked) {
      return new GroupTrainer.Errand.Train("asked to retrain");
    }
    if (boundary < now.quietUntil()) {
      return look(boundary, now, "no training before " + Instant.ofEpochMilli(now.quietUntil()));
    }
    if (!now.hasTrained()) {
      return new GroupTrainer.Errand.Train("first training");
    }
    if (boundary - now.lastTraining() >= config.every().toMillis()) {
      return new GroupTrainer.Errand.Train("trained " + config.every() + " ago or longer");
    }
    if (config.newWindows() > 0 && fresh >= config.newWindows()) {
      return new GroupTrainer.Errand.Train(fresh + " windows since the last training");
    }
    return look(boundary, now, "trained less than " + config.every() + " ago");
  }

  /** A champion is looked after while there is something to hold it against. */
  private GroupTrainer.Errand look(long boundary, GroupProgress now, String reason) {
    boolean isLookedAfter = now.hasChampion() && (config.drift() || now.watch().isOn(boundary));
    return isLookedAfter
        ? new GroupTrainer.Errand.Look(reason)
        : new GroupTrainer.Errand.None(reason);
  }

  /** A call for a group at a boundary, with the windows known there. */
  public GroupTrainer.Request request(
      String group,
      long boundary,
      GroupProgress now,
      Iterable<SeriesWindow> windows,
      GroupTrainer.Errand errand) {
    List<SeriesWindow> known = new ArrayList<>();
    for (SeriesWindow window : windows) {
      if (window.knownAt() <= boundary) {
        known.add(window);
      }
    }
    known.sort(Comparator.comparing(SeriesWindow::series).thenComparingLong(SeriesWindow::end));
    return new GroupTrainer.Request(
        group,
        boundary,
        now.trainings() + 1,
        Hashing.mix(group + '@' + boundary, config.seed()),
        now,
        known,
        errand);
  }

  /** What needs no call: nothing was to be done, or to go back is all. */
  public GroupTrainer.Result atOnce(GroupProgress now, GroupTrainer.Errand errand) {
    if (errand instanceof GroupTrainer.Errand.GoBack back) {
      GroupProgress.Watch watch = now.watch();
      return new GroupTrainer.Result(
          new Outcome.RolledBack(
              watch.version(), watch.artifact(), back.reason(), Outcome.Losses.NONE),
          false,
          GroupTrainer.Result.USUAL,
          DriftTest.NONE);
    }
    return new GroupTrainer.Result(
        new Outcome.NotTriggered(errand.reason()), false, Duration.ZERO, now.drift());
  }

  /** Where the group stands after a boundary. */
  public GroupProgress after(long boundary, GroupProgress before, GroupTrainer.Result result) {
    boolean isScheduled = result.trained() && !result.besideSchedule();
    long trained = isScheduled ? boundary : before.lastTraining();
    int sequence = before.trainings() + (result.trained() ? 1 : 0);
    long quiet = boundary + quiet(result.cooldown());
    boolean isQuiet = !result.cooldown().isZero();
    boolean isGivenUp = result.outcome() instanceof Outcome.RolledBack;
    Optional<ModelFile> serves = result.outcome().serves();
    return new GroupProgress(
        trained,
        sequence,
        serves.map(ModelFile::version).orElse(before.version()),
        serves.map(ModelFile::bytes).orElse(before.champion()),
        serves.isPresent() ? watch(boundary, before, result.outcome()) : before.watch(),
        isQuiet && isGivenUp ? quiet : before.quietUntil(),
        isQuiet ? quiet : before.driftQuietUntil(),
        result.drift());
  }

  /** A change that lasts is learnt from as often as the schedule comes round. */
  private long quiet(Duration cooldown) {
    long most = Math.max(config.cooldown().toMillis(), config.every().toMillis());
    return Math.max(config.cooldown().toMillis(), Math.min(most, cooldown.toMillis()));
  }

  private GroupProgress.Watch watch(long boundary, GroupProgress before, Outcome outcome) {
    return outcome instanceof Outcome.RolledBack || !before.hasChampion()
        ? GroupProgress.Watch.NONE
        : new GroupProgress.Watch(
            validFrom(boundary),
            boundary + config.watch() * config.epoch().toMillis(),
            before.version(),
            before.champion());
  }

  /** The decision at a boundary. */
  public Decision decision(
      String group,
      long boundary,
      GroupTrainer.Result result,
      GroupProgress before,
      GroupProgress after,
      Decision.Basis basis) {
    return new Decision(
        group,
        boundary,
        validFrom(boundary),
        validFrom(boundary) + config.epoch().toMillis(),
        result.outcome(),
        after.version(),
        before.version(),
        basis);
  }
}
