package io.tidecast.connectors.record;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * A decision of the retraining, and, where an artifact is attached, the model itself. Pinball
 * losses are the gate's: over the held-out newest windows, in units of the running scale.
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
 * @param dataFrom where the oldest of them begins; null if there are none, or none is told of, as
 *     in records of earlier versions
 * @param dataTo where the newest of them ends; null as {@code dataFrom} is
 * @param observed targets in them; null in records of earlier versions
 * @param leftOut of these, as stuck or thrown far off; null as {@code observed} is
 * @param seconds that it took by the clock on the wall; null if nothing was looked at. It is no
 *     part of the value, which is the same in every run, but a {@linkplain #SECONDS header}
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
    Instant dataFrom,
    Instant dataTo,
    Long observed,
    Long leftOut,
    Double seconds,
    Double pinball,
    Double championPinball,
    Double naivePinball,
    byte[] artifact) {
  /** Header of a record: seconds as decimal text, such as {@code 1.25}. */
  public static final String SECONDS = "seconds";

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
    Require.that(observed == null || observed >= 0, "observed", observed, "0 or more");
    Require.that(leftOut == null || leftOut >= 0, "leftOut", leftOut, "0 or more");
    Require.finiteOrNull("seconds", seconds);
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
    return with(seconds, new byte[0]);
  }

  /** What the header is to say; null for none. */
  public byte[] secondsHeader() {
    return seconds == null ? null : seconds.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The same with what its header says; a header that is no number says nothing.
   *
   * @param header null if there is none
   */
  public ModelRecord withSeconds(byte[] header) {
    try {
      double read =
          header == null
              ? Double.NaN
              : Double.parseDouble(new String(header, StandardCharsets.US_ASCII));
      return with(Double.isFinite(read) ? read : null, artifact);
    } catch (NumberFormatException e) {
      return with(null, artifact);
    }
  }

  private ModelRecord with(Double seconds, byte[] artifact) {
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
        dataFrom,
        dataTo,
        observed,
        leftOut,
        seconds,
        pinball,
        championPinball,
        naivePinball,
        artifact);
  }

  private Object[] content() {
    return new Object[] {
      group,
      boundary,
      validFrom,
      decision,
      version,
      parent,
      reason,
      windows,
      series,
      dataFrom,
      dataTo,
      observed,
      leftOut,
      seconds,
      pinball,
      championPinball,
      naivePinball,
      artifact
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelRecord that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
