package io.tidecast.model;

/**
 * Weights of one LSTM layer in the layout of PyTorch's {@code LSTM}: row-major, the four gates
 * stacked in the order input, forget, cell candidate, output. Shared by all keys: never written
 * after construction.
 *
 * @param inputs size of the layer's input
 * @param hidden size of hidden and cell state
 * @param weightIh {@code [4 * hidden, inputs]}
 * @param weightHh {@code [4 * hidden, hidden]}
 * @param biasIh {@code [4 * hidden]}
 * @param biasHh {@code [4 * hidden]}
 */
public record LstmWeights(
    int inputs, int hidden, float[] weightIh, float[] weightHh, float[] biasIh, float[] biasHh) {
  public LstmWeights {
    requireLength("weight_ih", weightIh, 4 * hidden * inputs);
    requireLength("weight_hh", weightHh, 4 * hidden * hidden);
    requireLength("bias_ih", biasIh, 4 * hidden);
    requireLength("bias_hh", biasHh, 4 * hidden);
  }

  static void requireLength(String name, float[] values, int expected) {
    if (values.length != expected) {
      throw new IllegalArgumentException(
          "Expected " + expected + " values in " + name + " but found " + values.length);
    }
  }
}
