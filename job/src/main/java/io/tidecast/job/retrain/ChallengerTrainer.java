package io.tidecast.job.retrain;

import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.job.state.SeriesWindow;
import io.tidecast.job.state.Targets;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import io.tidecast.model.train.Cleaning;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * Looks after a group's model with the model's own trainer and gate. First it looks at the champion
 * on what has come since: against the version before it, for a while after a promotion, and against
 * its own past. One that is worse than the version before is given up for that one. One that has
 * drifted is challenged by what learnt from the newest part, and any at its time by what learnt
 * from all; where both are due, by the second if the first does not win.
 */
public final class ChallengerTrainer implements GroupTrainer {
  private static final long serialVersionUID = 1;

  private final Map<String, ForecasterConfig> groups;
  private final TrainingConfig training;
  private final Rules rules;
  private final String codeVersion;

  /**
   * When a challenger is promoted.
   *
   * @param margin share of the champion's loss it must gain beyond noise, such as 0.005
   * @param shadow whether it is scored only, and the champion stays
   * @param drift whether the champion is tested for drift
   */
  public record Rules(double margin, boolean shadow, boolean drift) implements Serializable {}

  /**
   * A trainer for the groups of a job.
   *
   * @param groups by model group: how its series are forecast
   * @param codeVersion for the provenance
   */
  public ChallengerTrainer(
      Map<String, ForecasterConfig> groups,
      TrainingConfig training,
      Rules rules,
      String codeVersion) {
    this.groups = Map.copyOf(groups);
    this.training = training;
    this.rules = rules;
    this.codeVersion = codeVersion;
  }

  @Override
  public Result train(Request request) throws InterruptedException {
    ForecasterConfig config = groups.get(request.group());
    if (config == null) {
      return Result.failed(request, "the configuration has no such group");
    }
    try {
      Call call = new Call(request, config);
      return call.answer().from(call.cleaning.observed(), call.cleaning.leftOut());
    } catch (CancellationException e) {
      throw new InterruptedException(e.getMessage());
    } catch (RuntimeException | OutOfMemoryError e) {
      // the same request would break the task again after every restart; the champion goes on
      return Result.failed(request, "broken: " + e);
    }
  }

  /** One call. */
  private final class Call {
    private final Request request;
    private final GroupProgress now;
    private final ForecasterConfig config;
    private final PromotionGate gate;
    private final Cleaning cleaning;
    private final List<Stretch> windows;

    /** Null if there is none that serves under this configuration. */
    private final ForecastModel champion;

    Call(Request request, ForecasterConfig config) {
      this.request = request;
      this.config = config;
      now = request.now();
      gate = new PromotionGate(config);
      int shape = new Targets.Target(request.group(), config.columns()).shape();
      cleaning =
          Cleaning.of(
              request.windows().stream()
                  .filter(window -> window.shape() == shape)
                  .map(ChallengerTrainer::toTrainingWindow)
                  .toList());
      windows = cleaning.windows();
      champion = now.hasChampion() ? fitting(new ModelFile(now.version(), now.champion())) : null;
    }

    private ForecastModel fitting(ModelFile file) {
      ForecastModel model = file.open();
      return config.canServe(model.config()) ? model : null;
    }

    Result answer() {
      Look look = new Look(gate, windows, request, config);
      if (champion != null) {
        Outcome givenUp = look.giveUp(champion, this::fitting);
        if (givenUp != null) {
          return new Result(givenUp, false, Result.USUAL, DriftTest.NONE);
        }
      }
      if (request.errand() instanceof Errand.Judge brought) {
        return judge(brought);
      }
      if (champion != null && rules.drift()) {
        look.test(champion);
      }
      boolean isDue = request.errand() instanceof Errand.Train;
      boolean hasDrifted =
          look.drift().hasDrifted()
              && request.boundary() >= now.driftQuietUntil()
              && champion != null;
      if (!isDue && !hasDrifted) {
        String reason = request.errand().reason() + look.words();
        return new Result(new Outcome.NotTriggered(reason), false, Duration.ZERO, look.drift());
      }
      String seen = leftOut() + look.words();
      if (!hasDrifted) {
        return challenge(request.errand().reason() + seen, Duration.ZERO, look.drift());
      }
      Result onNewest = challengeOnNewest(look.driftInWords() + seen, look.drift());
      if (onNewest.outcome().serves().isPresent()) {
        return onNewest;
      }
      if (!isDue) {
        return onNewest.ofDriftAlone();
      }
      String why = onNewest.outcome().reason() + "; " + request.errand().reason();
      return challenge(why, onNewest.cooldown(), look.drift());
    }

    private String leftOut() {
      return cleaning.leftOut() == 0
          ? ""
          : String.format(
              Locale.ROOT,
              "; left out %d of %d values, %d stuck and %d thrown off",
              cleaning.leftOut(),
              cleaning.observed(),
              cleaning.stuck(),
              cleaning.spikes());
    }

    private Result challengeOnNewest(String why, DriftTest drift) {
      Recent recent = Recent.of(windows, drift, config, training);
      Trainer trainer = new Trainer(config, recent.training());
      TrainingResult result = trainer.choose(recent.windows(), run(), TrainingListener.NONE);
      return challenge(trainer, result, why, untilThereIsMore(drift), drift);
    }

    private Result challenge(String why, Duration cooldown, DriftTest drift) {
      Trainer trainer = new Trainer(config, training);
      TrainingResult result =
          champion == null
              ? trainer.choose(windows, run(), TrainingListener.NONE)
              : trainer.choose(windows, champion, run(), TrainingListener.NONE);
      return challenge(trainer, result, why, cooldown, drift);
    }

    private TrainingRun run() {
      return new TrainingRun(request.group(), request.sequence(), request.seed(), codeVersion);
    }

    private Result challenge(
        Trainer trainer, TrainingResult result, String why, Duration cooldown, DriftTest drift) {
      if (result instanceof TrainingResult.Failed failed) {
        return new Result(new Outcome.Failed(why + ": " + failed.reason()), true, cooldown, drift);
      }
      TrainingResult.Chosen challenger = (TrainingResult.Chosen) result;
      PromotionGate.Judgement judgement = gate.judge(challenger, champion);
      Verdict verdict = new Verdict(judgement.scores(), rules.margin());
      boolean isShadow = rules.shadow() && champion != null;
      if (!verdict.promotes() || isShadow) {
        String reason = why + ": " + verdict.words() + (isShadow ? ", in shadow mode" : "");
        return new Result(new Outcome.Kept(reason, verdict.losses()), true, cooldown, drift);
      }
      ModelFile complete = ModelFile.of(trainer.complete(challenger, TrainingListener.NONE));
      return promote(complete, why, verdict, true, judgement);
    }

    /** The evidence stands: the next comes when there is half as much again to learn from. */
    private Duration untilThereIsMore(DriftTest drift) {
      long steps = drift.stepsSinceChange(config.horizon());
      return config.grid().spacing().multipliedBy(steps).dividedBy(2);
    }

    private Result judge(Errand.Judge brought) {
      ForecastModel model = fitting(brought.model());
      if (model == null) {
        return Result.failed(
            request, brought.reason() + ": it does not serve under the present configuration");
      }
      if (brought.force()) {
        return new Result(
            new Outcome.Promoted(
                model.version(),
                brought.model().bytes(),
                brought.reason() + " by force: the gate was not asked",
                Outcome.Losses.NONE),
            false,
            Duration.ZERO,
            DriftTest.NONE);
      }
      PromotionGate.Judgement judgement = gate.judgeNewest(windows, model, champion);
      Verdict verdict = new Verdict(judgement.scores(), rules.margin());
      if (!verdict.promotes()) {
        String reason = brought.reason() + ": " + verdict.words();
        return new Result(
            new Outcome.Kept(reason, verdict.losses()), false, Duration.ZERO, now.drift());
      }
      return promote(brought.model(), brought.reason(), verdict, false, judgement);
    }

    private Result promote(
        ModelFile model,
        String why,
        Verdict verdict,
        boolean trained,
        PromotionGate.Judgement judgement) {
      return new Result(
          new Outcome.Promoted(
              model.version(), model.bytes(), why + ": " + verdict.words(), verdict.losses()),
          trained,
          Duration.ZERO,
          DriftTest.since(judgement.blocks()));
    }
  }

  private static Stretch toTrainingWindow(SeriesWindow window) {
    int width = window.width();
    float[][] rows =
        IntStream.range(0, window.steps())
            .mapToObj(step -> Arrays.copyOfRange(window.values(), step * width, (step + 1) * width))
            .toArray(float[][]::new);
    return new Stretch(window.series(), window.end(), rows, window.base());
  }
}
