package io.tidecast.model;

import java.io.Serializable;

/**
 * Shape of the recurrent member.
 *
 * @param kind the cell
 * @param layers stacked layers, 1 to 4
 * @param hidden size of the hidden state of each layer, 1 to 512
 */
public record CellConfig(Kind kind, int layers, int hidden) implements Serializable {
  public static final CellConfig DEFAULT = new CellConfig(Kind.LSTM, 1, 32);

  /**
   * Which cell is stepped: memory behind gates, memory by feedback alone, no memory at all; {@code
   * NONE} leaves the linear highway alone.
   */
  public enum Kind {
    LSTM("lstm"),
    RNN("rnn"),
    FEED_FORWARD("feed-forward"),
    NONE("none");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  public CellConfig {
    Checks.inRange("layers", layers, 1, 4);
    Checks.inRange("hidden", hidden, 1, 512);
  }
}
