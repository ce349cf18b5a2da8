package io.tidecast.model;

/** What stands behind a forecast. The names are public: they appear in topics and tables. */
public enum Quality {
  /** The serving model, on a state that has seen enough steps. */
  MODEL("model", 0),
  /** The serving model, on a state that is still short of steps, as after a long gap. */
  WARMING("warming", 1),
  /** A mixture of naives with their empirical error quantiles: there is no model yet. */
  NAIVE("naive", 2);

  private final String label;
  private final int code;

  Quality(String label, int code) {
    this.label = label;
    this.code = code;
  }

  public String label() {
    return label;
  }

  /** Stable code for stored state. */
  public int code() {
    return code;
  }

  public static Quality ofCode(int code) {
    for (Quality quality : values()) {
      if (quality.code == code) {
        return quality;
      }
    }
    throw new IllegalArgumentException("quality code " + code + "; accepted: 0 to 2");
  }
}
