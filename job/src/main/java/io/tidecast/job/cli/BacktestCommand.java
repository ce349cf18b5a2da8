package io.tidecast.job.cli;

import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.offline.Account;
import io.tidecast.job.offline.BacktestRun;
import io.tidecast.job.offline.Part;
import io.tidecast.job.offline.SplitRows;
import io.tidecast.job.report.BacktestPictures;
import io.tidecast.job.report.BacktestReport;
import io.tidecast.job.report.ProgressBars;
import io.tidecast.model.CellConfig;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidecast backtest}: the online forecaster over a file, beside what else one could use. */
@Command(
    name = "backtest",
    description =
        "Trains on the first part of a file, chooses on the second, and scores every origin of the"
            + " last with the online forecaster, beside simple methods on the same origins.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast backtest --config conf/ETTh1.yaml --data ETTh1.csv.gz"
          + " --split 8640,2880,2880 --horizon 48 --json result.json --plot pictures"
    })
final class BacktestCommand implements Callable<Integer> {
  @Mixin private FeedFileOption file;

  @Option(
      names = "--split",
      paramLabel = "TRAIN,VALIDATION,TEST",
      description =
          "rows of each part, in steps of the grid from the first on; default: 60, 20 and 20 %% of"
              + " all")
  private String split;

  @Option(
      names = "--mode",
      defaultValue = "frozen",
      paramLabel = "MODE",
      description =
          "frozen: the first part is trained on, the second chooses, and that is it; online: the"
              + " epochs of the configuration, exactly as in the job; default: ${DEFAULT-VALUE}")
  private BacktestRun.Mode mode;

  @Option(names = "--horizon", paramLabel = "STEPS", description = "in place of the configured one")
  private Integer horizon;

  @Option(
      names = "--cell",
      paramLabel = "CELL",
      description = "in place of the configured one: ${COMPLETION-CANDIDATES}")
  private CellConfig.Kind cell;

  @Option(
      names = "--ablate",
      split = ",",
      paramLabel = "PART",
      description = "one more row each, without that part: ${COMPLETION-CANDIDATES}")
  private List<Part> ablate = List.of();

  @Option(
      names = "--stride",
      defaultValue = "1",
      paramLabel = "STEPS",
      description = "steps from one origin that counts to the next; default: ${DEFAULT-VALUE}")
  private int stride;

  @Option(
      names = "--forecasts",
      paramLabel = "FILE",
      description =
          "writes every origin that counts there, a row per lead with all quantiles and the actual"
              + " value (CSV); with several groups, a file each")
  private Path forecasts;

  @Option(
      names = "--against",
      paramLabel = "FILE",
      description =
          "one more row: forecasts made elsewhere, in the form of --forecasts (series, origin,"
              + " lead and a column per level)")
  private Path against;

  @Option(names = "--json", paramLabel = "FILE", description = "writes all results there")
  private Path json;

  @Option(names = "--plot", paramLabel = "DIR", description = "writes pictures (PNG) there")
  private Path pictures;

  @Override
  public Integer call() throws Exception {
    Output.requireFile("--forecasts", forecasts);
    Output.requireFile("--json", json);
    Output.requireDirectory("--plot", pictures);
    ConfigFile config = file.read();
    config = horizon == null ? config : config.with("forecast.horizon", horizon.toString());
    config = cell == null ? config : config.with("model.cell", cell.toString());
    BacktestRun.Options options =
        new BacktestRun.Options(
            config,
            split == null ? null : SplitRows.parse(split),
            mode,
            parts(),
            stride,
            forecasts,
            against);
    BacktestReport report =
        BacktestReport.of(
            new BacktestRun(options, new ProgressBars(System.err, System.console() != null)));
    System.out.print(report.table());
    Account.OfFile read = Account.ofFile(config.job());
    System.out.print(read.words());
    if (json != null) {
      report.writeJson(json, read);
    }
    if (pictures != null) {
      new BacktestPictures(pictures).write(report);
    }
    return 0;
  }

  private Set<Part> parts() {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    parts.addAll(ablate);
    return parts;
  }
}
