package io.tidecast.job.retrain;

import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import java.io.Serializable;
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
    List<SeriesWindow> drawn = new ArrayList<>(known);
    drawn.sort(Comparator.comparingDouble(this::rank));
    long steps = 0;
    for (SeriesWindow window : drawn) {
      steps += window.steps();
      if (steps > config.maxSteps()) {
        return rank(window);
      }
    }
    return before;
  }

  /** Whether a window is in the sample. */
  public boolean isDrawn(SeriesWindow window, double rankBound) {
    return rankBound >= 1 || rank(window) < rankBound;
  }

  /** Why the group is not trained at a boundary; empty if it is. */
  public Optional<String> reasonNotToTrain(
      long boundary, GroupProgress now, Iterable<SeriesWindow> windows) {
    if (now.hasTrained() && boundary - now.lastTraining() < config.every().toMillis()) {
      return Optional.of("trained less than " + config.every() + " ago");
    }
    long steps = 0;
    for (SeriesWindow window : windows) {
      steps += window.knownAt() <= boundary ? window.steps() : 0;
    }
    return steps < config.minimumHistory()
        ? Optional.of(steps + " of " + config.minimumHistory() + " steps of history")
        : Optional.empty();
  }

  /** The training of a group at a boundary, on the windows known there. */
  public GroupTrainer.Request request(
      String group, long boundary, GroupProgress now, Iterable<SeriesWindow> windows) {
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
        now.champion(),
        known);
  }

  /** Where the group stands after a training. */
  public GroupProgress after(GroupProgress before, GroupTrainer.Request request, Outcome outcome) {
    return outcome instanceof Outcome.Promoted promoted
        ? new GroupProgress(
            request.boundary(), request.sequence(), promoted.version(), promoted.artifact())
        : new GroupProgress(
            request.boundary(), request.sequence(), before.version(), before.champion());
  }

  /** The decision without a training. */
  public Decision notTriggered(String group, long boundary, GroupProgress now, String reason) {
    return decision(
        group, boundary, new Outcome.NotTriggered(reason), now.version(), now.version(), List.of());
  }

  /** The decision after a training. */
  public Decision trained(
      GroupTrainer.Request request, Outcome outcome, GroupProgress before, GroupProgress after) {
    return decision(
        request.group(),
        request.boundary(),
        outcome,
        after.version(),
        before.version(),
        request.windows());
  }

  private Decision decision(
      String group,
      long boundary,
      Outcome outcome,
      String version,
      String parent,
      Collection<SeriesWindow> windows) {
    return new Decision(
        group,
        boundary,
        validFrom(boundary),
        validFrom(boundary) + config.epoch().toMillis(),
        outcome,
        version,
        parent,
        windows.size(),
        (int) windows.stream().map(SeriesWindow::series).distinct().count());
  }
}
