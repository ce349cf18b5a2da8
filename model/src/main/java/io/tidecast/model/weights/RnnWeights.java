package io.tidecast.model.weights;

import io.tidecast.model.Checks;
import java.util.Arrays;

/**
 * Weights of one layer of PyTorch's {@code RNN} with tanh, row-major.
 *
 * @param inputs size of the layer's input
 * @param hidden size of the hidden state
 * @param weightIh {@code [hidden, inputs]}
 * @param weightHh {@code [hidden, hidden]}
 * @param biasIh {@code [hidden]}
 * @param biasHh {@code [hidden]}
 */
public record RnnWeights(
    int inputs, int hidden, float[] weightIh, float[] weightHh, float[] biasIh, float[] biasHh)
    implements CellWeights {
  public RnnWeights {
    Checks.length("weight_ih", weightIh, hidden * inputs);
    Checks.length("weight_hh", weightHh, hidden * hidden);
    Checks.length("bias_ih", biasIh, hidden);
    Checks.length("bias_hh", biasHh, hidden);
  }

  private Object[] content() {
    return new Object[] {inputs, hidden, weightIh, weightHh, biasIh, biasHh};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RnnWeights that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
