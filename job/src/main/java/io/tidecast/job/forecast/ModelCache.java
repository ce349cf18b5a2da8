package io.tidecast.job.forecast;

import io.tidecast.job.state.GroupModels;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Models read from their artifacts; the one that was not asked for the longest goes first. */
final class ModelCache {
  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

  private final int size;
  private final LinkedHashMap<String, Optional<ForecastModel>> models =
      new LinkedHashMap<>(16, 0.75f, true);

  ModelCache(int size) {
    this.size = size;
  }

  /** Empty if the model cannot serve under the configuration. */
  Optional<ForecastModel> get(GroupModels.Held held, ForecasterConfig how) {
    Optional<ForecastModel> known = models.get(held.version());
    if (known != null) {
      return known;
    }
    ForecastModel model = new ModelFile(held.version(), held.artifact()).open();
    Optional<String> hindrance = how.hindrance(model.config());
    hindrance.ifPresent(
        why -> LOG.info("{} ({}): the naive serves until a training", held.version(), why));
    Optional<ForecastModel> fitting = hindrance.isEmpty() ? Optional.of(model) : Optional.empty();
    models.put(held.version(), fitting);
    if (models.size() > size) {
      models.remove(models.keySet().iterator().next());
    }
    return fitting;
  }
}
