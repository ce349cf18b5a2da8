package io.tidecast.job.cli;

import io.tidecast.connectors.kafka.DeadLetterTopic;
import io.tidecast.connectors.record.DeadLetter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidecast dlq}: what was refused, and the way back for it. */
@Command(
    name = "dlq",
    description = "Lists the observations that were refused, and publishes chosen ones again.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(list | replay)",
    footer = {
      "",
      "Example: tidecast dlq list --config conf/weather.yaml --reason no-variable",
      "         tidecast dlq replay --config conf/weather.yaml --reason no-variable"
    })
final class DlqCommand {
  private static final int SHOWN = 80;

  @Spec private CommandSpec spec;

  /** Which dead letters. */
  static final class Choice implements Predicate<DeadLetterTopic.Entry> {
    @Option(
        names = "--reason",
        split = ",",
        paramLabel = "REASON",
        description = "only those refused for it, such as malformed or late; may be repeated")
    private Set<String> reasons = Set.of();

    @Option(
        names = "--source",
        split = ",",
        paramLabel = "PARTITION@OFFSET",
        description =
            "only these records, as list names them: those of a topic of others with its name,"
                + " TOPIC:PARTITION@OFFSET")
    private Set<String> sources = Set.of();

    @Option(
        names = "--since",
        paramLabel = "TIME",
        description = "only those refused at this time or later (RFC 3339)")
    private Instant since = Instant.MIN;

    @Option(
        names = "--until",
        paramLabel = "TIME",
        description = "only those refused before this time (RFC 3339)")
    private Instant until = Instant.MAX;

    @Override
    public boolean test(DeadLetterTopic.Entry entry) {
      return (reasons.isEmpty() || reasons.contains(entry.letter().reason()))
          && (sources.isEmpty() || sources.contains(entry.source()))
          && !entry.refused().isBefore(since)
          && entry.refused().isBefore(until);
    }

    void requireSources() {
      for (String source : sources) {
        if (!source.matches("(.+:)?\\d+@\\d+")) {
          throw new IllegalArgumentException(
              "--source: " + source + "; accepted: PARTITION@OFFSET, as list names them");
        }
      }
    }

    boolean isAll() {
      return reasons.isEmpty()
          && sources.isEmpty()
          && since.equals(Instant.MIN)
          && until.equals(Instant.MAX);
    }
  }

  @Command(
      description =
          "Prints a line for each dead letter: where its record stands in the observation topic,"
              + " when it was refused and why, and its value; then how many there are of each"
              + " reason.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast dlq list --config conf/weather.yaml --reason malformed"})
  int list(@Mixin ConfigOption file, @Mixin Choice choice) throws IOException {
    choice.requireSources();
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Long> reasons = new TreeMap<>();
    new DeadLetterTopic(file.job().kafkaConfig())
        .read(
            entry -> {
              if (choice.test(entry)) {
                reasons.merge(entry.letter().reason(), 1L, Long::sum);
                out.println(line(entry));
              }
            });
    out.println(reasons.isEmpty() ? "none" : reasons);
    out.flush();
    return 0;
  }

  @Command(
      description =
          "Publishes the records of chosen dead letters again, at the end of the partition they"
              + " came from, a topic of others included, once a change makes them acceptable: a variable that is configured"
              + " now, limits, a clock. Each is replayed once, however often this is called; what"
              + " is refused again is a dead letter again.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast dlq replay --config conf/weather.yaml --source 0@1723,2@18"})
  int replay(
      @Mixin ConfigOption file,
      @Mixin Choice choice,
      @Option(names = "--all", description = "all that there are") boolean all)
      throws IOException {
    choice.requireSources();
    if (all != choice.isAll()) {
      throw new IllegalArgumentException(
          "--all: "
              + (all ? "with a choice" : "absent")
              + "; accepted: either --all or one of --reason, --source, --since, --until");
    }
    DeadLetterTopic.Replay replay = new DeadLetterTopic(file.job().kafkaConfig()).replay(choice);
    spec.commandLine().getOut().println(replay.records() + " records published again");
    for (String source : replay.lost()) {
      spec.commandLine()
          .getErr()
          .println(source + ": the letter has not all of it, and its topic not any more");
    }
    return replay.lost().isEmpty() ? 0 : 1;
  }

  private static String line(DeadLetterTopic.Entry entry) {
    DeadLetter letter = entry.letter();
    return "%s  %s  %s%s  %s  %s"
        .formatted(
            entry.source(),
            entry.refused(),
            letter.reason(),
            entry.isReplayed() ? " (replayed)" : "",
            printable(letter.detail()),
            printable(letter.value() == null ? "" : text(letter.value())));
  }

  private static String text(byte[] value) {
    return new String(value, 0, Math.min(value.length, 4 * SHOWN), StandardCharsets.UTF_8);
  }

  /** What a record holds shall not write on a terminal what it likes. */
  private static String printable(String text) {
    String plain = text.replaceAll("[\\p{Cntrl}\\p{Cf}]", " ");
    return plain.length() <= SHOWN ? plain : plain.substring(0, SHOWN) + "...";
  }
}
