package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecastModel;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.HighwayWeights;
import io.tidecast.model.Provenance;
import io.tidecast.model.artifact.ModelArtifact;
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
   * @param windows of any series, in any order; those with an infinite value or overlapping another
   *     are left out and counted
   * @param champion where training starts, if it has the same configuration; from scratch otherwise
   * @throws IllegalArgumentException if a window's width does not fit the configured covariates
   */
  public TrainingResult train(
      List<TrainingWindow> windows,
      Optional<ForecastModel> champion,
      TrainingRun run,
      TrainingListener listener) {
    TrainingSet set = TrainingSet.of(windows, config, training);
    Progress progress = new Progress(set);
    if (set.trainingRows() < training.minimumHistory()) {
      return new TrainingResult.Failed(
          "Expected at least "
              + training.minimumHistory()
              + " usable training steps but found "
              + set.trainingRows()
              + " in "
              + set.windows()
              + " windows",
          progress.report());
    }
    Optional<HighwayWeights> highway = highway(set);
    if (config.cell().kind() == CellConfig.Kind.NONE) {
      return highway.isPresent()
          ? trained(set, run, windows, "", Optional.empty(), highway, progress)
          : new TrainingResult.Failed(
              "Expected a cell or a linear highway to train but found neither", progress.report());
    }
    Optional<ForecastModel> start = champion.filter(this::fits);
    Optional<RecurrentFit.Fitted> fitted =
        new RecurrentFit(config, training, set, listener, run.seed(), progress).fit(start);
    if (fitted.isEmpty()) {
      return new TrainingResult.Failed(
          "Expected at most "
              + training.maxNonFiniteSteps()
              + " updates with a loss or gradient that is not finite but found "
              + progress.nonFiniteSteps(),
          progress.report());
    }
    String parent = start.map(ForecastModel::version).orElse("");
    return trained(set, run, windows, parent, fitted, highway, progress);
  }

  private Optional<HighwayWeights> highway(TrainingSet set) {
    return config.transform().isRandomWalk() || config.ablation().noHighway()
        ? Optional.empty()
        : new RidgeFit(config, training.ridge()).fit(set, set.split().validationStart());
  }

  private boolean fits(ForecastModel champion) {
    return champion.config().equals(config) && champion.head().isPresent();
  }

  /** The model, named once its loss on the validation part is known. */
  private TrainingResult trained(
      TrainingSet set,
      TrainingRun run,
      List<TrainingWindow> windows,
      String parent,
      Optional<RecurrentFit.Fitted> fitted,
      Optional<HighwayWeights> highway,
      Progress progress) {
    ForecastModel unscored = seal(provenance(set, run, parent, 0), fitted, highway);
    TimeSplit split = set.split();
    double pinball =
        new RollingScore(config, TrainingWindows.usable(windows, config))
            .score(unscored, split.validationStart(), split.validationStart(), split.holdOutStart())
            .model();
    return new TrainingResult.Trained(
        seal(provenance(set, run, parent, pinball), fitted, highway), progress.report());
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
        set.windows(),
        set.seriesCount(),
        run.codeVersion(),
        pinball);
  }
}
