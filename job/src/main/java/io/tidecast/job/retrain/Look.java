package io.tidecast.job.retrain;

import io.tidecast.job.state.GroupProgress;
import io.tidecast.job.state.Outcome;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.BlockLosses;
import io.tidecast.model.online.DriftTest;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.weights.ForecastModel;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A look at the champion on what has come since, over a bounded sample of the group's series: that
 * is enough to judge by, and costs the same however many there are.
 */
final class Look {
  private static final int SERIES = 32;

  private final PromotionGate gate;
  private final List<Stretch> windows;
  private final GroupTrainer.Request request;
  private final ForecasterConfig config;
  private DriftTest drift;
  private String words = "";

  Look(
      PromotionGate gate,
      List<Stretch> windows,
      GroupTrainer.Request request,
      ForecasterConfig config) {
    this.gate = gate;
    this.windows = sample(windows, request);
    this.request = request;
    this.config = config;
    drift = request.now().drift();
  }

  private static List<Stretch> sample(List<Stretch> windows, GroupTrainer.Request request) {
    Set<String> series =
        windows.stream()
            .map(Stretch::series)
            .distinct()
            .sorted(Comparator.comparingLong(key -> Hashing.mix(key, request.group().hashCode())))
            .limit(SERIES)
            .collect(Collectors.toSet());
    return windows.stream().filter(window -> series.contains(window.series())).toList();
  }

  /**
   * That the version before serves again, if the champion does worse beyond noise; else null.
   *
   * @param open gives the model in a file; null if it is of another configuration
   */
  Outcome giveUp(ForecastModel champion, Function<ModelFile, ForecastModel> open) {
    GroupProgress.Watch watch = request.now().watch();
    if (!watch.isOn(request.boundary())) {
      return null;
    }
    ModelFile file = watch.predecessor().orElseThrow();
    ForecastModel predecessor = open.apply(file);
    if (predecessor == null) {
      return null;
    }
    long first = config.grid().lastEndedBy(watch.from()) + 1;
    PromotionGate.Scores scores = gate.judgeSince(first, windows, champion, predecessor).scores();
    if (scores.targets() == 0) {
      return null;
    }
    String compared =
        String.format(
            Locale.ROOT,
            "%.4f against %.4f of %s on the same %d targets since (noise %.4f)",
            scores.challenger(),
            scores.champion(),
            file.version(),
            scores.targets(),
            scores.noise());
    if (scores.isWorse()) {
      return new Outcome.RolledBack(
          file.version(),
          file.bytes(),
          champion.version() + " does worse than the version before: " + compared + notDone(),
          new Outcome.Losses(scores.challenger(), scores.champion(), scores.naive()));
    }
    words = "; watched: " + compared;
    return null;
  }

  /** One decision is taken at a boundary. */
  private String notDone() {
    return request.errand() instanceof GroupTrainer.Errand.Judge brought
        ? "; " + brought.reason() + ", which was not looked at: ask again"
        : "";
  }

  /** Goes on with the test for drift. */
  void test(ForecastModel champion) {
    long oldest = config.grid().lastEndedBy(request.boundary()) - config.history();
    long from = Math.max(drift.end(), oldest);
    // a block counts once all series have it
    long known =
        windows.stream()
            .collect(
                Collectors.groupingBy(Stretch::series, Collectors.summarizingLong(Stretch::end)))
            .values()
            .stream()
            .mapToLong(ends -> ends.getMax())
            .filter(end -> end >= from)
            .min()
            .orElse(from - 1);
    BlockLosses blocks = gate.judgeSince(from, windows, champion, null).blocks();
    drift = drift.after(blocks.completeBy(known));
  }

  DriftTest drift() {
    return drift;
  }

  String driftInWords() {
    return String.format(
        Locale.ROOT,
        "drift: evidence %.3g that the model has come to do worse (alarm at %d), for %d blocks",
        drift.evidence(),
        DriftTest.ALARM,
        drift.blocksSinceChange());
  }

  /** What was seen beside; may be empty. */
  String words() {
    return words;
  }
}
