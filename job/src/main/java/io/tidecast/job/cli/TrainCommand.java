package io.tidecast.job.cli;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.offline.ObservationTopic;
import io.tidecast.job.offline.OfflineTraining;
import io.tidecast.job.report.ProgressBars;
import io.tidecast.job.report.TrainingReports;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidecast train}: a model per group from history, for {@code run --model}. */
@Command(
    name = "train",
    description =
        "Trains a model for each group from a file or from the observation topic, and writes it to"
            + " a file that run and demo can start from.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast train --config conf/ETTh1.yaml --data ETTh1.csv.gz --out models",
      "         tidecast run --config conf/ETTh1.yaml --model models/OT-1-0a1b2c3d.safetensors"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin private FeedFileOption file;

  @Option(names = "--topic", description = "what the observation topic holds now is the history")
  private boolean topic;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description =
          "directory of the model files, <version>.safetensors; default: ${DEFAULT-VALUE}")
  private Path out;

  @Override
  public Integer call() throws Exception {
    Output.requireDirectory("--out", out);
    if (topic && file.hasData()) {
      throw new IllegalArgumentException("--topic: with --data; accepted: one of the two");
    }
    JobConfig config = file.job();
    ProgressBars bars = new ProgressBars(System.err, System.console() != null);
    OfflineTraining training = new OfflineTraining(config, bars);
    List<OfflineTraining.Trained> all =
        topic ? training.train(ObservationTopic.read(config)) : training.train();
    for (OfflineTraining.Trained trained : all) {
      Path written = write(trained.model(), out);
      System.out.print(TrainingReports.words(trained));
      System.out.println("  written to " + written);
    }
    return 0;
  }

  static Path write(ForecastModel model, Path directory) throws IOException {
    Path file = directory.resolve(model.version() + ".safetensors");
    Files.createDirectories(directory);
    return Files.write(file, ModelFile.of(model).bytes());
  }
}
