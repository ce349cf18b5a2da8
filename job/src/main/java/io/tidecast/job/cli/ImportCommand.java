package io.tidecast.job.cli;

import io.tidecast.job.offline.BroughtModel;
import io.tidecast.model.weights.ForecastModel;
import java.nio.file.Path;
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
    ForecastModel model = BroughtModel.read(foreign, file.job().groups());
    Path written = TrainCommand.write(model, out);
    System.out.println(model.version() + "  written to " + written);
    return 0;
  }
}
