package io.tidecast.job.offline;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingReport;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** Trains the model of every group from history, as an epoch of the job would from scratch. */
public final class OfflineTraining {
  /**
   * What came of it for one group.
   *
   * @param held scores on the newest part, which the training did not see
   */
  public record Trained(ForecastModel model, TrainingReport report, PromotionGate.Scores held) {}

  private final JobConfig config;
  private final Phases phases;

  public OfflineTraining(JobConfig config, Phases phases) {
    this.config = config;
    this.phases = phases;
  }

  /**
   * Trains on the file of the configuration's feed.
   *
   * @throws IllegalArgumentException if a training fails, with its reason
   */
  public List<Trained> train() {
    return train(SeriesHistory.byGroup(config));
  }

  /**
   * Trains on observations in order of time.
   *
   * @throws IllegalArgumentException if a training fails, with its reason
   */
  public List<Trained> train(List<ObservationRecord> observations) {
    return train(SeriesHistory.byGroup(config, observations));
  }

  private List<Trained> train(Map<String, List<SeriesHistory>> groups) {
    List<Trained> trained = new ArrayList<>();
    groups.forEach(
        (group, series) ->
            trained.add(train(group, series.stream().map(SeriesHistory::toWindow).toList())));
    return trained;
  }

  private Trained train(String group, List<Stretch> windows) {
    Trainer trainer = new Trainer(config.groups().get(group), new JobParts(config).recipe());
    TrainingResult.Chosen chosen = chosen(group, choose(trainer, group, windows));
    PromotionGate.Scores held = new PromotionGate(config.groups().get(group)).score(chosen);
    return new Trained(complete(trainer, group, chosen), chosen.report(), held);
  }

  /**
   * The models of a group as they would have served by now: what was chosen from where it has seen
   * nothing, so that what is learned online is honest; what was trained on everything at the end.
   * None where there is too little to train one.
   *
   * @throws IllegalArgumentException if the training fails otherwise, with its reason
   */
  LongFunction<Optional<ForecastModel>> serving(String group, List<Stretch> windows) {
    Trainer trainer = new Trainer(config.groups().get(group), new JobParts(config).recipe());
    TrainingResult result = choose(trainer, group, windows);
    if (result instanceof TrainingResult.Failed failed && failed.isTooShort()) {
      return origin -> Optional.empty();
    }
    TrainingResult.Chosen chosen = chosen(group, result);
    ForecastModel complete = complete(trainer, group, chosen);
    long seen = chosen.model().provenance().lastStep();
    return origin -> {
      if (origin <= seen) {
        return Optional.empty();
      }
      return Optional.of(origin < chosen.split().end() ? chosen.model() : complete);
    };
  }

  private TrainingResult choose(Trainer trainer, String group, List<Stretch> windows) {
    TrainingRun run = new TrainingRun(group, 1, config.retrain().seed(), JobParts.version());
    try (TrainingProgress progress = new TrainingProgress(phases, "training " + group)) {
      return trainer.choose(windows, run, progress);
    }
  }

  private static TrainingResult.Chosen chosen(String group, TrainingResult result) {
    if (result instanceof TrainingResult.Failed failed) {
      throw new IllegalArgumentException(
          "training of group "
              + group
              + " failed: "
              + failed.reason()
              + (failed.isTooShort() ? "; without a model the naive forecasts serve it" : ""));
    }
    return (TrainingResult.Chosen) result;
  }

  private ForecastModel complete(Trainer trainer, String group, TrainingResult.Chosen chosen) {
    try (Phases.Phase phase = phases.begin("training " + group + " on everything", 1)) {
      ForecastModel complete = trainer.complete(chosen, TrainingListener.NONE);
      phase.at(1, complete.version());
      return complete;
    }
  }
}
