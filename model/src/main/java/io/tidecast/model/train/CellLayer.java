package io.tidecast.model.train;

import java.util.Arrays;

/**
 * One layer over a batch of windows, forwards and by back-propagation through time: {@code z_t =
 * W_ih x_t + W_hh h_{t-1} + b}, from which the cell makes {@code h_t}; without feedback {@code
 * W_hh} is left out.
 *
 * <p>Rows of all matrices are stacked by time: row {@code t * batch + b}. So inputs enter by one
 * product for all steps, and weight gradients leave by one. Each window starts from a zero state.
 */
abstract class CellLayer {
  private final LayerShape shape;
  private final int batch;

  private final Matrix weightIh; // [gates hidden, inputs]
  private final Matrix weightHh; // [gates hidden, hidden]; not used without feedback
  private final float[] bias; // [gates hidden]
  private final Matrix weightIhGradient;
  private final Matrix weightHhGradient;
  private final float[] biasGradient;

  private final Matrix z; // [steps batch, gates hidden]: before activation, then its gradient
  private final Matrix h; // [(1 + steps) batch, hidden]: the zero state first
  private final Matrix hGradient; // [(1 + steps) batch, hidden]
  private final float[][] activated; // [steps][batch * gates hidden]
  private final float[] rowH;
  private final float[] rowZ;

  CellLayer(OffHeap memory, LayerShape shape, int batch, int maxSteps) {
    this.shape = shape;
    this.batch = batch;
    int rows = shape.rows();
    int hidden = shape.hidden();
    weightIh = memory.floats(rows, shape.inputs());
    weightHh = memory.floats(rows, hidden);
    bias = new float[rows];
    weightIhGradient = memory.floats(rows, shape.inputs());
    weightHhGradient = memory.floats(rows, hidden);
    biasGradient = new float[rows];
    z = memory.floats(maxSteps * batch, rows);
    h = memory.floats((1 + maxSteps) * batch, hidden);
    hGradient = memory.floats((1 + maxSteps) * batch, hidden);
    activated = new float[maxSteps][batch * rows];
    rowH = new float[batch * hidden];
    rowZ = new float[batch * rows];
  }

  /**
   * The cell forwards.
   *
   * @param z of step t, {@code [batch * gates hidden]}; activated in place and kept
   * @param h receives the hidden state, {@code [batch * hidden]}
   */
  abstract void advance(int t, float[] z, float[] h);

  /**
   * The cell backwards, from the last step to the first.
   *
   * @param activated what {@link #advance} made of z at step t
   * @param hGradient the whole gradient of the hidden state after step t
   * @param zGradient receives the gradient of z
   */
  abstract void differentiate(int t, float[] activated, float[] hGradient, float[] zGradient);

  /** Takes the weights, in the order of {@link LayerShape}. */
  void load(float[] parameters, int from) {
    weightIh.write(0, parameters, from, weightIh.size());
    if (shape.feedback()) {
      weightHh.write(0, parameters, from + weightIh.size(), weightHh.size());
    }
    System.arraycopy(parameters, from + shape.bias(), bias, 0, bias.length);
  }

  /** Gives the gradients in the same order. */
  void storeGradient(float[] gradient, int from) {
    weightIhGradient.read(0, gradient, from, weightIh.size());
    if (shape.feedback()) {
      weightHhGradient.read(0, gradient, from + weightIh.size(), weightHh.size());
    }
    System.arraycopy(biasGradient, 0, gradient, from + shape.bias(), bias.length);
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
      if (shape.feedback()) {
        z.productTransposed(t * batch, h, t * batch, batch, weightHh, 1);
      }
      z.read(t * batch, activated[t], 0, rowZ.length);
      addBias(activated[t]);
      advance(t, activated[t], rowH);
      h.write((t + 1) * batch, rowH, 0, rowH.length);
    }
  }

  private void addBias(float[] rows) {
    for (int row = 0; row < rows.length; row += bias.length) {
      for (int j = 0; j < bias.length; j++) {
        rows[row + j] += bias[j];
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
    Arrays.fill(biasGradient, 0);
    for (int t = steps - 1; t >= 0; t--) {
      hGradient.read((t + 1) * batch, rowH, 0, rowH.length);
      differentiate(t, activated[t], rowH, rowZ);
      addToBiasGradient();
      z.write(t * batch, rowZ, 0, rowZ.length);
      if (shape.feedback()) {
        hGradient.product(t * batch, z, t * batch, batch, weightHh, 1);
      }
    }
    weightIhGradient.transposedProduct(z, 0, x, firstRow, steps * batch, 0);
    if (shape.feedback()) {
      weightHhGradient.transposedProduct(z, 0, h, 0, steps * batch, 0);
    }
    if (xGradient != null) {
      xGradient.product(firstRow, z, 0, steps * batch, weightIh, 1);
    }
  }

  private void addToBiasGradient() {
    for (int row = 0; row < rowZ.length; row += bias.length) {
      for (int j = 0; j < bias.length; j++) {
        biasGradient[j] += rowZ[row + j];
      }
    }
  }
}
