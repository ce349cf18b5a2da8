package io.tidecast.job.retrain;

import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/** Trains with the model's own trainer and promotes what passes its gate. */
public final class ChallengerTrainer implements GroupTrainer {
  private static final long serialVersionUID = 1;

  private final Map<String, ForecasterConfig> groups;
  private final TrainingConfig training;
  private final double margin;
  private final String codeVersion;

  /**
   * A trainer for the groups of a job.
   *
   * @param groups by model group: how its series are forecast
   * @param margin share of the champion's loss a challenger must gain, such as 0.01
   * @param codeVersion for the provenance
   */
  public ChallengerTrainer(
      Map<String, ForecasterConfig> groups,
      TrainingConfig training,
      double margin,
      String codeVersion) {
    this.groups = Map.copyOf(groups);
    this.training = training;
    this.margin = margin;
    this.codeVersion = codeVersion;
  }

  @Override
  public Outcome train(Request request) throws InterruptedException {
    try {
      return trainAndJudge(request);
    } catch (CancellationException e) {
      throw new InterruptedException(e.getMessage());
    } catch (RuntimeException | OutOfMemoryError e) {
      // the same request would break the task again after every restart; the champion goes on
      return new Outcome.Failed("broken: " + e);
    }
  }

  private Outcome trainAndJudge(Request request) {
    ForecasterConfig config = groups.get(request.group());
    if (config == null) {
      return new Outcome.Failed("the configuration has no such group");
    }
    // under a configuration before, weights and values may have meant something else
    Optional<ForecastModel> champion =
        decode(request.champion()).filter(model -> config.sharesWeightsWith(model.config()));
    int shape = new Targets.Target(request.group(), config.covariates()).shape();
    List<Stretch> windows =
        request.windows().stream()
            .filter(window -> window.shape() == shape)
            .map(ChallengerTrainer::toTrainingWindow)
            .toList();
    TrainingRun run =
        new TrainingRun(request.group(), request.sequence(), request.seed(), codeVersion);
    Trainer trainer = new Trainer(config, training);
    TrainingResult result =
        champion
            .map(start -> trainer.choose(windows, start, run, TrainingListener.NONE))
            .orElseGet(() -> trainer.choose(windows, run, TrainingListener.NONE));
    if (result instanceof TrainingResult.Failed failed) {
      return new Outcome.Failed(failed.reason());
    }
    TrainingResult.Chosen challenger = (TrainingResult.Chosen) result;
    PromotionGate gate = new PromotionGate(config);
    PromotionGate.Scores scores =
        champion
            .map(serving -> gate.score(challenger, serving))
            .orElseGet(() -> gate.score(challenger));
    Outcome.Losses losses =
        new Outcome.Losses(
            orNaN(scores.challenger(), scores), scores.champion(), orNaN(scores.naive(), scores));
    if (!scores.promotes(margin)) {
      return new Outcome.Kept(reason(scores, false), losses);
    }
    ModelFile complete = ModelFile.of(trainer.complete(challenger, TrainingListener.NONE));
    return new Outcome.Promoted(complete.version(), complete.bytes(), reason(scores, true), losses);
  }

  private static double orNaN(double loss, PromotionGate.Scores scores) {
    return scores.targets() > 0 ? loss : Double.NaN;
  }

  private static String reason(PromotionGate.Scores scores, boolean promoted) {
    if (scores.targets() == 0) {
      return "no held-out target could be scored";
    }
    return String.format(
        Locale.ROOT,
        "%s %.4f, naive %.4f%s on %d held-out targets",
        promoted ? "challenger wins:" : "challenger does not win:",
        scores.challenger(),
        scores.naive(),
        Double.isNaN(scores.champion())
            ? ""
            : String.format(Locale.ROOT, ", champion %.4f", scores.champion()),
        scores.targets());
  }

  private static Optional<ForecastModel> decode(byte[] artifact) {
    if (artifact.length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(ModelArtifact.read(artifact));
    } catch (InvalidArtifactException e) {
      throw new IllegalStateException("cannot read the champion", e);
    }
  }

  private static Stretch toTrainingWindow(SeriesWindow window) {
    int width = window.width();
    float[][] rows =
        IntStream.range(0, window.steps())
            .mapToObj(step -> Arrays.copyOfRange(window.values(), step * width, (step + 1) * width))
            .toArray(float[][]::new);
    return new Stretch(window.series(), window.end(), rows);
  }
}
