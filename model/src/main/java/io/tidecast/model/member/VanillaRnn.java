package io.tidecast.model.member;

import io.tidecast.model.weights.RnnWeights;

/**
 * Recurrent network without gates (Elman 1990): memory by feedback alone.
 *
 * <pre>
 * h = tanh(W [x, h] + b)
 * </pre>
 *
 * <p>There is no cell state: c is left alone.
 */
final class VanillaRnn implements RecurrentCell {
  private final int inputs;
  private final int hidden;
  private final Affine map;

  VanillaRnn(RnnWeights weights) {
    inputs = weights.inputs();
    hidden = weights.hidden();
    float[] bias = new float[hidden];
    for (int k = 0; k < hidden; k++) {
      bias[k] = weights.biasIh()[k] + weights.biasHh()[k];
    }
    map =
        new Affine(
            inputs + hidden,
            bias,
            (k, i) ->
                i < inputs
                    ? weights.weightIh()[k * inputs + i]
                    : weights.weightHh()[k * hidden + i - inputs]);
  }

  @Override
  public void step(float[] x, float[] h, float[] c) {
    System.arraycopy(x, 0, map.inputs(), 0, inputs);
    System.arraycopy(h, 0, map.inputs(), inputs, hidden);
    map.apply(h);
    Activations.tanh(h, 0, hidden);
  }
}
