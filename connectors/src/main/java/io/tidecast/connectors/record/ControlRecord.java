package io.tidecast.connectors.record;

import java.time.Instant;
import java.util.Arrays;

/**
 * What someone asks of the retraining of a group.
 *
 * @param group model group
 * @param action what is asked for
 * @param notBefore first boundary it may be decided at: one that was not decided when it was sent,
 *     so that a job that reads everything again decides it at the same; null for the next
 * @param version what to promote, or to go back to; empty for the version before, and to retrain
 * @param force without asking the gate whether it is better
 * @param artifact to promote: a safetensors file; empty with other actions
 */
public record ControlRecord(
    String group,
    Action action,
    Instant notBefore,
    String version,
    boolean force,
    byte[] artifact) {

  /** Names in lower case are what the topic holds. */
  public enum Action {
    RETRAIN,
    PROMOTE,
    ROLLBACK
  }

  /** Refuses what the component descriptions do not allow; an absent artifact is an empty one. */
  public ControlRecord {
    Names.group("group", group);
    Require.present("action", action);
    Require.present("version", version);
    artifact = artifact == null ? new byte[0] : artifact;
    Require.that(
        (action == Action.PROMOTE) == artifact.length > 0,
        "artifact",
        artifact.length + " bytes",
        "a model with the action promote, and none with any other");
  }

  private Object[] content() {
    return new Object[] {group, action, notBefore, version, force, artifact};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ControlRecord that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
