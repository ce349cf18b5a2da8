package io.tidecast.job.cli;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.EndForecasts;
import io.tidecast.job.report.EndReport;
import io.tidecast.job.report.ProgressBars;
import io.tidecast.job.state.Champions;
import io.tidecast.job.state.GroupProgress;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidecast forecast}: what comes after the end of each series of a file. */
@Command(
    name = "forecast",
    description =
        "Forecasts from the end of each series of a file, with a model that was trained before or,"
            + " without one, is trained on the file first; by the naives where that is too short.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast forecast --config conf/ETTh1.yaml --data ETTh1.csv.gz --out next.csv",
      "         tidecast forecast --config conf/ETTh1.yaml --data ETTh1.csv.gz"
          + " --model models/OT-1-0a1b2c3d.safetensors --out next.json"
    })
final class ForecastCommand implements Callable<Integer> {
  @Mixin private FeedFileOption file;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "model file of train or import; may be repeated, one for each group")
  private List<Path> models = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "where forecasts go: a row per series and lead, or, if the name ends in .json, a line per"
              + " series as in the forecast topic; default: rows to the standard output")
  private Path out;

  @Override
  public Integer call() throws Exception {
    Output.requireFile("--out", out);
    JobConfig config = file.job();
    ProgressBars bars = new ProgressBars(System.err, System.console() != null);
    List<EndForecasts.End> ends = new EndForecasts(config, given(config), bars).ends();
    EndReport report = new EndReport(ends);
    try (Writer text = writer()) {
      if (out != null && out.toString().endsWith(".json")) {
        report.writeJson(text);
      } else {
        report.writeRows(text);
      }
    }
    report.remarks().forEach(System.err::println);
    return 0;
  }

  private Map<String, ForecastModel> given(JobConfig config) throws IOException {
    Champions champions = Champions.read(models, config.groups());
    Map<String, ForecastModel> given = new TreeMap<>();
    for (String group : config.groups().keySet()) {
      GroupProgress progress = champions.progress(group);
      if (!progress.version().isEmpty()) {
        given.put(group, new ModelFile(progress.version(), progress.champion()).open());
      }
    }
    return given;
  }

  private Writer writer() throws IOException {
    return out == null
        ? new OutputStreamWriter(System.out, StandardCharsets.UTF_8)
        : Files.newBufferedWriter(out);
  }
}
