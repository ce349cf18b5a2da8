package io.tidecast.model.member;

import io.tidecast.model.weights.FeedForwardWeights;
import io.tidecast.model.weights.RnnWeights;

/**
 * A layer without gates, and without a cell state: c is left alone.
 *
 * <p>With feedback it is the recurrent network of Elman (1990), memory by feedback alone: {@code h
 * = tanh(W [x, h] + b)}. Without, there is no memory at all: {@code h = tanh(W x + b)}, and h
 * before the step plays no part.
 */
final class Tanh implements RecurrentCell {
  private final int inputs;
  private final int hidden;
  private final boolean feedback;
  private final Affine map;

  private Tanh(int inputs, float[] bias, boolean feedback, Affine.Weight weight) {
    this.inputs = inputs;
    this.feedback = feedback;
    hidden = bias.length;
    map = new Affine(inputs + (feedback ? hidden : 0), bias, weight);
  }

  static Tanh of(RnnWeights weights) {
    int inputs = weights.inputs();
    int hidden = weights.hidden();
    float[] bias = weights.biasIh().clone();
    for (int k = 0; k < hidden; k++) {
      bias[k] += weights.biasHh()[k];
    }
    return new Tanh(
        inputs,
        bias,
        true,
        (k, i) ->
            i < inputs
                ? weights.weightIh()[k * inputs + i]
                : weights.weightHh()[k * hidden + i - inputs]);
  }

  static Tanh of(FeedForwardWeights weights) {
    int inputs = weights.inputs();
    return new Tanh(inputs, weights.bias(), false, (k, i) -> weights.weight()[k * inputs + i]);
  }

  @Override
  public void step(float[] x, float[] h, float[] c) {
    System.arraycopy(x, 0, map.inputs(), 0, inputs);
    if (feedback) {
      System.arraycopy(h, 0, map.inputs(), inputs, hidden);
    }
    map.apply(h);
    Activations.tanh(h, 0, hidden);
  }
}
