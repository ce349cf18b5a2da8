package io.tidecast.job.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.offline.OfflineTraining;
import io.tidecast.model.train.TrainingReport;
import java.util.List;
import java.util.Locale;

/** A training's report as JSON and in words. */
public final class TrainingReports {
  private TrainingReports() {}

  static void addTo(ObjectNode json, TrainingReport report) {
    json.put("rows", report.rows());
    json.put("windows", report.windows());
    json.put("refusedWindows", report.refusedWindows());
    json.put("updates", report.updates());
    json.put("bestRound", report.bestRound());
    json.put("clippedSteps", report.clippedSteps());
    json.put("nonFiniteSteps", report.nonFiniteSteps());
    json.put("seconds", report.seconds());
    add(json.putArray("losses"), report.losses());
    add(json.putArray("validation"), report.validation());
    add(json.putArray("gradientNormByLag"), report.gradientNormByLag());
  }

  private static void add(ArrayNode json, List<Double> values) {
    for (double value : values) {
      json.add(Double.isFinite(value) ? Double.valueOf(value) : null);
    }
  }

  /** In words, a line each for the training and for the scores. */
  public static String words(OfflineTraining.Trained trained) {
    return String.format(
        Locale.ROOT,
        "%s: %s%n  newest part: pinball %.4f, seasonal naive %.4f, over %,d targets%n",
        trained.model().version(),
        words(trained.report()),
        trained.held().challenger(),
        trained.held().naive(),
        trained.held().targets());
  }

  static String words(TrainingReport report) {
    int rounds = report.validation().size() - 1;
    String kept =
        report.validation().isEmpty()
            ? "no rounds"
            : String.format(
                Locale.ROOT,
                "round %d of %d kept, validation pinball %.4f (%.4f at the start)",
                report.bestRound(),
                rounds,
                report.validation().get(report.bestRound()),
                report.validation().get(0));
    return String.format(
        Locale.ROOT,
        "%,d steps, %,d updates, %s; %d clipped, %d dropped as not finite; %.1f s",
        report.rows(),
        report.updates(),
        kept,
        report.clippedSteps(),
        report.nonFiniteSteps(),
        report.seconds());
  }
}
