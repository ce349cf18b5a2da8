package io.tidecast.job.retrain;

/**
 * Where the retraining of a group stands.
 *
 * @param lastTraining boundary of the last training, milliseconds; {@code Long.MIN_VALUE} before
 *     the first
 * @param trainings finished, failed ones included: the sequence number of the last
 * @param version of the champion; empty if there is none
 * @param champion its artifact; empty if there is none
 */
public record GroupProgress(long lastTraining, int trainings, String version, byte[] champion) {
  static final GroupProgress NONE = new GroupProgress(Long.MIN_VALUE, 0, "", new byte[0]);
}
