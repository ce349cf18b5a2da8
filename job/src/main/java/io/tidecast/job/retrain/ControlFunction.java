package io.tidecast.job.retrain;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.connectors.serde.ControlJsonV1;
import io.tidecast.job.state.GroupControl;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.artifact.InvalidArtifactException;
import io.tidecast.model.artifact.ModelArtifact;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Reads what people ask of the retraining. What is no such record, asks something of a group that
 * there is not, or brings a model that is damaged or does not serve under the configuration, goes
 * to the side with the reason. Of every record, good or not, each group is told that it was read:
 * what is told to groups alone, by their key, need not be the same everywhere at a barrier, and so
 * a barrier may overtake what the retraining holds up.
 */
public final class ControlFunction extends ProcessFunction<RawRecord, GroupControl> {
  private static final long serialVersionUID = 1;

  /** Refused records. */
  public static final OutputTag<DeadLetter> REFUSED =
      new OutputTag<>("refused-controls", TypeInformation.of(DeadLetter.class));

  private static final String REASON = "refused-control";

  private final TreeMap<String, ForecasterConfig> groups;

  public ControlFunction(Map<String, ForecasterConfig> groups) {
    this.groups = new TreeMap<>(groups);
  }

  @Override
  public void processElement(RawRecord raw, Context context, Collector<GroupControl> out) {
    GroupControl asked = GroupControl.NONE;
    try {
      asked = read(raw.offset(), raw.value());
    } catch (IllegalArgumentException e) {
      context.output(
          REFUSED,
          new DeadLetter(
              raw.key(),
              raw.value(),
              REASON,
              e.getMessage(),
              raw.topic(),
              raw.partition(),
              raw.offset()));
    }
    for (String group : groups.keySet()) {
      out.collect(group.equals(asked.group()) ? asked : GroupControl.ofOthers(raw.offset(), group));
    }
  }

  private GroupControl read(long offset, byte[] value) {
    if (value == null) {
      throw new IllegalArgumentException("value: absent; accepted: a control record");
    }
    ControlRecord record = ControlJsonV1.read(value);
    ForecasterConfig how = groups.get(record.group());
    if (how == null) {
      throw new IllegalArgumentException(
          "group: " + record.group() + "; accepted: one of " + groups.keySet());
    }
    return new GroupControl(
        offset,
        record.action(),
        record.group(),
        record.notBefore() == null ? Long.MIN_VALUE : record.notBefore().toEpochMilli(),
        record.action() == ControlRecord.Action.PROMOTE
            ? checked(record, how)
            : new ModelFile(record.version(), new byte[0]),
        record.force());
  }

  private static ModelFile checked(ControlRecord record, ForecasterConfig how) {
    ForecastModel model;
    try {
      model = ModelArtifact.read(record.artifact());
    } catch (InvalidArtifactException e) {
      throw new IllegalArgumentException("artifact: " + e.getMessage(), e);
    }
    if (!record.version().equals(model.version())) {
      throw new IllegalArgumentException(
          "version: " + record.version() + "; accepted: that of the model, " + model.version());
    }
    if (!model.provenance().group().equals(record.group())) {
      throw new IllegalArgumentException(
          "artifact: a model of the group "
              + model.provenance().group()
              + "; accepted: of "
              + record.group());
    }
    how.hindrance(model.config())
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(
                  "artifact: does not serve under this configuration: " + why);
            });
    return new ModelFile(model.version(), record.artifact());
  }
}
