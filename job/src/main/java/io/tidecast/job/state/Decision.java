package io.tidecast.job.state;

/**
 * What holds for a group from {@code validFrom} on, decided at a boundary. There is one decision
 * per group and boundary, in order of boundaries.
 *
 * @param group model group
 * @param boundary event time of the decision, milliseconds
 * @param validFrom first origin it holds for, milliseconds
 * @param coveredBefore no later decision of the group can hold for an origin before this
 * @param kind what was decided
 * @param version that serves from {@code validFrom} on; empty if none does
 * @param parent version that served before; empty if none did
 * @param reason in words
 * @param windows the training read; 0 if there was none
 * @param series among the windows
 * @param pinball challenger's mean pinball loss over the held-out windows, in units of the running
 *     scale; NaN if nothing was trained
 * @param championPinball the champion's on the same targets; NaN if there is none
 * @param naivePinball the seasonal naive's on the same targets; NaN if nothing was trained
 * @param artifact of the promoted model; empty for every other kind
 */
public record Decision(
    String group,
    long boundary,
    long validFrom,
    long coveredBefore,
    Kind kind,
    String version,
    String parent,
    String reason,
    int windows,
    int series,
    double pinball,
    double championPinball,
    double naivePinball,
    byte[] artifact) {

  /** Labels are public: they appear in topics and tables. Codes are stored. */
  public enum Kind {
    NOT_TRIGGERED("not-triggered", 0),
    KEPT("kept", 1),
    PROMOTED("promoted", 2),
    FAILED("failed", 3);

    private final String label;
    private final int code;

    Kind(String label, int code) {
      this.label = label;
      this.code = code;
    }

    public String label() {
      return label;
    }

    public int code() {
      return code;
    }

    public static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("decision code " + code + "; accepted: 0 to 3");
    }
  }
}
