package io.tidecast.job.state;

import io.tidecast.connectors.record.ControlRecord;
import io.tidecast.model.artifact.ModelFile;

/**
 * What someone asks of a group, as it came in the control topic and was found good.
 *
 * @param offset of the record in its topic, which has one partition
 * @param action what is asked for; null on a record that was refused, which says no more than that
 *     it has been read
 * @param group model group; empty if refused
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
  public static final GroupControl NONE = refused(-1);

  public static GroupControl refused(long offset) {
    return new GroupControl(offset, null, "", Long.MIN_VALUE, NO_MODEL, false);
  }

  public boolean isGood() {
    return action != null;
  }
}
