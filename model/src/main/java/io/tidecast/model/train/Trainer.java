package io.tidecast.model.train;

import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * Trains the model of one group: the linear maps in closed form, the recurrent member by
 * back-propagation through time.
 *
 * <p>In three steps. {@link #choose} trains on the oldest part of the history and lets the next
 * choose; the {@link PromotionGate} judges that on the newest, which it has not seen; {@link
 * #complete} trains what was chosen on all of it, so that no model serves that is blind to the
 * newest part. Why the verdict still holds: the same choices, look-back, penalty and number of
 * updates, meet the same rows and some newer ones; the maps are the same function of more evidence,
 * the network goes on from the weights that were judged, at a rate that falls from a third of that
 * it was trained with. What turns out not finite or out of bounds is dropped for what was judged.
 *
 * <p>Two networks are trained. The forecasts of one begin from those of the linear maps, which it
 * corrects; those of the other begin from the last value and know nothing of the maps: alone it is
 * the worse one as a rule, but its errors are others, and the mean of it and the maps may be
 * better. The validation part chooses, by what the mixture of both members comes to; of two as
 * good, the one with errors of its own.
 *
 * <p>Deterministic in its arguments, on the same kind of processor: the order of the windows does
 * not matter. Runs on the calling thread. An interrupted one ends with {@link
 * CancellationException}, its off-heap memory released. Whatever else goes wrong, memory that runs
 * out included, is a failed training. One trainer may be used by several threads.
 */
public final class Trainer {
  // what a network with errors of its own may lose on the validation part: the maps, and the round
  // at which the network that begins from them stops, were chosen there, and look better than they
  // are by half of it and more
  private static final double WORTH_OF_OWN_ERRORS = 0.02;

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
  public TrainingResult choose(List<Stretch> windows, TrainingRun run, TrainingListener listener) {
    TrainingSet set = TrainingSet.of(windows, config, training);
    return new Session(set, run, listener).choose(RecurrentFit::fit, "");
  }

  /**
   * Trains from the champion's weights, if they are of this configuration and have a network; from
   * scratch otherwise. The hold-out begins where the champion's training ended, as far as there is
   * enough of it: on less, the champion has the advantage of having seen some.
   *
   * @param windows as from scratch
   */
  public TrainingResult choose(
      List<Stretch> windows, ForecastModel champion, TrainingRun run, TrainingListener listener) {
    TrainingSet set =
        TrainingSet.of(windows, config, training).since(champion.provenance().lastStep(), training);
    Session session = new Session(set, run, listener);
    return config.sharesWeightsWith(champion.config()) && champion.head().isPresent()
        ? session.choose(new FromChampion(champion), champion.version())
        : session.choose(RecurrentFit::fit, "");
  }

  /** Trains what was chosen on the whole history; if that fails, the chosen model itself. */
  public ForecastModel complete(TrainingResult.Chosen chosen, TrainingListener listener) {
    try {
      return new Session(chosen.set().whole(), chosen.run(), listener).complete(chosen);
    } catch (CancellationException e) {
      throw e;
    } catch (TrainingFailedException | RuntimeException | OutOfMemoryError e) {
      return chosen.model();
    }
  }

  /** How the network is begun. */
  private interface Start {
    RecurrentFit.Fitted fit(RecurrentFit fit) throws TrainingFailedException;

    /** Whether its forecasts may begin from the linear maps, or from the last value. */
    default boolean mayBegin(boolean onMap) {
      return true;
    }
  }

  private record FromChampion(ForecastModel champion) implements Start {
    @Override
    public RecurrentFit.Fitted fit(RecurrentFit fit) throws TrainingFailedException {
      return fit.fit(champion);
    }

    @Override
    public boolean mayBegin(boolean onMap) {
      return champion.head().orElseThrow().onMap() == onMap;
    }
  }

  /** A model to choose from. */
  private record Candidate(Recipe recipe, ForecastModel model, TrainingReport report) {
    double loss() {
      return model.provenance().pinball();
    }
  }

  /** One training on one set. */
  private final class Session {
    private final TrainingSet set;
    private final TrainingRun run;
    private final TrainingListener listener;
    private Progress progress;
    private final RidgeFit ridge = new RidgeFit(config, training.ridge());

    Session(TrainingSet set, TrainingRun run, TrainingListener listener) {
      this.set = set;
      this.run = run;
      this.listener = listener;
      progress = new Progress(set);
    }

    TrainingResult choose(Start start, String parent) {
      try {
        return chosen(start, parent);
      } catch (CancellationException e) {
        throw e;
      } catch (TrainingFailedException e) {
        return new TrainingResult.Failed(e.getMessage(), e.isTooShort(), progress.report());
      } catch (RuntimeException | OutOfMemoryError e) {
        return new TrainingResult.Failed("broken: " + e, false, progress.report());
      }
    }

    private TrainingResult chosen(Start start, String parent) throws TrainingFailedException {
      requireHistory();
      RidgeBlend blend = blend().orElse(null);
      HighwayWeights maps = blend == null ? null : ridge.fit(set, blend);
      Candidate best = null;
      List<BaseForecast> bases = bases(maps, start);
      if (bases.isEmpty() && hasNetwork()) {
        // what the champion's network begins from is no more
        return chosen(RecurrentFit::fit, "");
      }
      for (BaseForecast base : bases) {
        progress = new Progress(set);
        RecurrentFit.Fitted network = start.fit(recurrent(base));
        Candidate next = candidate(new Recipe(blend, network), maps, parent);
        best = best == null || next.loss() < (1 + WORTH_OF_OWN_ERRORS) * best.loss() ? next : best;
      }
      if (best == null && blend == null) {
        throw TrainingFailedException.tooShort(
            "Expected enough history for a linear map or a network but found "
                + set.trainingRows()
                + " training steps");
      }
      Candidate chosen = best == null ? candidate(new Recipe(blend, null), maps, parent) : best;
      return new TrainingResult.Chosen(chosen.model(), chosen.report(), set, run, chosen.recipe());
    }

    /** What the network's forecasts may begin from; empty if there is to be none. */
    private List<BaseForecast> bases(HighwayWeights maps, Start start) {
      List<BaseForecast> bases = new ArrayList<>();
      if (!hasNetwork()) {
        return bases;
      }
      boolean moves = maps != null && maps.movesMedian();
      if (moves && start.mayBegin(true)) {
        bases.add(BaseForecast.of(config, maps));
      }
      // that of a random walk has no median of its own
      boolean isPinned = moves && config.transform().isRandomWalk();
      if (!isPinned && start.mayBegin(false)) {
        bases.add(BaseForecast.lastValue(config));
      }
      return bases;
    }

    private Candidate candidate(Recipe recipe, HighwayWeights maps, String parent) {
      // the loss on the validation part is part of what the version names
      ForecastModel unscored = model(recipe, maps, provenance(parent, 0));
      ForecastModel model = model(recipe, maps, provenance(parent, validationLoss(unscored)));
      return new Candidate(recipe, model, progress.report());
    }

    private void requireHistory() throws TrainingFailedException {
      long usable = set.series().stream().mapToLong(one -> one.usable(one.rows())).sum();
      if (usable < training.history().minimum()) {
        throw TrainingFailedException.tooShort(
            "Expected at least "
                + training.history().minimum()
                + " usable steps but found "
                + usable
                + " in "
                + set.windows().size()
                + " windows; a smaller retrain.minimumHistory asks for less");
      }
    }

    private Optional<RidgeBlend> blend() {
      return new RidgeSelection(config, training.ridge()).choose(set);
    }

    private boolean hasNetwork() {
      return config.cell().kind() != CellConfig.Kind.NONE
          && set.trainingRows() >= training.history().network();
    }

    private RecurrentFit recurrent(BaseForecast base) {
      return new RecurrentFit(config, training, set, listener, run.seed(), progress, base);
    }

    ForecastModel complete(TrainingResult.Chosen chosen) throws TrainingFailedException {
      RidgeBlend blend = chosen.recipe().blend().orElse(null);
      HighwayWeights maps = blend == null ? null : ridge.fit(set, blend);
      RecurrentFit.Fitted network = chosen.recipe().network().orElse(null);
      if (network != null) {
        boolean onMap = network.head().onMap();
        network =
            recurrent(onMap ? BaseForecast.of(config, maps) : BaseForecast.lastValue(config))
                .goOn(network);
      }
      Provenance judged = chosen.model().provenance();
      return model(new Recipe(blend, network), maps, provenance(judged.parent(), judged.pinball()));
    }

    private ForecastModel model(Recipe recipe, HighwayWeights maps, Provenance provenance) {
      return ModelArtifact.seal(
          config,
          recipe.network().map(RecurrentFit.Fitted::layers).orElse(List.of()),
          recipe.network().map(RecurrentFit.Fitted::head).orElse(null),
          maps,
          provenance);
    }

    private double validationLoss(ForecastModel model) {
      TimeSplit split = set.split();
      return new RollingScore(config, set.windows())
          .score(model, split.validationStart(), split.validationStart(), split.holdOutStart())
          .model();
    }

    private Provenance provenance(String parent, double pinball) {
      return new Provenance(
          run.group(),
          run.sequence(),
          parent,
          run.seed(),
          set.split().first(),
          set.split().validationStart() - 1,
          set.windows().size(),
          set.seriesCount(),
          run.codeVersion(),
          pinball);
    }
  }
}
