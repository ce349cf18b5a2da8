package io.tidecast.model.artifact;

import io.tidecast.model.weights.ForecastModel;
import java.util.Arrays;

/**
 * A model as it is stored and sent: the artifact and the version in it. Equal if the bytes are.
 *
 * @param version of the model
 * @param bytes see {@link ModelArtifact}; never written
 */
public record ModelFile(String version, byte[] bytes) {

  /** The model as a file. */
  public static ModelFile of(ForecastModel model) {
    return new ModelFile(model.version(), ModelArtifact.write(model));
  }

  /**
   * A file from outside.
   *
   * @throws InvalidArtifactException with the reason, if it is not a whole and unchanged model
   */
  public static ModelFile read(byte[] bytes) throws InvalidArtifactException {
    return new ModelFile(ModelArtifact.read(bytes).version(), bytes);
  }

  /**
   * The model in a file that this program has made or read before.
   *
   * @throws IllegalStateException if it has changed since then
   */
  public ForecastModel open() {
    try {
      ForecastModel model = ModelArtifact.read(bytes);
      if (!model.version().equals(version)) {
        throw new IllegalStateException(
            "Expected model " + version + " but found " + model.version());
      }
      return model;
    } catch (InvalidArtifactException e) {
      throw new IllegalStateException("cannot read model " + version + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelFile file && Arrays.equals(bytes, file.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
