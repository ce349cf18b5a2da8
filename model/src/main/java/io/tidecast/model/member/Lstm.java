package io.tidecast.model.member;

import io.tidecast.model.weights.LstmWeights;

/**
 * LSTM with forget gate (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000),
 * without peepholes:
 *
 * <pre>
 * i = sigmoid(Wi [x, h] + bi)    f = sigmoid(Wf [x, h] + bf)    o = sigmoid(Wo [x, h] + bo)
 * g = tanh(Wg [x, h] + bg)       c = f c + i g                  h = o tanh(c)
 * </pre>
 *
 * <p>Packed gate order is i, f, o, g: one flat run of sigmoid, one of tanh.
 */
final class Lstm implements RecurrentCell {
  private final int inputs;
  private final int hidden;
  private final Affine gates;
  private final float[] z;
  private final float[] squashed;

  Lstm(LstmWeights weights) {
    inputs = weights.inputs();
    hidden = weights.hidden();
    z = new float[4 * hidden];
    squashed = new float[hidden];
    float[] bias = new float[4 * hidden];
    for (int k = 0; k < bias.length; k++) {
      int row = stored(k);
      bias[k] = weights.biasIh()[row] + weights.biasHh()[row];
    }
    gates =
        new Affine(
            inputs + hidden,
            bias,
            (k, i) ->
                i < inputs
                    ? weights.weightIh()[stored(k) * inputs + i]
                    : weights.weightHh()[stored(k) * hidden + i - inputs]);
  }

  /** Row in {@link LstmWeights} (i, f, g, o) of packed row k (i, f, o, g). */
  private int stored(int k) {
    int gate = k / hidden;
    return gate < 2 ? k : gate == 2 ? k + hidden : k - hidden;
  }

  @Override
  public void step(float[] x, float[] h, float[] c) {
    System.arraycopy(x, 0, gates.inputs(), 0, inputs);
    System.arraycopy(h, 0, gates.inputs(), inputs, hidden);
    gates.apply(z);
    Activations.sigmoid(z, 0, 3 * hidden);
    Activations.tanh(z, 3 * hidden, 4 * hidden);
    for (int k = 0; k < hidden; k++) {
      c[k] = Math.fma(z[hidden + k], c[k], z[k] * z[3 * hidden + k]);
    }
    System.arraycopy(c, 0, squashed, 0, hidden);
    Activations.tanh(squashed, 0, hidden);
    for (int k = 0; k < hidden; k++) {
      h[k] = z[2 * hidden + k] * squashed[k];
    }
  }
}
