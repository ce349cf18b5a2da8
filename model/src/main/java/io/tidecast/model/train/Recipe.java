package io.tidecast.model.train;

import java.util.Optional;

/** What the validation part has chosen, to be done again on the whole history. */
final class Recipe {
  private final RidgeBlend blend;
  private final RecurrentFit.Fitted network;

  /**
   * @param blend of the linear maps; null if there is none
   * @param network after the chosen updates; null if there is none
   */
  Recipe(RidgeBlend blend, RecurrentFit.Fitted network) {
    this.blend = blend;
    this.network = network;
  }

  Optional<RidgeBlend> blend() {
    return Optional.ofNullable(blend);
  }

  Optional<RecurrentFit.Fitted> network() {
    return Optional.ofNullable(network);
  }
}
