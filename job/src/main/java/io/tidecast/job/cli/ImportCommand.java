package io.tidecast.job.cli;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "import",
    description =
        "Makes a model file that run and demo can start from out of one that was trained elsewhere,"
            + " such as with PyTorch: safetensors with the tensors and the metadata of a file that"
            + " train has written.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: tidecast import --config conf/ETTh1.yaml --out models from-pytorch.safetensors",
      "         tidecast run --config conf/ETTh1.yaml --model models/OT-1-0a1b2c3d.safetensors"
    })
final class ImportCommand implements Callable<Integer> {
  private static final int TRIED_STEPS = 100;

  @Mixin private ConfigOption file;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "directory of the model file, <version>.safetensors; default: ${DEFAULT-VALUE}")
  private Path out;

  @Parameters(paramLabel = "MODEL", description = "the file that was made elsewhere")
  private Path foreign;

  @Override
  public Integer call() throws Exception {
    ForecastModel model = read(file.job().groups());
    Path written = TrainCommand.write(model, out);
    System.out.println(model.version() + "  written to " + written);
    return 0;
  }

  /** A made-up series must come through: what breaks on it would break the job. */
  private void requireForecasts(ForecastModel model) {
    ForecasterConfig config = model.config();
    SeriesForecaster forecaster = new SeriesForecaster(config, Integer.MAX_VALUE);
    SeriesState state = forecaster.newState();
    float[] covariates = new float[config.covariates().size()];
    double middle = Math.max(config.limits().minimum(), Math.min(config.limits().maximum(), 100));
    try {
      for (int t = 0; t < config.history() + 2 * config.horizon() + TRIED_STEPS; t++) {
        float value = (float) (middle * (1 + 0.01 * Math.sin(t)));
        forecaster.step(state, new ClosedStep(t, value, covariates), model);
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          foreign + ": breaks on a series that was tried: " + e + "; accepted: a model that serves",
          e);
    }
  }

  private ForecastModel read(Map<String, ForecasterConfig> groups) throws Exception {
    try {
      ForecastModel model = ModelArtifact.importFrom(Files.readAllBytes(foreign));
      ForecasterConfig how = groups.get(model.provenance().group());
      if (how == null || !how.sharesWeightsWith(model.config())) {
        throw new IllegalArgumentException(
            foreign
                + ": is for another configuration; accepted: a model with this one, for one of the"
                + " groups "
                + groups.keySet());
      }
      requireForecasts(model);
      return model;
    } catch (InvalidArtifactException e) {
      throw new IllegalArgumentException(
          foreign + ": " + e.getMessage() + "; accepted: a model in safetensors", e);
    }
  }
}
