package io.tidecast.model.weights;

import io.tidecast.model.Checks;
import java.util.Arrays;

/**
 * Weights of one LSTM layer in the layout of PyTorch's {@code LSTM}: row-major, the four gates
 * stacked in the order input, forget, cell candidate, output.
 *
 * @param inputs size of the layer's input
 * @param hidden size of hidden and cell state
 * @param weightIh {@code [4 * hidden, inputs]}
 * @param weightHh {@code [4 * hidden, hidden]}
 * @param biasIh {@code [4 * hidden]}
 * @param biasHh {@code [4 * hidden]}
 */
public record LstmWeights(
    int inputs, int hidden, float[] weightIh, float[] weightHh, float[] biasIh, float[] biasHh)
    implements CellWeights {
  public LstmWeights {
    Checks.length("weight_ih", weightIh, 4 * hidden * inputs);
    Checks.length("weight_hh", weightHh, 4 * hidden * hidden);
    Checks.length("bias_ih", biasIh, 4 * hidden);
    Checks.length("bias_hh", biasHh, 4 * hidden);
  }

  private Object[] content() {
    return new Object[] {inputs, hidden, weightIh, weightHh, biasIh, biasHh};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LstmWeights that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
