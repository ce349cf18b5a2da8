package io.tidecast.model.weights;

import io.tidecast.model.Checks;

/**
 * Weights of one layer of PyTorch's {@code Linear}, row-major.
 *
 * @param inputs size of the layer's input
 * @param hidden size of its output
 * @param weight {@code [hidden, inputs]}
 * @param bias {@code [hidden]}
 */
public record FeedForwardWeights(int inputs, int hidden, float[] weight, float[] bias)
    implements CellWeights {
  public FeedForwardWeights {
    Checks.length("weight", weight, hidden * inputs);
    Checks.length("bias", bias, hidden);
  }
}
