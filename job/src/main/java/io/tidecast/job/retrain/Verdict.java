package io.tidecast.job.retrain;

import io.tidecast.job.state.Outcome;
import io.tidecast.model.train.PromotionGate;
import java.util.Locale;

/** What the gate found, as a decision says it. */
record Verdict(PromotionGate.Scores scores, double margin) {
  boolean promotes() {
    return scores.promotes(margin);
  }

  Outcome.Losses losses() {
    boolean scored = scores.targets() > 0;
    return new Outcome.Losses(
        scored ? scores.challenger() : Double.NaN,
        scores.champion(),
        scored ? scores.naive() : Double.NaN);
  }

  String words() {
    if (scores.targets() == 0) {
      return "no held-out target could be scored";
    }
    return String.format(
        Locale.ROOT,
        "%s %.4f, naive %.4f%s on %d held-out targets",
        promotes() ? "challenger wins:" : "challenger does not win:",
        scores.challenger(),
        scores.naive(),
        Double.isNaN(scores.champion()) ? "" : champion(),
        scores.targets());
  }

  private String steps() {
    return String.format(Locale.ROOT, "; of %.1f times the steps", scores.times());
  }

  private String champion() {
    return String.format(
        Locale.ROOT,
        ", champion %.4f (noise %.4f, margin %.4f%s)",
        scores.champion(),
        scores.noise(),
        margin * scores.champion(),
        scores.knowsMuchMore() ? steps() : "");
  }
}
