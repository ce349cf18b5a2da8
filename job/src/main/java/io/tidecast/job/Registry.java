package io.tidecast.job;

import static io.tidecast.model.Checks.that;

import io.tidecast.connectors.kafka.CommittedTopic;
import io.tidecast.connectors.kafka.KafkaConfig;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the model topic holds: the decisions of each group and the models they promoted. A record
 * that cannot be read, or whose model is not what it is called, is not part of it.
 */
public final class Registry {
  private final Map<String, TreeMap<Long, ModelRecord>> decisions = new TreeMap<>();

  /** By group, as it was committed last. */
  private final Map<String, ModelRecord> newest = new TreeMap<>();

  /** By version, as it was promoted last. */
  private final Map<String, ModelRecord> models = new TreeMap<>();

  private final List<String> refused = new ArrayList<>();

  private Registry() {}

  /** One that nothing has been decided in. */
  public static Registry empty() {
    return new Registry();
  }

  /** All that is committed at the time of the call. */
  public static Registry read(KafkaConfig kafka) {
    Registry registry = new Registry();
    CommittedTopic.read(kafka, kafka.topics().model(), registry::take);
    return registry;
  }

  void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return; // a tombstone
    }
    if (record.key() == null) {
      refused.add("offset " + record.offset() + ": key: absent; accepted: that of its record");
      return;
    }
    try {
      RawRecord raw = RawRecord.of(record, ModelRecord.SECONDS);
      take(
          new String(raw.key(), StandardCharsets.UTF_8),
          ModelJsonV1.read(raw.value(), raw.header()));
    } catch (IllegalArgumentException | InvalidArtifactException e) {
      refused.add("offset " + record.offset() + ": " + e.getMessage());
    }
  }

  private void take(String key, ModelRecord record) throws InvalidArtifactException {
    if (key.equals(record.decisionKey())) {
      decisions
          .computeIfAbsent(record.group(), group -> new TreeMap<>())
          .put(record.boundary().toEpochMilli(), record);
      newest.put(record.group(), record);
    } else if (key.equals(record.versionKey()) || key.equals(record.championKey())) {
      requireOwn(record, ModelArtifact.read(record.artifact()));
      models.put(record.version(), record);
    } else {
      throw new IllegalArgumentException("key " + key + " is not that of its record");
    }
  }

  private static void requireOwn(ModelRecord record, ForecastModel found) {
    that(
        found.version().equals(record.version()),
        "version",
        record.version(),
        "that of the model in it, " + found.version());
    that(
        found.provenance().group().equals(record.group()),
        "group",
        record.group(),
        "that of the model in it, " + found.provenance().group());
  }

  /** Decisions of a group, oldest first. */
  public List<ModelRecord> decisions(String group) {
    return List.copyOf(decisions.getOrDefault(group, new TreeMap<>()).values());
  }

  /**
   * The decision of a group that was committed last: after a run from the beginning there may be
   * others of later boundaries, of the run before.
   */
  public Optional<ModelRecord> last(String group) {
    return Optional.ofNullable(newest.get(group));
  }

  /** The versions of a group, with their models, by sequence. */
  public List<ModelRecord> versions(String group) {
    return models.values().stream()
        .filter(model -> model.group().equals(group))
        .sorted((a, b) -> a.boundary().compareTo(b.boundary()))
        .toList();
  }

  /** A version with its model. */
  public Optional<ModelRecord> version(String version) {
    return Optional.ofNullable(models.get(version));
  }

  /** The model that serves a group after its newest decision. */
  public Optional<ModelFile> champion(String group) {
    return last(group)
        .flatMap(decision -> version(decision.version()))
        .map(record -> new ModelFile(record.version(), record.artifact()));
  }

  /** The models that serve after the newest decisions, by group. */
  public Map<String, ModelFile> champions() {
    Map<String, ModelFile> serving = new TreeMap<>();
    for (String group : decisions.keySet()) {
      champion(group).ifPresent(model -> serving.put(group, model));
    }
    return serving;
  }

  /** Why records are not part of it. */
  public List<String> refused() {
    return List.copyOf(refused);
  }
}
