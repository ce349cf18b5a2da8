package io.tidecast.model.train;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.weights.ForecastModel;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Champion against challenger against the seasonal naive on the newest part of the windows, which
 * what is judged has not seen. Driven by the online forecaster itself: the same steps, the same
 * mixture, the same fallback as in service, from the start of the validation part on.
 *
 * <p>Deterministic in its arguments, whatever the order of the windows. Runs on the calling thread;
 * an interrupted one ends with {@link CancellationException}.
 */
public final class PromotionGate {
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
   * @param naive of the seasonal naive with its empirical error quantiles
   * @param targets number of (target, lead) pairs that were scored; 0 if nothing could be
   */
  public record Scores(double challenger, double champion, double naive, long targets) {
    /**
     * Whether the challenger shall serve: it beats the seasonal naive, and the champion by the
     * margin.
     *
     * @param margin share of the champion's loss that must be gained, such as 0.01
     */
    public boolean promotes(double margin) {
      return targets > 0
          && challenger < naive
          && (Double.isNaN(champion) || challenger < (1 - margin) * champion);
    }
  }

  /** A challenger that has no champion to beat, over its own windows. */
  public Scores score(TrainingResult.Chosen chosen) {
    return score(chosen, List.of());
  }

  /** Challenger against champion, over the challenger's windows. */
  public Scores score(TrainingResult.Chosen chosen, ForecastModel champion) {
    return score(chosen, List.of(champion));
  }

  private Scores score(TrainingResult.Chosen chosen, List<ForecastModel> champions) {
    TimeSplit split = chosen.split();
    RollingScore rolling = new RollingScore(config, chosen.set().windows());
    RollingScore.Score ofChallenger = score(rolling, chosen.model(), split);
    double ofChampion =
        champions.stream()
            .filter(model -> config.sharesWeightsWith(model.config()))
            .mapToDouble(model -> score(rolling, model, split).model())
            .findFirst()
            .orElse(Double.NaN);
    return new Scores(
        ofChallenger.model(), ofChampion, ofChallenger.naive(), ofChallenger.targets());
  }

  private static RollingScore.Score score(
      RollingScore rolling, ForecastModel model, TimeSplit split) {
    return rolling.score(model, split.validationStart(), split.holdOutStart(), split.end() + 1);
  }
}
