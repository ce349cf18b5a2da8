package io.tidecast.model.member;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.weights.ForecastModel;
import java.util.Optional;

/**
 * A model version laid out for stepping one key at a time. Holds scratch space: for one thread.
 *
 * @param recurrent absent if the cell is {@code NONE}
 * @param highway absent if it was not trained or is switched off
 */
public record PackedModel(
    String version, Optional<RecurrentMember> recurrent, Optional<HighwayMember> highway) {

  public static PackedModel of(ForecastModel model, ForecasterConfig config) {
    requireTrainedFor(config, model);
    return new PackedModel(
        model.version(),
        model.head().map(head -> new RecurrentMember(model, config)),
        model.highway().filter(highway -> !config.ablation().noHighway()).map(HighwayMember::new));
  }

  private static void requireTrainedFor(ForecasterConfig config, ForecastModel model) {
    ForecasterConfig trained = model.config().withAblation(config.ablation());
    if (!trained.equals(config)) {
      throw new IllegalArgumentException(
          "Expected a model for " + config + " but " + model.version() + " is for " + trained);
    }
  }
}
