package io.tidecast.job.state;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Models that serve from the first origin on, so that the first day of a group is not naive. They
 * are part of a job's configuration: a job that goes on from a checkpoint is started with the same
 * ones, and they end with the first promotion.
 */
public final class Champions implements Serializable {
  private static final long serialVersionUID = 1;

  public static final Champions NONE = new Champions(Map.of());

  private final Map<String, GroupProgress> byGroup;

  private Champions(Map<String, GroupProgress> byGroup) {
    this.byGroup = new TreeMap<>(byGroup);
  }

  /**
   * Reads model files, at most one per group.
   *
   * @param groups of the job: how their series are forecast
   * @throws IllegalArgumentException if a file is no model artifact, or not for this job
   */
  public static Champions read(List<Path> files, Map<String, ForecasterConfig> groups)
      throws IOException {
    Map<String, GroupProgress> byGroup = new TreeMap<>();
    for (Path file : files) {
      byte[] artifact = Files.readAllBytes(file);
      ForecastModel model = decode(file, artifact);
      String group = model.provenance().group();
      ForecasterConfig how = groups.get(group);
      if (how == null) {
        throw refused(file, "a model for one of the groups " + groups.keySet());
      }
      how.hindrance(model.config())
          .ifPresent(
              why -> {
                throw refused(file, "a model that serves under this configuration (" + why + ")");
              });
      GroupProgress progress =
          GroupProgress.startingWith(model.provenance().sequence(), model.version(), artifact);
      if (byGroup.put(group, progress) != null) {
        throw refused(file, "one model per group, but there are two for " + group);
      }
    }
    return new Champions(byGroup);
  }

  private static ForecastModel decode(Path file, byte[] artifact) {
    try {
      return ModelArtifact.read(artifact);
    } catch (InvalidArtifactException e) {
      throw refused(file, "a model artifact (" + e.getMessage() + ")");
    }
  }

  private static IllegalArgumentException refused(Path file, String accepted) {
    return new IllegalArgumentException("--model: " + file + "; accepted: " + accepted);
  }

  /**
   * These, and for other groups the models of a registry, as far as they serve under this
   * configuration.
   *
   * @param registry by group
   */
  public Champions orElse(Map<String, ModelFile> registry, Map<String, ForecasterConfig> groups) {
    Map<String, GroupProgress> all = new TreeMap<>(byGroup);
    registry.forEach(
        (group, file) -> {
          ForecastModel model = file.open();
          if (groups.containsKey(group)
              && groups.get(group).canServe(model.config())
              && !all.containsKey(group)) {
            int sequence = model.provenance().sequence();
            all.put(group, GroupProgress.startingWith(sequence, file.version(), file.bytes()));
          }
        });
    return new Champions(all);
  }

  /** Where the retraining of a group stands before its first boundary. */
  public GroupProgress progress(String group) {
    return byGroup.getOrDefault(group, GroupProgress.NONE);
  }
}
