package io.tidecast.job.state;

import java.io.Serializable;

/**
 * Where the retraining of a group stands.
 *
 * @param lastTraining boundary of the last training, milliseconds; {@code Long.MIN_VALUE} before
 *     the first
 * @param trainings sequence number of the last one, failed ones included; before the first that of
 *     the model the group started with, or 0
 * @param version of the champion; empty if there is none
 * @param champion its artifact; empty if there is none
 */
public record GroupProgress(long lastTraining, int trainings, String version, byte[] champion)
    implements Serializable {
  public static final GroupProgress NONE = new GroupProgress(Long.MIN_VALUE, 0, "", new byte[0]);

  public boolean hasTrained() {
    return lastTraining != Long.MIN_VALUE;
  }
}
