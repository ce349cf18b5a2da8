package io.tidecast.job.forecast;

import io.tidecast.job.state.GroupModels;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models read from their artifacts: so many at most, and so many bytes of artifacts. The one that
 * was not asked for the longest goes first, and is read again when it is.
 */
final class ModelCache {
  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);

  /** Of a subtask. */
  static final long MAX_BYTES = 256L << 20;

  private final int size;
  private final long maxBytes;
  private final LinkedHashMap<String, Read> models = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /** With null for a model that cannot serve. */
  private record Read(ForecastModel model, int bytes) {}

  ModelCache(int size, long maxBytes) {
    this.size = size;
    this.maxBytes = maxBytes;
  }

  /** Empty if the model cannot serve under the configuration. */
  Optional<ForecastModel> get(GroupModels.Held held, ForecasterConfig how) {
    Read known = models.get(held.version());
    if (known == null) {
      known = read(held, how);
      models.put(held.version(), known);
      bytes += known.bytes();
      makeRoom();
    }
    return Optional.ofNullable(known.model());
  }

  private static Read read(GroupModels.Held held, ForecasterConfig how) {
    ForecastModel model = new ModelFile(held.version(), held.artifact()).open();
    Optional<String> hindrance = how.hindrance(model.config());
    hindrance.ifPresent(
        why -> LOG.info("{} ({}): the naive serves until a training", held.version(), why));
    return hindrance.isPresent() ? new Read(null, 0) : new Read(model, held.artifact().length);
  }

  /** The one that is asked for is there, however large it is. */
  private void makeRoom() {
    Iterator<Read> oldest = models.values().iterator();
    while (models.size() > 1 && (models.size() > size || bytes > maxBytes)) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }
}
