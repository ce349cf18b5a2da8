package io.tidecast.model.train;

import io.tidecast.model.member.Activations;
import java.util.Arrays;

/**
 * The LSTM, Hochreiter and Schmidhuber 1997 with the forget gate of Gers, Schmidhuber and Cummins
 * 2000; z holds the gates i, f, g, o in this order:
 *
 * <pre>
 * c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)
 * h_t = sigmoid(o) tanh(c_t)
 * </pre>
 */
final class LstmLayer extends CellLayer {
  private final int hidden;
  private final float[][] c; // [1 + steps][batch * hidden]
  private final float[][] tanhC; // [steps][batch * hidden]
  private final float[] cGradient;

  // [batch * gates hidden]: sigmoid(x) = 0.5 + 0.5 tanh(0.5 x)
  private final float[] shift;
  private final float[] slope;

  LstmLayer(OffHeap memory, LayerShape shape, int batch, int maxSteps) {
    super(memory, shape, batch, maxSteps);
    hidden = shape.hidden();
    c = new float[1 + maxSteps][batch * hidden];
    tanhC = new float[maxSteps][batch * hidden];
    cGradient = new float[batch * hidden];
    shift = new float[batch * 4 * hidden];
    slope = new float[batch * 4 * hidden];
    for (int i = 0; i < slope.length; i++) {
      boolean sigmoid = i / hidden % 4 != 2;
      shift[i] = sigmoid ? 0.5f : 0;
      slope[i] = sigmoid ? 0.5f : 1;
    }
  }

  @Override
  void advance(int t, float[] z, float[] h) {
    activate(z);
    float[] before = c[t];
    float[] after = c[t + 1];
    for (int at = 0; at < h.length; at += hidden) {
      int i = 4 * at;
      int f = i + hidden;
      int g = f + hidden;
      for (int j = 0; j < hidden; j++) {
        after[at + j] = z[f + j] * before[at + j] + z[i + j] * z[g + j];
      }
    }
    float[] tanh = tanhC[t];
    System.arraycopy(after, 0, tanh, 0, tanh.length);
    Activations.tanh(tanh, 0, tanh.length);
    for (int at = 0; at < h.length; at += hidden) {
      int o = 4 * at + 3 * hidden;
      for (int j = 0; j < hidden; j++) {
        h[at + j] = z[o + j] * tanh[at + j];
      }
    }
  }

  /** All gates in one long loop: those of one row are too few to fill vectors. */
  private void activate(float[] z) {
    for (int i = 0; i < z.length; i++) {
      z[i] = shift[i] + slope[i] * Activations.tanh(slope[i] * z[i]);
    }
  }

  @Override
  void backward(Matrix x, int firstRow, int steps, Matrix xGradient) {
    Arrays.fill(cGradient, 0);
    super.backward(x, firstRow, steps, xGradient);
  }

  @Override
  void differentiate(int t, float[] gate, float[] hGradient, float[] zGradient) {
    float[] before = c[t];
    float[] tanh = tanhC[t];
    for (int at = 0; at < hGradient.length; at += hidden) {
      int i = 4 * at;
      int f = i + hidden;
      int g = f + hidden;
      int o = g + hidden;
      for (int j = 0; j < hidden; j++) {
        float th = tanh[at + j];
        float dh = hGradient[at + j];
        float dc = cGradient[at + j] + dh * gate[o + j] * (1 - th * th);
        zGradient[i + j] = dc * gate[g + j] * gate[i + j] * (1 - gate[i + j]);
        zGradient[f + j] = dc * before[at + j] * gate[f + j] * (1 - gate[f + j]);
        zGradient[g + j] = dc * gate[i + j] * (1 - gate[g + j] * gate[g + j]);
        zGradient[o + j] = dh * th * gate[o + j] * (1 - gate[o + j]);
        cGradient[at + j] = dc * gate[f + j];
      }
    }
  }
}
