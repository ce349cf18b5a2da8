package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Trains the model of one group: the linear highway in closed form, the recurrent member by
 * back-propagation through time.
 *
 * <p>Deterministic in its arguments, on the same kind of processor: the order of the windows does
 * not matter. Runs on the calling thread. An interrupted one ends with {@link
 * CancellationException}, its off-heap memory released. One trainer may be used by several threads.
 */
public final class Trainer {
  private final ForecasterConfig config;
  private final TrainingConfig training;

  public Trainer(ForecasterConfig config, TrainingConfig training) {
    this.config = config;
    this.training = training;
  }

  /**
   * Trains from scratch.
   *
   * @param windows of any series, in any order; those with an infinite value or overlapping another
   *     are left out and counted
   * @throws IllegalArgumentException if a window's width does not fit the configured covariates
   */
  public TrainingResult train(List<Stretch> windows, TrainingRun run, TrainingListener listener) {
    return trained(windows, Optional.empty(), run, listener);
  }

  /**
   * Trains from the champion's weights, if it has the same configuration; from scratch otherwise.
   *
   * @param windows as from scratch
   */
  public TrainingResult train(
      List<Stretch> windows, ForecastModel champion, TrainingRun run, TrainingListener listener) {
    return trained(windows, Optional.of(champion).filter(this::fits), run, listener);
  }

  private TrainingResult trained(
      List<Stretch> windows,
      Optional<ForecastModel> start,
      TrainingRun run,
      TrainingListener listener) {
    TrainingSet set = TrainingSet.of(windows, config, training);
    Progress progress = new Progress(set);
    try {
      ForecastModel model = model(set, start, run, listener, progress);
      return new TrainingResult.Trained(model, progress.report(), set.split());
    } catch (TrainingFailedException e) {
      return new TrainingResult.Failed(e.getMessage(), progress.report());
    }
  }

  private ForecastModel model(
      TrainingSet set,
      Optional<ForecastModel> start,
      TrainingRun run,
      TrainingListener listener,
      Progress progress)
      throws TrainingFailedException {
    requireHistory(set);
    Optional<HighwayWeights> highway = highway(set);
    Optional<RecurrentFit.Fitted> fitted =
        config.cell().kind() == CellConfig.Kind.NONE
            ? Optional.empty()
            : Optional.of(
                new RecurrentFit(config, training, set, listener, run.seed(), progress).fit(start));
    if (highway.isEmpty() && fitted.isEmpty()) {
      throw new TrainingFailedException(
          "Expected a cell or enough history for the linear highway but found neither");
    }
    String parent = start.map(ForecastModel::version).orElse("");
    // the loss on the validation part is part of what the version names
    ForecastModel unscored = seal(provenance(set, run, parent, 0), fitted, highway);
    return seal(provenance(set, run, parent, validationLoss(set, unscored)), fitted, highway);
  }

  private void requireHistory(TrainingSet set) throws TrainingFailedException {
    if (set.trainingRows() < training.minimumHistory()) {
      throw new TrainingFailedException(
          "Expected at least "
              + training.minimumHistory()
              + " usable training steps but found "
              + set.trainingRows()
              + " in "
              + set.windows().size()
              + " windows");
    }
  }

  private Optional<HighwayWeights> highway(TrainingSet set) {
    // not on the validation part as well: online the mixture would be learned on fitted values
    return config.hasHighway()
        ? new RidgeFit(config, training.ridge()).fit(set, set.split().validationStart())
        : Optional.empty();
  }

  private boolean fits(ForecastModel champion) {
    return config.sharesWeightsWith(champion.config()) && champion.head().isPresent();
  }

  private double validationLoss(TrainingSet set, ForecastModel model) {
    TimeSplit split = set.split();
    return new RollingScore(config, set.windows())
        .score(model, split.validationStart(), split.validationStart(), split.holdOutStart())
        .model();
  }

  private ForecastModel seal(
      Provenance provenance,
      Optional<RecurrentFit.Fitted> fitted,
      Optional<HighwayWeights> highway) {
    return ModelArtifact.seal(
        config,
        fitted.map(RecurrentFit.Fitted::layers).orElse(List.of()),
        fitted.map(RecurrentFit.Fitted::head),
        highway,
        provenance);
  }

  private static Provenance provenance(
      TrainingSet set, TrainingRun run, String parent, double pinball) {
    return new Provenance(
        run.group(),
        run.sequence(),
        parent,
        run.seed(),
        set.split().first(),
        set.split().holdOutStart() - 1,
        set.windows().size(),
        set.seriesCount(),
        run.codeVersion(),
        pinball);
  }
}
