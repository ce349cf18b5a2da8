package io.tidecast.job.bench;

import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.input.InputLayout;
import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.ForecastModel;
import io.tidecast.model.weights.HeadWeights;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.Provenance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A model of any size at once: what a step costs does not depend on what weights say, and a
 * training at a horizon of weeks takes minutes. Both members forecast about the value of a season
 * ago, so that they serve as trained ones do.
 */
final class DrawnModel {
  private static final float SPREAD = 0.15f;

  private final ForecasterConfig config;
  private final SplittableRandom random = new SplittableRandom(1);

  private DrawnModel(ForecasterConfig config) {
    this.config = config;
  }

  static ForecastModel of(ForecasterConfig config) {
    DrawnModel drawn = new DrawnModel(config);
    return ModelArtifact.seal(
        config,
        drawn.layers(),
        drawn.head(),
        drawn.highway(),
        new Provenance(GeneratedLoad.VARIABLE, 1, "", 1, 0, 1, 1, 1, "bench", 1));
  }

  /** Serves every group of a job from the start; goes through a file in a directory. */
  static Champions champions(JobConfig config, Path directory) throws IOException {
    Path file = directory.resolve("drawn.safetensors");
    Files.write(file, ModelArtifact.write(of(config.forecaster(GeneratedLoad.VARIABLE))));
    return Champions.read(List.of(file), config.groups());
  }

  private List<CellWeights> layers() {
    List<CellWeights> layers = new ArrayList<>();
    int hidden = config.cell().hidden();
    int inputs = InputLayout.of(config).size();
    for (int layer = 0; layer < config.cell().layers(); layer++) {
      double size = 1 / Math.sqrt(inputs + hidden);
      layers.add(
          new LstmWeights(
              inputs,
              hidden,
              floats(4 * hidden * inputs, size),
              floats(4 * hidden * hidden, size),
              floats(4 * hidden, 0.1),
              floats(4 * hidden, 0.1)));
      inputs = hidden;
    }
    return layers;
  }

  private HeadWeights head() {
    int horizon = config.horizon();
    int outputs = horizon * config.levels().size();
    float[] blend = new float[horizon];
    Arrays.fill(blend, -4);
    float[] unit = new float[horizon];
    Arrays.fill(unit, SPREAD);
    return new HeadWeights(
        horizon,
        config.levels().size(),
        config.cell().hidden(),
        floats(outputs * config.cell().hidden(), 0.05),
        floats(outputs, 0.05),
        blend,
        unit);
  }

  private HighwayWeights highway() {
    int horizon = config.horizon();
    int levels = config.levels().size();
    int read = config.history() - 1;
    float[] weight = floats(horizon * read, 0.001);
    float[] residual = new float[horizon * levels];
    for (int h = 0; h < horizon; h++) {
      int stepsBack = Math.floorMod(-(h + 1), config.season());
      if (stepsBack > 0) {
        weight[h * read + read - stepsBack] += 1;
      }
      for (int j = 0; j < levels; j++) {
        residual[h * levels + j] = SPREAD * (j - levels / 2);
      }
    }
    return new HighwayWeights(
        horizon,
        config.history(),
        levels,
        weight,
        floats(horizon * config.covariates().size(), 0.01),
        new float[horizon],
        residual);
  }

  private float[] floats(int size, double deviation) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
