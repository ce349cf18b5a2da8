package io.tidecast.job.offline;

import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.retrain.GroupTrainer;
import io.tidecast.job.retrain.RetrainConfig;
import io.tidecast.job.retrain.RetrainPolicy;
import io.tidecast.job.retrain.WindowCollector;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.SeriesStep;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.model.Grid;
import io.tidecast.model.weights.ForecastModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Test-then-train: the decisions of a group at every boundary, from the windows, by the policy and
 * with the trainer of the job. What is decided depends on the steps alone, so it can be known
 * before anything is forecast.
 */
final class OnlineReplay {
  private final Grid grid;
  private final RetrainPolicy policy;
  private final WindowCollector collector;
  private final GroupTrainer trainer;
  private final List<Decision> decisions = new ArrayList<>();

  /** By the first origin it holds for, milliseconds. */
  private final NavigableMap<Long, ForecastModel> serving = new TreeMap<>();

  private OnlineReplay(JobConfig config, GroupTrainer trainer) {
    grid = config.series().grid();
    JobParts parts = new JobParts(config);
    RetrainConfig retrain = parts.retrain();
    policy = new RetrainPolicy(retrain);
    collector = new WindowCollector(grid, retrain, config.maxGapSteps(), parts.targets());
    this.trainer = trainer;
  }

  /**
   * Replays a group.
   *
   * @param series of the group
   * @param end first step that is not seen any more
   * @param phase its places are boundaries
   */
  static OnlineReplay of(
      JobConfig config,
      GroupTrainer trainer,
      String group,
      List<SeriesHistory> series,
      long end,
      Phases phases) {
    OnlineReplay replay = new OnlineReplay(config, trainer);
    NavigableMap<Long, List<SeriesWindow>> windows = replay.windows(series, end);
    try (Phases.Phase phase = phases.begin("epochs of " + group, windows.size())) {
      replay.decideAll(group, windows, phase);
    }
    return replay;
  }

  /** By the first boundary that sees them. */
  private NavigableMap<Long, List<SeriesWindow>> windows(List<SeriesHistory> series, long end) {
    NavigableMap<Long, List<SeriesWindow>> windows = new TreeMap<>();
    for (SeriesHistory history : series) {
      if (!collector.samples(history.series())) {
        continue;
      }
      SeriesWindow.Open open = null;
      for (SeriesStep step : history.steps()) {
        if (step.step().index() < end) {
          open =
              collector.add(
                  open == null ? collector.openBefore(step) : open,
                  step,
                  window ->
                      windows
                          .computeIfAbsent(policy.boundaryOf(window), boundary -> new ArrayList<>())
                          .add(window));
        }
      }
    }
    return windows;
  }

  private void decideAll(
      String group, NavigableMap<Long, List<SeriesWindow>> windows, Phases.Phase phase) {
    GroupProgress progress = GroupProgress.NONE;
    List<SeriesWindow> known = new ArrayList<>();
    double rankBound = 1;
    for (Map.Entry<Long, List<SeriesWindow>> entry : windows.entrySet()) {
      long boundary = entry.getKey();
      known.addAll(entry.getValue());
      known.removeIf(window -> policy.isTooOld(window, boundary));
      rankBound = keepSample(known, rankBound);
      progress = decide(group, boundary, progress, known);
      Decision last = decisions.get(decisions.size() - 1);
      phase.at(
          decisions.size(), Instant.ofEpochMilli(boundary) + " " + last.outcome().kind().label());
    }
  }

  private double keepSample(List<SeriesWindow> known, double before) {
    known.removeIf(window -> !policy.isDrawn(window, before));
    double bound = policy.rankBound(known, before);
    known.removeIf(window -> !policy.isDrawn(window, bound));
    return bound;
  }

  private GroupProgress decide(
      String group, long boundary, GroupProgress before, List<SeriesWindow> known) {
    GroupTrainer.Errand errand = policy.errand(boundary, before, known, GroupControl.NONE);
    boolean isCall = !(errand instanceof GroupTrainer.Errand.None);
    GroupTrainer.Request request = policy.request(group, boundary, before, known, errand);
    GroupTrainer.Result result = isCall ? train(request) : policy.atOnce(before, errand);
    GroupProgress after = policy.after(boundary, before, result);
    List<SeriesWindow> read = isCall ? request.windows() : List.of();
    Decision.Basis basis = Decision.Basis.of(read, result.observed(), result.leftOut(), 0);
    decisions.add(policy.decision(group, boundary, result, before, after, basis));
    result
        .outcome()
        .serves()
        .ifPresent(model -> serving.put(policy.validFrom(boundary), model.open()));
    return after;
  }

  private GroupTrainer.Result train(GroupTrainer.Request request) {
    try {
      return trainer.train(request);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("training of " + request.group() + " was interrupted", e);
    }
  }

  List<Decision> decisions() {
    return List.copyOf(decisions);
  }

  /** The model that serves an origin, by its index. */
  Optional<ForecastModel> serving(long origin) {
    return Optional.ofNullable(serving.floorEntry(grid.end(origin))).map(Map.Entry::getValue);
  }
}
