package io.tidecast.job.state;

import io.tidecast.model.artifact.ModelFile;
import java.util.Optional;

/** What came of a boundary for a group. */
public sealed interface Outcome {

  Kind kind();

  /** In words. */
  String reason();

  /** What was measured on the held-out windows. */
  default Losses losses() {
    return Losses.NONE;
  }

  /** The model that serves from now on, where that is another one than before. */
  default Optional<ModelFile> serves() {
    return Optional.empty();
  }

  /** No training was due. */
  record NotTriggered(String reason) implements Outcome {
    @Override
    public Kind kind() {
      return Kind.NOT_TRIGGERED;
    }
  }

  /** The training came to nothing; the champion goes on serving. */
  record Failed(String reason) implements Outcome {
    @Override
    public Kind kind() {
      return Kind.FAILED;
    }
  }

  /** A challenger was trained, and the champion goes on serving. */
  record Kept(String reason, Losses losses) implements Outcome {
    @Override
    public Kind kind() {
      return Kind.KEPT;
    }
  }

  /**
   * The challenger serves next.
   *
   * @param version of the challenger
   * @param artifact the challenger
   */
  record Promoted(String version, byte[] artifact, String reason, Losses losses)
      implements Outcome {
    @Override
    public Kind kind() {
      return Kind.PROMOTED;
    }

    @Override
    public Optional<ModelFile> serves() {
      return Optional.of(new ModelFile(version, artifact));
    }
  }

  /**
   * The version that served before the last promotion serves again.
   *
   * @param version of that model
   * @param artifact that model
   * @param losses of the one that is given up, beside that of this one as the champion's
   */
  record RolledBack(String version, byte[] artifact, String reason, Losses losses)
      implements Outcome {
    @Override
    public Kind kind() {
      return Kind.ROLLED_BACK;
    }

    @Override
    public Optional<ModelFile> serves() {
      return Optional.of(new ModelFile(version, artifact));
    }
  }

  /**
   * Mean pinball losses over the same held-out targets, in units of the running scale.
   *
   * @param challenger NaN if nothing could be scored
   * @param champion NaN if there is none
   * @param naive the seasonal naive's; NaN if nothing could be scored
   */
  record Losses(double challenger, double champion, double naive) {
    public static final Losses NONE = new Losses(Double.NaN, Double.NaN, Double.NaN);
  }

  /** Labels are public: they appear in topics, tables and metrics. Codes are stored. */
  enum Kind {
    NOT_TRIGGERED("not-triggered", 0),
    KEPT("kept", 1),
    PROMOTED("promoted", 2),
    FAILED("failed", 3),
    ROLLED_BACK("rolled-back", 4);

    private final String label;
    private final int code;

    Kind(String label, int code) {
      this.label = label;
      this.code = code;
    }

    public String label() {
      return label;
    }

    int code() {
      return code;
    }

    static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("decision code " + code + "; accepted: 0 to 4");
    }
  }
}
