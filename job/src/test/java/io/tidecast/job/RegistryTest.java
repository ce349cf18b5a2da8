package io.tidecast.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.HighwayWeights;
import io.tidecast.model.weights.Provenance;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What is in the model topic, whoever has written there. */
class RegistryTest {
  private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

  private final Registry registry = Registry.empty();
  private long offset;

  private void take(String key, byte[] value) {
    registry.take(
        new ConsumerRecord<>(
            "t.model.v1", 0, offset++, key.getBytes(StandardCharsets.UTF_8), value));
  }

  private void take(String key, ModelRecord record) {
    take(key, ModelJsonV1.write(record));
  }

  private static ModelRecord decided(String group, Instant at, String version, byte[] artifact) {
    return new ModelRecord(
        group,
        at,
        at,
        "promoted",
        version,
        "",
        "",
        0,
        0,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        artifact);
  }

  private static ModelFile model() {
    ForecasterConfig config = ForecasterConfig.of(Duration.ofHours(1), 3, 24, 0);
    int levels = config.levels().size();
    HighwayWeights map =
        new HighwayWeights(
            3, 2, levels, new float[3], new float[0], new float[3], new float[3 * levels]);
    Provenance from = new Provenance("test", 1, "", 1, 0, 1, 1, 1, "test", 1);
    return ModelFile.of(ModelArtifact.seal(config, List.of(), null, map, from));
  }

  @Test
  void whatIsTamperedWithIsLeftOutWithTheReason() {
    ModelRecord good = decided("test", NEW_YEAR, "", new byte[0]);
    String json = new String(ModelJsonV1.write(good), StandardCharsets.UTF_8);
    take(good.decisionKey(), json.substring(0, json.length() / 2).getBytes(StandardCharsets.UTF_8));
    take(good.decisionKey(), "null".getBytes(StandardCharsets.UTF_8));
    take(
        "test@+1000000000-12-31T23:59:59Z",
        json.replace("2026-01-01", "+1000000000-12-31").getBytes(StandardCharsets.UTF_8));
    take("test@2026-01-02T00:00:00Z", good);
    take("", good);

    assertEquals(5, registry.refused().size(), registry.refused()::toString);
    assertTrue(registry.last("test").isEmpty());
  }

  /** Its series would be forecast by what was learnt of others. */
  @Test
  void modelOfAnotherGroupIsLeftOut() {
    ModelFile model = model();
    ModelRecord other = decided("other", NEW_YEAR, model.version(), model.bytes());
    take(other.decisionKey(), other.withoutArtifact());
    take(other.versionKey(), other);

    assertTrue(registry.champion("other").isEmpty());
    assertTrue(
        registry
            .refused()
            .get(0)
            .contains("group: other; accepted: that of the model in it, test"));
  }

  /** A run from the beginning is behind the one before it for a while, and is what there is. */
  @Test
  void theLastDecisionIsTheOneThatWasCommittedLast() {
    ModelFile model = model();
    ModelRecord before = decided("test", NEW_YEAR, model.version(), model.bytes());
    take(before.decisionKey(), before.withoutArtifact());
    take(before.versionKey(), before);
    ModelRecord again = decided("test", NEW_YEAR.minus(Duration.ofDays(30)), "", new byte[0]);
    take(again.decisionKey(), again);

    assertEquals(again.boundary(), registry.last("test").orElseThrow().boundary());
    assertTrue(registry.champion("test").isEmpty());
  }
}
