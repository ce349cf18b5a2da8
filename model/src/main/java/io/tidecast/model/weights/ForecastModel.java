package io.tidecast.model.weights;

import io.tidecast.model.ForecasterConfig;
import java.util.List;
import java.util.Optional;

/**
 * A trained model: immutable, shared by all series of its group and by all threads.
 *
 * @param version {@code <group>-<sequence>-<8 hex of the content hash>}; changes with any weight
 * @param config what it was trained for
 * @param layers of the recurrent member, from the inputs upwards; empty if the cell is {@code NONE}
 * @param headOrNull of the recurrent member; null if the cell is {@code NONE}
 * @param highwayOrNull the linear member; null if it was not trained
 * @param provenance where it comes from
 */
public record ForecastModel(
    String version,
    ForecasterConfig config,
    List<CellWeights> layers,
    HeadWeights headOrNull,
    HighwayWeights highwayOrNull,
    Provenance provenance) {
  public ForecastModel {
    layers = List.copyOf(layers);
  }

  /** Of the recurrent member, if it has one. */
  public Optional<HeadWeights> head() {
    return Optional.ofNullable(headOrNull);
  }

  /** The linear member, if it has one. */
  public Optional<HighwayWeights> highway() {
    return Optional.ofNullable(highwayOrNull);
  }
}
