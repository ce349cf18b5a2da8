package io.tidecast.model.member;

import io.tidecast.model.weights.CellWeights;
import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.LstmWeights;
import io.tidecast.model.weights.RnnWeights;

/**
 * One layer of the recurrent member, packed for stepping one key at a time.
 *
 * <p>Not thread safe: a cell owns its scratch space; the state it steps belongs to the caller.
 */
sealed interface RecurrentCell permits Lstm, Tanh {
  static RecurrentCell of(CellWeights weights) {
    if (weights instanceof LstmWeights lstm) {
      return new Lstm(lstm);
    }
    if (weights instanceof RnnWeights rnn) {
      return Tanh.of(rnn);
    }
    return Tanh.of((FeedForwardWeights) weights);
  }

  /**
   * One step, in place.
   *
   * @param x input, not written; the hidden state of the layer below or the inputs of the series
   * @param h hidden state {@code [hidden]}
   * @param c cell state {@code [hidden]}
   */
  void step(float[] x, float[] h, float[] c);
}
