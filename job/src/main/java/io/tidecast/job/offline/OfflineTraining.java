package io.tidecast.job.offline;

import io.tidecast.connectors.record.ObservationRecord;
import io.tidecast.job.JobParts;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingReport;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.util.ArrayList;
import java.util.List;

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
   * Trains on observations in order of time.
   *
   * @throws IllegalStateException if a training fails, with its reason
   */
  public List<Trained> train(List<ObservationRecord> observations) {
    List<Trained> trained = new ArrayList<>();
    SeriesHistory.byGroup(config, observations)
        .forEach(
            (group, series) ->
                trained.add(train(group, series.stream().map(SeriesHistory::toWindow).toList())));
    return trained;
  }

  private Trained train(String group, List<Stretch> windows) {
    ForecasterConfig how = config.groups().get(group);
    TrainingRun run = new TrainingRun(group, 1, config.retrain().seed(), JobParts.version());
    try (TrainingProgress progress = new TrainingProgress(phases, "training " + group)) {
      TrainingResult result =
          new Trainer(how, TrainingConfig.DEFAULT).train(windows, run, progress);
      if (result instanceof TrainingResult.Failed failed) {
        throw new IllegalStateException(
            "training of group " + group + " failed: " + failed.reason());
      }
      TrainingResult.Trained trained = (TrainingResult.Trained) result;
      PromotionGate.Scores held = new PromotionGate(how).score(windows, trained);
      return new Trained(trained.model(), trained.report(), held);
    }
  }
}
