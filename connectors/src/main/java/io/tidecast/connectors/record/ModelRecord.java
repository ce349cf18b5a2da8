package io.tidecast.connectors.record;

import java.time.Instant;
import java.util.List;

/**
 * A decision of the retraining, and, where an artifact is attached, the model itself. Pinball
 * losses are the gate's: over the held-out newest windows, in units of the running scale.
 *
 * <p>Equality is that of the array, by identity: compare the encoded bytes instead.
 *
 * @param group model group
 * @param boundary event time of the epoch decided on
 * @param validFrom first origin the decision holds for
 * @param decision {@code promoted}, {@code kept}, {@code not-triggered}, {@code failed} or {@code
 *     rolled-back}
 * @param version that serves from {@code validFrom} on; empty if none
 * @param parent version it was warm started from; empty if none
 * @param reason for a person; may be empty
 * @param windows training windows at hand
 * @param series number of series among them
 * @param pinball of the challenger; null if nothing was trained
 * @param championPinball null if there was no champion
 * @param naivePinball of the seasonal naive; null if nothing was measured
 * @param artifact a safetensors file; empty on a record of the decision alone
 */
public record ModelRecord(
    String group,
    Instant boundary,
    Instant validFrom,
    String decision,
    String version,
    String parent,
    String reason,
    int windows,
    int series,
    Double pinball,
    Double championPinball,
    Double naivePinball,
    byte[] artifact) {

  /** Refuses what the component descriptions do not allow; an absent artifact is an empty one. */
  public ModelRecord {
    Names.group("group", group);
    Require.present("boundary", boundary);
    Require.present("validFrom", validFrom);
    Require.oneOf(
        "decision",
        decision,
        List.of("promoted", "kept", "not-triggered", "failed", "rolled-back"));
    Require.present("version", version);
    Require.present("parent", parent);
    Require.present("reason", reason);
    Require.that(windows >= 0, "windows", windows, "0 or more");
    Require.that(series >= 0, "series", series, "0 or more");
    Require.finiteOrNull("pinball", pinball);
    Require.finiteOrNull("championPinball", championPinball);
    Require.finiteOrNull("naivePinball", naivePinball);
    artifact = artifact == null ? new byte[0] : artifact;
  }

  /** Key of the champion's record, with its artifact: compaction keeps the newest of a group. */
  public String championKey() {
    return group;
  }

  /** Key of the record that keeps a promoted version, with its artifact. */
  public String versionKey() {
    return group + "/" + version;
  }

  /** Key of the record of the decision, without artifact. */
  public String decisionKey() {
    return group + "@" + boundary;
  }

  /** The same decision without the model itself. */
  public ModelRecord withoutArtifact() {
    return new ModelRecord(
        group,
        boundary,
        validFrom,
        decision,
        version,
        parent,
        reason,
        windows,
        series,
        pinball,
        championPinball,
        naivePinball,
        new byte[0]);
  }
}
