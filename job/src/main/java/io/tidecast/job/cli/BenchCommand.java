package io.tidecast.job.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.job.bench.BenchOptions;
import io.tidecast.job.bench.StateBench;
import io.tidecast.job.bench.StepBench;
import io.tidecast.job.offline.Phases;
import io.tidecast.job.report.ProgressBars;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tidecast bench}: what a step, a state, a training and the job cost on this machine. */
@Command(
    name = "bench",
    description =
        "Measures this machine and this build. The last line of standard output is one JSON object.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: tidecast bench step --horizon 168 --hidden 64"})
final class BenchCommand {
  @Spec private CommandSpec spec;

  /** The same options for each bench. */
  static final class Options {
    @Option(names = "--keys", paramLabel = "N", description = "series; default: ${DEFAULT-VALUE}")
    private int keys = 100;

    @Option(
        names = "--records",
        paramLabel = "N",
        description = "observations measured, over all series; default: ${DEFAULT-VALUE}")
    private int records = 120_000;

    @Option(
        names = "--horizon",
        paramLabel = "STEPS",
        description = "leads of a forecast; default: ${DEFAULT-VALUE}")
    private int horizon = 24;

    @Option(
        names = "--hidden",
        paramLabel = "N",
        description = "size of the hidden state; default: ${DEFAULT-VALUE}")
    private int hidden = 32;

    BenchOptions toBench() {
      return new BenchOptions(keys, records, horizon, hidden);
    }
  }

  @Command(
      name = "step",
      description =
          "The whole step of one series beside the network's part of it, in turns: microsPerStep,"
              + " cellMicros, ratio, bytesAllocated.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench step --keys 1000 --horizon 24 --hidden 32"})
  int step(@Mixin Options options) {
    return print(new StepBench(options.toBench(), progress()).run());
  }

  @Command(
      name = "state",
      description =
          "What a series keeps, in its stored form: bytes, bytesRewritten (at every step),"
              + " writeReadMicros.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench state --horizon 168"})
  int state(@Mixin Options options) {
    return print(new StateBench(options.toBench(), progress()).run());
  }

  private static Phases progress() {
    return new ProgressBars(System.err, System.console() != null);
  }

  private int print(ObjectNode result) {
    spec.commandLine().getOut().println(result);
    return 0;
  }
}
