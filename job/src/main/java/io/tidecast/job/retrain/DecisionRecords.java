package io.tidecast.job.retrain;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.connectors.serde.ModelJsonV1;
import io.tidecast.job.state.Decision;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.Outcome;
import io.tidecast.model.Grid;
import io.tidecast.model.artifact.ModelFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * A decision as records of the model topic: the decision alone, and for a model that serves from
 * now on that under the key of its version (history) and under the key of its group (the champion).
 */
public final class DecisionRecords implements FlatMapFunction<GroupNotice, KeyedBytes> {
  private static final long serialVersionUID = 1;

  private final Grid grid;

  public DecisionRecords(Grid grid) {
    this.grid = grid;
  }

  @Override
  public void flatMap(GroupNotice notice, Collector<KeyedBytes> out) {
    if (notice instanceof Decision decision) {
      write(decision, out);
    }
  }

  private void write(Decision decision, Collector<KeyedBytes> out) {
    ModelRecord record = toRecord(decision);
    ModelRecord bare = record.withoutArtifact();
    out.collect(keyed(bare.decisionKey(), bare));
    if (decision.outcome().serves().isPresent()) {
      out.collect(keyed(record.versionKey(), record));
      out.collect(keyed(record.championKey(), record));
    }
  }

  private ModelRecord toRecord(Decision decision) {
    Outcome outcome = decision.outcome();
    Decision.Basis basis = decision.basis();
    boolean looked = basis.windows() > 0;
    return new ModelRecord(
        decision.group(),
        Instant.ofEpochMilli(decision.boundary()),
        Instant.ofEpochMilli(decision.validFrom()),
        outcome.kind().label(),
        decision.version(),
        decision.parent(),
        outcome.reason(),
        basis.windows(),
        basis.series(),
        looked ? Instant.ofEpochMilli(grid.end(basis.firstStep() - 1)) : null,
        looked ? Instant.ofEpochMilli(grid.end(basis.lastStep())) : null,
        basis.observed(),
        basis.leftOut(),
        looked ? basis.tookMillis() / 1000.0 : null,
        orNull(outcome.losses().challenger()),
        orNull(outcome.losses().champion()),
        orNull(outcome.losses().naive()),
        outcome.serves().map(ModelFile::bytes).orElseGet(() -> new byte[0]));
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static KeyedBytes keyed(String key, ModelRecord record) {
    return new KeyedBytes(
        key.getBytes(StandardCharsets.UTF_8), ModelJsonV1.write(record), record.secondsHeader());
  }
}
