package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.BlockLosses;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.Provenance;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Champion against challenger against the naives on the newest part of the windows, which what is
 * judged has not seen. Driven by the online forecaster itself: the same steps, the same mixture,
 * the same fallback as in service, from the start of the validation part on.
 *
 * <p>Deterministic in its arguments, whatever the order of the windows. Runs on the calling thread;
 * an interrupted one ends with {@link CancellationException}.
 */
public final class PromotionGate {
  // what a fit loses by chance falls with its steps: of 1.5 times as many it is a third less
  private static final double MUCH_MORE = 1.5;

  private final ForecasterConfig config;

  public PromotionGate(ForecasterConfig config) {
    this.config = config;
  }

  /**
   * Mean pinball losses over all held-out targets, leads and levels, each in units of the mean
   * running scale of its series.
   *
   * @param challenger its loss
   * @param champion its loss; {@code NaN} if there is none for this configuration
   * @param naive of the naives: the seasonal one or the mixture of all, as it serves without a
   *     model, whichever is better
   * @param targets number of (target, lead) pairs that were scored; 0 if nothing could be
   * @param noise what of the gain over the champion may be noise, at a level of 1 %: one-sided, by
   *     blocks as long as the horizon, or a sixth of the span if that is shorter; 0 without a
   *     champion
   * @param times how many times as many steps the challenger is trained on once it is complete; 0
   *     where that is not asked for
   */
  public record Scores(
      double challenger, double champion, double naive, long targets, double noise, double times) {
    /**
     * Whether the challenger shall serve: it beats the naives, and the champion by the margin and
     * beyond noise. One that is complete with {@value #MUCH_MORE} times as many steps, or more,
     * need not be the better one beyond noise: what is judged knows less than what will serve, and
     * of a short history no more than the champion.
     *
     * @param margin share of the champion's loss that must be gained, such as 0.01: what a swap
     *     costs
     */
    public boolean promotes(double margin) {
      return targets > 0
          && challenger < naive
          && (Double.isNaN(champion)
              || challenger + noise < (1 - margin) * champion
              || knowsMuchMore() && challenger < champion);
    }

    /** Whether it need only be the better one. */
    public boolean knowsMuchMore() {
      return times >= MUCH_MORE && noise < Double.POSITIVE_INFINITY;
    }

    private Scores with(double moreSteps) {
      return new Scores(challenger, champion, naive, targets, noise, moreSteps);
    }

    /** Whether it is worse than the champion beyond noise. */
    public boolean isWorse() {
      return targets > 0 && challenger - noise > champion;
    }
  }

  /**
   * Scores, and the challenger's losses by block.
   *
   * @param scores of challenger and champion
   * @param blocks of the challenger
   */
  public record Judgement(Scores scores, BlockLosses blocks) {}

  /** A challenger that has no champion to beat, over its own windows. */
  public Scores score(TrainingResult.Chosen chosen) {
    return judge(chosen, null).scores();
  }

  /** Challenger against champion, over the challenger's windows. */
  public Scores score(TrainingResult.Chosen chosen, ForecastModel champion) {
    return judge(chosen, champion).scores();
  }

  /**
   * Challenger against champion, over the challenger's windows.
   *
   * @param champion null if there is none
   */
  public Judgement judge(TrainingResult.Chosen chosen, ForecastModel champion) {
    TimeSplit split = chosen.split();
    Span span = new Span(split.validationStart(), split.holdOutStart(), split.end() + 1);
    Judgement judgement = judge(chosen.set().windows(), chosen.model(), champion, span);
    return champion == null
        ? judgement
        : new Judgement(
            judgement.scores().with(steps(chosen) / steps(champion.provenance())),
            judgement.blocks());
  }

  private static double steps(TrainingResult.Chosen complete) {
    TimeSplit split = complete.split();
    return (split.end() - split.first() + 1.0) * complete.set().seriesCount();
  }

  private static double steps(Provenance trained) {
    return (trained.lastStep() - trained.firstStep() + 1.0) * trained.series();
  }

  /**
   * One model against another on the newest windows, as far as neither has been trained on them,
   * but on no less and no more than a hold-out is.
   *
   * @param champion null if there is none
   */
  public Judgement judgeNewest(
      List<Stretch> windows, ForecastModel challenger, ForecastModel champion) {
    long trained = challenger.provenance().lastStep();
    if (champion != null) {
      trained = Math.max(trained, champion.provenance().lastStep());
    }
    TrainingSet set =
        TrainingSet.of(windows, config, TrainingConfig.DEFAULT)
            .since(trained, TrainingConfig.DEFAULT);
    return judge(set.windows(), challenger, champion, since(set.split().holdOutStart(), windows));
  }

  /**
   * One model against another on the targets from a step on.
   *
   * @param champion null if there is none
   */
  public Judgement judgeSince(
      long from, List<Stretch> windows, ForecastModel challenger, ForecastModel champion) {
    return judge(
        TrainingWindows.usable(windows, config), challenger, champion, since(from, windows));
  }

  /** What is judged serves from one history before. */
  private Span since(long from, List<Stretch> windows) {
    long end = windows.stream().mapToLong(Stretch::end).max().orElse(from - 1);
    return new Span(from - config.history(), from, Math.max(from, end + 1));
  }

  /** Models serve from {@code servesFrom} on, targets in {@code [from, to)} count. */
  private record Span(long servesFrom, long from, long to) {}

  private Judgement judge(
      List<Stretch> windows, ForecastModel challenger, ForecastModel champion, Span span) {
    RollingScore rolling = new RollingScore(config, windows);
    RollingScore.Score ofChallenger = score(rolling, challenger, span);
    double naive = Math.min(ofChallenger.naive(), score(rolling, null, span).model());
    if (champion == null || !config.canServe(champion.config())) {
      return new Judgement(scores(ofChallenger, Double.NaN, naive, 0), ofChallenger.blocks());
    }
    RollingScore.Score ofChampion = score(rolling, champion, span);
    PairedTest test = PairedTest.of(ofChallenger.blocks(), ofChampion.blocks(), config.horizon());
    return new Judgement(
        scores(ofChallenger, ofChampion.model(), naive, test.noise()), ofChallenger.blocks());
  }

  private static Scores scores(
      RollingScore.Score challenger, double champion, double naive, double noise) {
    return new Scores(challenger.model(), champion, naive, challenger.targets(), noise, 0);
  }

  private static RollingScore.Score score(RollingScore rolling, ForecastModel model, Span span) {
    return rolling.score(model, span.servesFrom(), span.from(), span.to());
  }
}
