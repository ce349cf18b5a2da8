package io.tidecast.job.state;

import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.online.DriftTest;
import java.io.Serializable;
import java.util.Optional;

/**
 * Where the retraining of a group stands.
 *
 * @param lastTraining boundary of the last training, milliseconds; {@code Long.MIN_VALUE} before
 *     the first
 * @param trainings sequence number of the last one, failed ones included; before the first that of
 *     the model the group started with, or 0
 * @param version of the champion; empty if there is none
 * @param champion its artifact; empty if there is none
 * @param watch over the champion
 * @param quietUntil nothing is trained at a boundary before, milliseconds
 * @param driftQuietUntil nothing is trained for drift at a boundary before, milliseconds
 * @param drift what is known of the champion's losses
 */
public record GroupProgress(
    long lastTraining,
    int trainings,
    String version,
    byte[] champion,
    Watch watch,
    long quietUntil,
    long driftQuietUntil,
    DriftTest drift)
    implements Serializable {
  private static final byte[] NO_MODEL = {};

  public static final GroupProgress NONE = startingWith(0, "", NO_MODEL);

  /**
   * The version that served before the champion, and how long it is compared with it.
   *
   * @param from first origin of the champion, milliseconds
   * @param until last boundary at which the two are compared, milliseconds
   * @param version of the predecessor; empty if there is none
   * @param artifact of the predecessor; empty if there is none
   */
  public record Watch(long from, long until, String version, byte[] artifact)
      implements Serializable {
    public static final Watch NONE = new Watch(Long.MIN_VALUE, Long.MIN_VALUE, "", NO_MODEL);

    public Optional<ModelFile> predecessor() {
      return version.isEmpty() ? Optional.empty() : Optional.of(new ModelFile(version, artifact));
    }

    public boolean isOn(long boundary) {
      return !version.isEmpty() && boundary <= until;
    }
  }

  /** Before the first boundary, with a model that was there. */
  static GroupProgress startingWith(int sequence, String version, byte[] artifact) {
    return new GroupProgress(
        Long.MIN_VALUE,
        sequence,
        version,
        artifact,
        Watch.NONE,
        Long.MIN_VALUE,
        Long.MIN_VALUE,
        DriftTest.NONE);
  }

  public boolean hasTrained() {
    return lastTraining != Long.MIN_VALUE;
  }

  public boolean hasChampion() {
    return !version.isEmpty();
  }
}
