package io.tidecast.model.member;

/**
 * {@code out = bias + W x} over heap arrays, packed so that the JIT vectorises it: one row of all
 * outputs per input, four rows per pass. Each output accumulates over the inputs in their order
 * with {@code fma}, so the result does not depend on how the lanes run.
 *
 * <p>Not thread safe: it owns the padded copy of x.
 */
final class Affine {
  private final float[][] rows;
  private final float[] bias;
  private final float[] padded;

  /**
   * @param inputs size of x
   * @param bias {@code [outputs]}
   * @param weight of output o for input i
   */
  Affine(int inputs, float[] bias, Weight weight) {
    this.bias = bias.clone();
    int rounded = (inputs + 3) / 4 * 4;
    padded = new float[rounded];
    rows = new float[rounded][bias.length];
    for (int i = 0; i < inputs; i++) {
      for (int o = 0; o < bias.length; o++) {
        rows[i][o] = weight.of(o, i);
      }
    }
  }

  /** Element of a weight matrix. */
  interface Weight {
    float of(int output, int input);
  }

  /** The inputs to fill before {@link #apply}; those beyond the size of x stay 0. */
  float[] inputs() {
    return padded;
  }

  void apply(float[] out) {
    System.arraycopy(bias, 0, out, 0, bias.length);
    for (int i = 0; i < padded.length; i += 4) {
      accumulate(
          out,
          padded[i],
          rows[i],
          padded[i + 1],
          rows[i + 1],
          padded[i + 2],
          rows[i + 2],
          padded[i + 3],
          rows[i + 3]);
    }
  }

  // a method of its own: the loop is vectorised when the rows are plain arguments
  private static void accumulate(
      float[] out,
      float x0,
      float[] row0,
      float x1,
      float[] row1,
      float x2,
      float[] row2,
      float x3,
      float[] row3) {
    for (int o = 0; o < out.length; o++) {
      float z = Math.fma(x0, row0[o], out[o]);
      z = Math.fma(x1, row1[o], z);
      z = Math.fma(x2, row2[o], z);
      out[o] = Math.fma(x3, row3[o], z);
    }
  }
}
