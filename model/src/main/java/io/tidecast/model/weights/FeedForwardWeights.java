package io.tidecast.model.weights;

import io.tidecast.model.Checks;
import java.util.Arrays;

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

  private Object[] content() {
    return new Object[] {inputs, hidden, weight, bias};
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeedForwardWeights that && Arrays.deepEquals(content(), that.content());
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(content());
  }
}
