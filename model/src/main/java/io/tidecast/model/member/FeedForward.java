package io.tidecast.model.member;

import io.tidecast.model.weights.FeedForwardWeights;

/**
 * No memory at all: {@code h = tanh(W x + b)}. What is forecast depends on the inputs of the last
 * step alone; h and c before the step play no part, and c is left alone.
 */
final class FeedForward implements RecurrentCell {
  private final int inputs;
  private final int hidden;
  private final Affine map;

  FeedForward(FeedForwardWeights weights) {
    inputs = weights.inputs();
    hidden = weights.hidden();
    map = new Affine(inputs, weights.bias(), (k, i) -> weights.weight()[k * inputs + i]);
  }

  @Override
  public void step(float[] x, float[] h, float[] c) {
    System.arraycopy(x, 0, map.inputs(), 0, inputs);
    map.apply(h);
    Activations.tanh(h, 0, hidden);
  }
}
