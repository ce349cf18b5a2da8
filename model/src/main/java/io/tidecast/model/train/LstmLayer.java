package io.tidecast.model.train;

import io.tidecast.model.Activations;
import io.tidecast.model.LstmWeights;
import java.util.Arrays;

/**
 * One LSTM layer over a batch of windows, forwards and by back-propagation through time.
 *
 * <p>Hochreiter and Schmidhuber 1997 with the forget gate of Gers, Schmidhuber and Cummins 2000:
 *
 * <pre>
 * z_t = W_ih x_t + W_hh h_{t-1} + b        gates i, f, g, o in this order
 * c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)
 * h_t = sigmoid(o) tanh(c_t)
 * </pre>
 *
 * <p>Rows of all matrices are stacked by time: row {@code t * batch + b}. So inputs enter by one
 * product for all steps, and weight gradients leave by one. Each window starts from a zero state.
 */
final class LstmLayer {
  private final int batch;
  private final int hidden;

  private final Matrix weightIh; // [4 hidden, inputs]
  private final Matrix weightHh; // [4 hidden, hidden]
  private final float[] bias; // [4 hidden]
  private final Matrix weightIhGradient;
  private final Matrix weightHhGradient;
  private final float[] biasGradient;

  private final Matrix z; // [steps batch, 4 hidden]: gates before activation, then their gradient
  private final Matrix h; // [(1 + steps) batch, hidden]: the zero state first
  private final Matrix hGradient; // [(1 + steps) batch, hidden]
  private final float[][] gates; // [steps][batch * 4 hidden], activated
  private final float[][] c; // [1 + steps][batch * hidden]
  private final float[][] tanhC; // [steps][batch * hidden]
  private final float[] rowH;
  private final float[] rowZ;
  private final float[] cGradient;

  LstmLayer(Matrices memory, int inputs, int hidden, int batch, int maxSteps) {
    this.batch = batch;
    this.hidden = hidden;
    weightIh = memory.floats(4 * hidden, inputs);
    weightHh = memory.floats(4 * hidden, hidden);
    bias = new float[4 * hidden];
    weightIhGradient = memory.floats(4 * hidden, inputs);
    weightHhGradient = memory.floats(4 * hidden, hidden);
    biasGradient = new float[4 * hidden];
    z = memory.floats(maxSteps * batch, 4 * hidden);
    h = memory.floats((1 + maxSteps) * batch, hidden);
    hGradient = memory.floats((1 + maxSteps) * batch, hidden);
    gates = new float[maxSteps][batch * 4 * hidden];
    c = new float[1 + maxSteps][batch * hidden];
    tanhC = new float[maxSteps][batch * hidden];
    rowH = new float[batch * hidden];
    rowZ = new float[batch * 4 * hidden];
    cGradient = new float[batch * hidden];
  }

  /** Takes the weights: weight_ih, weight_hh, bias; returns where the next ones begin. */
  int load(float[] parameters, int from) {
    int hh = from + weightIh.size();
    int b = hh + weightHh.size();
    weightIh.write(0, parameters, from, weightIh.size());
    weightHh.write(0, parameters, hh, weightHh.size());
    System.arraycopy(parameters, b, bias, 0, bias.length);
    return b + bias.length;
  }

  /** Gives the gradients in the same order. */
  int storeGradient(float[] gradient, int from) {
    int hh = from + weightIh.size();
    int b = hh + weightHh.size();
    weightIhGradient.read(0, gradient, from, weightIh.size());
    weightHhGradient.read(0, gradient, hh, weightHh.size());
    System.arraycopy(biasGradient, 0, gradient, b, bias.length);
    return b + bias.length;
  }

  static int size(int inputs, int hidden) {
    return 4 * hidden * (inputs + hidden + 1);
  }

  /** The hidden states; the one after step t of window b is row {@code (1 + t) * batch + b}. */
  Matrix h() {
    return h;
  }

  /** Gradient of the loss with respect to {@link #h}, to be filled before {@link #backward}. */
  Matrix hGradient() {
    return hGradient;
  }

  /**
   * @param x inputs
   * @param firstRow row of {@code x} where step 0 begins
   * @param steps at most what was reserved
   */
  void forward(Matrix x, int firstRow, int steps) {
    z.productTransposed(0, x, firstRow, steps * batch, weightIh, 0);
    for (int t = 0; t < steps; t++) {
      z.productTransposed(t * batch, h, t * batch, batch, weightHh, 1);
      float[] gate = gates[t];
      z.read(t * batch, gate, 0, gate.length);
      activate(gate);
      advance(gate, c[t], c[t + 1], tanhC[t]);
      h.write((t + 1) * batch, rowH, 0, rowH.length);
    }
  }

  private void activate(float[] gate) {
    for (int row = 0; row < gate.length; row += 4 * hidden) {
      for (int j = 0; j < 4 * hidden; j++) {
        gate[row + j] += bias[j];
      }
      Activations.sigmoid(gate, row, row + 2 * hidden);
      Activations.tanh(gate, row + 2 * hidden, row + 3 * hidden);
      Activations.sigmoid(gate, row + 3 * hidden, row + 4 * hidden);
    }
  }

  private void advance(float[] gate, float[] before, float[] after, float[] tanh) {
    for (int b = 0; b < batch; b++) {
      int at = b * hidden;
      int i = b * 4 * hidden;
      int f = i + hidden;
      int g = f + hidden;
      for (int j = 0; j < hidden; j++) {
        after[at + j] = gate[f + j] * before[at + j] + gate[i + j] * gate[g + j];
      }
    }
    System.arraycopy(after, 0, tanh, 0, tanh.length);
    Activations.tanh(tanh, 0, tanh.length);
    for (int b = 0; b < batch; b++) {
      int at = b * hidden;
      int o = b * 4 * hidden + 3 * hidden;
      for (int j = 0; j < hidden; j++) {
        rowH[at + j] = gate[o + j] * tanh[at + j];
      }
    }
  }

  /**
   * Gradients of weights from {@link #hGradient}, which is overwritten by the whole gradient, that
   * through later steps included.
   *
   * @param xGradient receives the gradient of the inputs from {@code firstRow} on, added to what is
   *     there; null where nobody wants it
   */
  void backward(Matrix x, int firstRow, int steps, Matrix xGradient) {
    Arrays.fill(cGradient, 0);
    Arrays.fill(biasGradient, 0);
    for (int t = steps - 1; t >= 0; t--) {
      hGradient.read((t + 1) * batch, rowH, 0, rowH.length);
      differentiate(gates[t], c[t], tanhC[t]);
      z.write(t * batch, rowZ, 0, rowZ.length);
      hGradient.product(t * batch, z, t * batch, batch, weightHh, 1);
    }
    weightIhGradient.transposedProduct(z, 0, x, firstRow, steps * batch, 0);
    weightHhGradient.transposedProduct(z, 0, h, 0, steps * batch, 0);
    if (xGradient != null) {
      xGradient.product(firstRow, z, 0, steps * batch, weightIh, 1);
    }
  }

  /** From {@code rowH} and {@code cGradient} to {@code rowZ} and the step before. */
  private void differentiate(float[] gate, float[] before, float[] tanh) {
    for (int b = 0; b < batch; b++) {
      int at = b * hidden;
      int i = b * 4 * hidden;
      int f = i + hidden;
      int g = f + hidden;
      int o = g + hidden;
      for (int j = 0; j < hidden; j++) {
        float th = tanh[at + j];
        float dh = rowH[at + j];
        float dc = cGradient[at + j] + dh * gate[o + j] * (1 - th * th);
        rowZ[i + j] = dc * gate[g + j] * gate[i + j] * (1 - gate[i + j]);
        rowZ[f + j] = dc * before[at + j] * gate[f + j] * (1 - gate[f + j]);
        rowZ[g + j] = dc * gate[i + j] * (1 - gate[g + j] * gate[g + j]);
        rowZ[o + j] = dh * th * gate[o + j] * (1 - gate[o + j]);
        cGradient[at + j] = dc * gate[f + j];
      }
    }
    for (int b = 0; b < batch; b++) {
      int at = b * 4 * hidden;
      for (int j = 0; j < 4 * hidden; j++) {
        biasGradient[j] += rowZ[at + j];
      }
    }
  }

  /** The weights at {@code from} of {@code parameters}, as the model holds them. */
  static LstmWeights weights(float[] parameters, int from, int inputs, int hidden) {
    int ih = from + 4 * hidden * inputs;
    int hh = ih + 4 * hidden * hidden;
    return new LstmWeights(
        inputs,
        hidden,
        Arrays.copyOfRange(parameters, from, ih),
        Arrays.copyOfRange(parameters, ih, hh),
        Arrays.copyOfRange(parameters, hh, hh + 4 * hidden),
        new float[4 * hidden]);
  }
}
