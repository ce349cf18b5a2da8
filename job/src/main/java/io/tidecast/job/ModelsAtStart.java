package io.tidecast.job;

import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.state.Champions;
import io.tidecast.model.artifact.ModelFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The models that a job without a state begins with.
 *
 * @param given models that serve first, whatever the registry says
 * @param registry of the domain
 */
public record ModelsAtStart(JobConfig config, Champions given, Registry registry) {

  /** Those given, and of other groups those that served last and do serve under this file. */
  public Champions champions() {
    return given.orElse(registry.champions(), config.groups());
  }

  /** Which they are, why a group has none, and what of the registry could not be read. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    Champions serving = champions();
    for (String group : config.groups().keySet()) {
      String version = serving.progress(group).version();
      words.add(
          "group "
              + group
              + (version.isEmpty()
                  ? ": no model yet, the seasonal naive serves" + why(group)
                  : ": model " + version));
    }
    registry.refused().forEach(reason -> words.add("  not read: " + reason));
    return words;
  }

  /** Why the model that served last does not; may be empty. */
  private String why(String group) {
    Optional<String> last =
        registry.last(group).map(ModelRecord::version).filter(version -> !version.isEmpty());
    if (last.isEmpty()) {
      return "";
    }
    String hindrance =
        registry
            .champion(group)
            .map(ModelFile::open)
            .flatMap(model -> config.forecaster(group).hindrance(model.config()))
            .map(reason -> "does not serve (" + reason + ")")
            .orElse("is not in " + config.kafkaConfig().topics().model());
    return ": " + last.get() + " " + hindrance;
  }
}
