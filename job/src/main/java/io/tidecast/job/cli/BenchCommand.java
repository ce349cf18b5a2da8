package io.tidecast.job.cli;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.record.Format;
import io.tidecast.job.bench.BenchOptions;
import io.tidecast.job.bench.FeedBench;
import io.tidecast.job.bench.JobBench;
import io.tidecast.job.bench.RetrainBench;
import io.tidecast.job.bench.StateBench;
import io.tidecast.job.bench.StepBench;
import io.tidecast.job.bench.TrainBench;
import io.tidecast.job.offline.Phases;
import io.tidecast.job.report.ProgressBars;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
    @Option(
        names = "--keys",
        paramLabel = "N",
        description = "series; default: 100, of train 4, of job and retrain 1000")
    private Integer keys;

    @Option(
        names = "--records",
        paramLabel = "N",
        description =
            "observations measured, over all series, of train windows; default: 120000, of train"
                + " 3840")
    private Integer records;

    @Option(
        names = "--backend",
        paramLabel = "NAME",
        description = "of the job's state: hashmap (default) or rocksdb",
        converter = BackendName.class)
    private BenchOptions.Backend backend = BenchOptions.Backend.HASHMAP;

    @Option(
        names = "--format",
        paramLabel = "NAME",
        description = "of the job's records: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Format format = Format.JSON;

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

    BenchOptions toBench(int defaultKeys, int defaultRecords) {
      return new BenchOptions(
          requireNonNullElse(keys, defaultKeys),
          requireNonNullElse(records, defaultRecords),
          backend,
          format,
          horizon,
          hidden);
    }
  }

  /** Of the benches that have peers. */
  static final class PeerOption {
    @Option(
        names = "--peers",
        description = "measures other libraries at the same work as well, in turns")
    private boolean included;
  }

  /** Backends by the names that Flink gives them. */
  static final class BackendName implements ITypeConverter<BenchOptions.Backend> {
    @Override
    public BenchOptions.Backend convert(String name) {
      return switch (name) {
        case "hashmap" -> BenchOptions.Backend.HASHMAP;
        case "rocksdb" -> BenchOptions.Backend.ROCKSDB;
        default -> throw new TypeConversionException(name + "; accepted: hashmap, rocksdb");
      };
    }
  }

  @Command(
      name = "step",
      description =
          "The whole step of one series beside the network's part of it, in turns: microsPerStep,"
              + " cellMicros, ratio, bytesAllocated.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench step --keys 1000 --horizon 24 --hidden 32"})
  int step(@Mixin Options options, @Mixin PeerOption peers) {
    return print(new StepBench(options.toBench(100, 120_000), peers.included, progress()).run());
  }

  @Command(
      name = "state",
      description =
          "What a series keeps, in its stored form: bytes, bytesRewritten (at every step),"
              + " writeReadMicros, correctionBytes (beside it).",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench state --horizon 168"})
  int state(@Mixin Options options) {
    return print(new StateBench(options.toBench(100, 120_000), progress()).run());
  }

  @Command(
      name = "train",
      description = "How fast the recurrent member is trained: windowsPerSecond.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench train --hidden 64 --peers"})
  int train(@Mixin Options options, @Mixin PeerOption peers) {
    return print(new TrainBench(options.toBench(4, 3_840), peers.included, progress()).run());
  }

  @Command(
      name = "job",
      description =
          "The whole job from Kafka to Kafka beside one that passes records through, in turns:"
              + " passThroughPerSecond, forecastsPerSecond, ratio, bytes by topic, latency. Before"
              + " what is measured both are warmed up, until the JVM has compiled itself: by as many"
              + " records, for two minutes at most. Takes a broker of its own; one core is"
              + " measured by taskset -c 0 in front.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench job --keys 10000 --records 300000 --backend rocksdb"})
  int job(@Mixin Options options) throws Exception {
    return print(new JobBench(options.toBench(1_000, 120_000), progress()).run());
  }

  @Command(
      name = "retrain",
      description =
          "The whole job, retrained at the end of every day of its data, one training after the"
              + " other: decisions, and of the first third of the time and the last processor time"
              + " of a record and resident memory, which are to stay as they are.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench retrain --lasting PT30M"})
  int retrain(
      @Mixin Options options,
      @Option(
              names = "--lasting",
              paramLabel = "DURATION",
              defaultValue = "PT5M",
              description = "what is measured; default: ${DEFAULT-VALUE}")
          Duration lasting)
      throws Exception {
    return print(new RetrainBench(options.toBench(1_000, 120_000), lasting, progress()).run());
  }

  @Command(
      name = "feed",
      description =
          "A file of separated fields from disk into a broker of its own, at full speed:"
              + " rowsPerSecond, rowsPerProcessorSecond of the feed's own threads,"
              + " readingMicrosPerRow.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: tidecast bench feed --records 2000000"})
  int feed(@Mixin Options options) throws Exception {
    return print(new FeedBench(options.toBench(100, 120_000), progress()).run());
  }

  private static Phases progress() {
    return new ProgressBars(System.err, System.console() != null);
  }

  private int print(ObjectNode result) {
    spec.commandLine().getOut().println(result);
    return 0;
  }
}
