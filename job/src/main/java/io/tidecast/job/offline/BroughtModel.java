package io.tidecast.job.offline;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A model file that somebody brings: what must hold before it is looked at any further. */
public final class BroughtModel {
  private static final int TRIED_STEPS = 100;

  private final Path file;

  private BroughtModel(Path file) {
    this.file = file;
  }

  /**
   * Reads a file.
   *
   * @param groups of the job: how their series are forecast
   * @throws IllegalArgumentException if it holds no model, none that serves under this
   *     configuration, or one that breaks on a made-up series
   */
  public static ForecastModel read(Path file, Map<String, ForecasterConfig> groups)
      throws IOException {
    return new BroughtModel(file).read(groups);
  }

  private ForecastModel read(Map<String, ForecasterConfig> groups) throws IOException {
    try {
      ForecastModel model = ModelArtifact.importFrom(Files.readAllBytes(file));
      ForecasterConfig how = groups.get(model.provenance().group());
      if (how == null) {
        throw refused("is of no group here; accepted: a model for one of " + groups.keySet());
      }
      how.hindrance(model.config())
          .ifPresent(
              why -> {
                throw refused("does not serve under this configuration: " + why);
              });
      requireForecasts(model, how);
      return model;
    } catch (InvalidArtifactException e) {
      throw new IllegalArgumentException(
          file + ": " + e.getMessage() + "; accepted: a model in safetensors", e);
    }
  }

  private IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(file + ": " + why);
  }

  /** A made-up series must come through: what breaks on it would break the job. */
  private void requireForecasts(ForecastModel model, ForecasterConfig config) {
    SeriesForecaster forecaster = new SeriesForecaster(config, Integer.MAX_VALUE);
    SeriesState state = forecaster.newState();
    float[] covariates = new float[config.width()];
    double middle = Math.max(config.limits().minimum(), Math.min(config.limits().maximum(), 100));
    try {
      for (int t = 0; t < config.history() + 2 * config.horizon() + TRIED_STEPS; t++) {
        float value = (float) (middle * (1 + 0.01 * Math.sin(t)));
        forecaster.step(state, new ClosedStep(t, value, covariates), model);
      }
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          file + ": breaks on a series that was tried: " + e + "; accepted: a model that serves",
          e);
    }
  }
}
