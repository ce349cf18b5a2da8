package io.tidecast.job.demo;

import io.tidecast.connectors.record.ModelRecord;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a person sees of a running demo: a line for each decision, and a line of figures, redrawn in
 * place on a terminal, else printed every ten seconds. One thread.
 */
final class ProgressView {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final PrintStream out;
  private final boolean terminal;
  private final long started = System.nanoTime();
  private long lastLine = started - BETWEEN_LINES.toNanos();
  private int shownDecisions;

  ProgressView(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  void say(String line) {
    erase();
    out.println(line);
  }

  void show(TopicTally tally, String feeding) {
    List<ModelRecord> decisions = tally.decisions();
    while (shownDecisions < decisions.size()) {
      ModelRecord decision = decisions.get(shownDecisions++);
      if (!decision.decision().equals("not-triggered")) {
        say(sentence(decision));
      }
    }
    boolean due = System.nanoTime() - lastLine >= BETWEEN_LINES.toNanos();
    if (terminal || due) {
      erase();
      out.print(figures(tally, feeding) + (terminal ? "" : System.lineSeparator()));
      out.flush();
      lastLine = System.nanoTime();
    }
  }

  private void erase() {
    if (terminal) {
      out.print("\r\u001b[K");
    }
  }

  private static String sentence(ModelRecord decision) {
    String serving = decision.version().isEmpty() ? "no model yet" : decision.version();
    return "  %s  %s: %s; serving %s from %s (%s)"
        .formatted(
            decision.boundary(),
            decision.group(),
            decision.decision(),
            serving,
            decision.validFrom(),
            decision.reason());
  }

  private String figures(TopicTally tally, String feeding) {
    List<String> parts = new ArrayList<>();
    parts.add(words("%4ds", (System.nanoTime() - started) / 1_000_000_000));
    parts.add(feeding + " fed");
    parts.add(words("%,d in", tally.observations()));
    parts.add("forecasts " + byQuality(tally.forecasts()));
    parts.add(
        words("refused %d, late %d, masked %d", tally.rejected(), tally.late(), tally.masked()));
    serving(tally).forEach((group, version) -> parts.add(version));
    tally
        .errors()
        .ifPresent(
            errors ->
                parts.add(
                    words(
                        "MAE %.3f (naive %.3f, persistence %.3f)",
                        errors.mae(), errors.naiveMae(), errors.persistenceMae())));
    return String.join(" | ", parts);
  }

  /** With the digits and marks that everything else is printed with. */
  static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String byQuality(Map<String, Long> forecasts) {
    if (forecasts.isEmpty()) {
      return "0";
    }
    List<String> parts = new ArrayList<>();
    forecasts.forEach((quality, count) -> parts.add(words("%,d %s", count, quality)));
    return String.join(", ", parts);
  }

  private static Map<String, String> serving(TopicTally tally) {
    Map<String, String> serving = new TreeMap<>();
    for (ModelRecord decision : tally.decisions()) {
      if (!decision.version().isEmpty()) {
        serving.put(decision.group(), decision.version());
      }
    }
    return serving;
  }
}
