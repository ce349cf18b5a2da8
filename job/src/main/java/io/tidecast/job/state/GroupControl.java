package io.tidecast.job.state;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.model.artifact.ModelFile;

/**
 * What someone asks of a group, as it came in the control topic and was found good.
 *
 * @param offset of the record in its topic, which has one partition
 * @param action what is asked for; null if it asks nothing of the group, and says no more than that
 *     it has been read
 * @param group model group
 * @param notBefore first boundary it may be decided at, milliseconds
 * @param model to promote; the version alone, or nothing at all, with other actions
 * @param force without asking the gate
 */
public record GroupControl(
    long offset,
    ControlRecord.Action action,
    String group,
    long notBefore,
    ModelFile model,
    boolean force) {
  private static final ModelFile NO_MODEL = new ModelFile("", new byte[0]);

  /** Nothing is asked for. */
  public static final GroupControl NONE = ofOthers(-1, "");

  /** One that asks something of another group, or was refused. */
  public static GroupControl ofOthers(long offset, String group) {
    return new GroupControl(offset, null, group, Long.MIN_VALUE, NO_MODEL, false);
  }

  /** The same, decided later than at a boundary. */
  public GroupControl after(long boundary) {
    return new GroupControl(offset, action, group, Math.max(notBefore, boundary + 1), model, force);
  }

  /** The same, by the boundary it may be decided at. */
  public GroupControl from(long boundary) {
    return new GroupControl(offset, action, group, boundary, model, force);
  }

  public boolean isGood() {
    return action != null;
  }
}
